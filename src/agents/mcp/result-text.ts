/** What a tool of an MCP server answers, as a model can read it. */
import type { CallToolResult } from "@modelcontextprotocol/client";

type Content = CallToolResult["content"][number];

/**
 * Its texts, then its structured content as JSON, unless a text says the same. What is neither, a
 * model is told of.
 */
export function resultText({ content, structuredContent }: CallToolResult): string {
  const texts = content.map(textOf);
  if (structuredContent === undefined) return texts.join("\n\n");
  const json = JSON.stringify(structuredContent);
  return [...texts.filter((text) => !isJson(text, json)), json].join("\n\n");
}

function isJson(text: string, json: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === json;
  } catch {
    return false;
  }
}

function textOf(content: Content): string {
  switch (content.type) {
    case "text":
      return content.text;
    case "image":
    case "audio":
      return `[${content.type} ${content.mimeType}, ${bytesIn(content.data)} bytes, is not shown]`;
    case "resource_link":
      return `[resource ${content.name}: ${content.uri}]`;
    case "resource":
      return "text" in content.resource
        ? content.resource.text
        : `[resource ${content.resource.uri}, ${bytesIn(content.resource.blob)} bytes, is not shown]`;
  }
}

/** Of what base64 stands for. */
function bytesIn(base64: string): number {
  return Math.floor((base64.replace(/=+$/, "").length * 3) / 4);
}

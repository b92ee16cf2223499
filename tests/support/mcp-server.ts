/** A real MCP server with tools that behave as badly as a test wants. */
import { setTimeout as sleep } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

/** How long `slow` takes. */
export const SLOW_MS = 120;

export interface McpWorld {
  /** What `secret` answers. */
  readonly secret: string;
  /** Called in the middle of `crash`. */
  readonly crash: () => void;
  /** How many calls of `hang` were cancelled. */
  readonly cancelled: () => void;
}

export function testServer({ secret, crash, cancelled }: McpWorld): McpServer {
  const server = new McpServer({ name: "test", version: "1" });
  const text = (said: string) => ({ content: [{ type: "text" as const, text: said }] });
  server.registerTool(
    "add",
    {
      description: "Adds.",
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      outputSchema: z.object({ sum: z.number() }),
    },
    async ({ a, b }) => ({
      ...text(JSON.stringify({ sum: a + b })),
      structuredContent: { sum: a + b },
    }),
  );
  server.registerTool("secret", { description: `Knows ${secret}.` }, async () =>
    text(`it is ${secret}`),
  );
  server.registerTool("key", {}, async (context) =>
    text(JSON.stringify(context.mcpReq._meta?.["troupe/idempotency-key"] ?? null)),
  );
  server.registerTool("picture", {}, async () => ({
    content: [
      { type: "text", text: "a cat" },
      { type: "image", data: "AAAA", mimeType: "image/png" },
      { type: "resource_link", name: "more", uri: "file:///more.md" },
      { type: "resource", resource: { uri: "file:///a.md", text: "# A" } },
    ],
  }));
  server.registerTool("fails", {}, async () => ({ ...text(`no disk, key ${secret}`), isError: true }));
  server.registerTool("throws", {}, () => Promise.reject(new Error("it broke")));
  server.registerTool("slow", {}, async () => {
    await sleep(SLOW_MS);
    return text("done");
  });
  server.registerTool("crash", {}, () => {
    crash();
    return new Promise<never>(() => {});
  });
  server.registerTool("hang", {}, (context) => {
    context.mcpReq.signal.addEventListener("abort", cancelled);
    return new Promise<never>(() => {});
  });
  return server;
}

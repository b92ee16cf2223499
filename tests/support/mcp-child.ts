/** An MCP server as a process: the good one, or by its argument one that is odd, silent or broken. */
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { testServer } from "./mcp-server.ts";

const [behaviour = "good", pids] = process.argv.slice(2);
if (pids !== undefined) appendFileSync(pids, `${process.pid}\n`);
const secret = process.env["MCP_TOKEN"] ?? "none";
console.error(`up with ${secret}`);

const good = async (): Promise<void> => {
  const crash = (): void => {
    console.error(`out of luck, ${secret}`);
    process.exit(3);
  };
  await testServer({ secret, crash, cancelled: () => console.error("cancelled") }).connect(
    new StdioServerTransport(),
  );
};

/** Schemas as servers write them, and some that none should. */
const ODD = [
  { name: "dotted.name/x", inputSchema: { type: "object" } },
  {
    name: "dotted_name_x",
    inputSchema: { $schema: "http://json-schema.org/draft-04/schema#", type: "object" },
  },
  {
    name: "n".repeat(100),
    inputSchema: { type: "object", properties: { a: { $ref: "#/properties/a" } } },
  },
  {
    name: "recursive",
    description: "R.",
    inputSchema: {
      type: "object",
      properties: { a: { type: "magic" }, b: true },
      required: ["a"],
      anyOf: [{}],
    },
  },
];

/** Speaks the protocol by hand: whatever is asked is answered by a function. */
const byHand = (answer: (method: string) => unknown): void => {
  createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, method } = JSON.parse(line) as { readonly id?: number; readonly method: string }; // the client's own
    const result = id === undefined ? undefined : answer(method);
    if (result !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, result }));
  });
};

const info = {
  protocolVersion: "2025-06-18",
  capabilities: { tools: {} },
  serverInfo: { name: "odd", version: "1" },
};

const answers: Readonly<Record<string, (method: string) => unknown>> = {
  odd: (method) =>
    method === "initialize"
      ? info
      : method === "tools/list"
        ? { tools: ODD }
        : { content: [{ type: "text", text: "odd" }] },
  /** Lists what is no tool. */
  wrong: (method) => (method === "initialize" ? info : { tools: [{ name: 1 }] }),
  /** Greets and lists, then says nothing any more. */
  mute: (method) =>
    method === "initialize"
      ? info
      : method === "tools/list"
        ? { tools: [{ name: "wait", inputSchema: { type: "object" } }] }
        : undefined,
  silent: () => undefined,
};

const odd = answers[behaviour];
if (behaviour === "broken") console.log("Welcome!\n<html>");
else if (behaviour === "leaves") process.exit(7);
else if (odd === undefined) await good();
else byHand(odd);

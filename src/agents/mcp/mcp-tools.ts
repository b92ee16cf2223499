/**
 * The tools of an MCP server, as agents use them.
 *
 *     await using files = await mcpTools({ command: "npx", args: ["-y", "some-mcp-server", "."] });
 *     const coder = defineAgent({ name: "coder", tools: files.tools, … });
 *
 * - Its tools are listed once; the connection is opened again whenever the server has died.
 * - S2. What is secret in its environment, headers and URL stands in no result and no error.
 */
import type { Tool as ListedTool } from "@modelcontextprotocol/client";
import { TroupeError } from "../../errors.ts";
import type { JsonObject } from "../../events/json.ts";
import { isRecord } from "../../events/plan/fault.ts";
import type { Tool, Tools } from "../definition/tool.ts";
import type { Environment } from "../environment.ts";
import { redact } from "../redact.ts";
import { connectTo, type Connection } from "./connection.ts";
import { resultText } from "./result-text.ts";
import { nameOf, secretsIn, type McpServer } from "./server.ts";
import { toolNames } from "./tool-names.ts";

export interface McpOptions {
  /** Before each tool's name, so that two servers do not collide: `files_`. Default: none. */
  readonly prefix?: string | undefined;
  /** Only the tools of these names, as the server has them. Default: all. */
  readonly only?: readonly string[] | undefined;
  /** How long the server may take to open, and to list its tools, ms. Default 30,000. */
  readonly openMs?: number | undefined;
  /** How long a server that has let a call hang may take to say that it lives, ms. Default 3,000. */
  readonly aliveMs?: number | undefined;
  /**
   * Asks the server first whether it speaks a protocol of 2026 or later. It costs another start
   * of a program. Default false: it is greeted as servers since 2025 are.
   */
  readonly negotiate?: boolean | undefined;
  /** The environment of this process. Default `process.env`. */
  readonly env?: Environment | undefined;
}

export interface McpTools extends AsyncDisposable {
  /** By name; for definitions of agents, or for the option `tools` of a host. */
  readonly tools: Tools;
}

const OPEN_MS = 30_000;
const ALIVE_MS = 3_000;

/**
 * Opens a server, and lists its tools. How long a call may take is the agent's `limits.toolMs`.
 *
 * @throws {@link TroupeError} `PACKAGE_MISSING`; `MCP_FAILED` where it cannot be opened.
 */
export async function mcpTools(server: McpServer, options: McpOptions = {}): Promise<McpTools> {
  const { prefix = "", only, openMs = OPEN_MS, env = process.env } = options;
  const { aliveMs = ALIVE_MS, negotiate = false } = options;
  const secrets = secretsIn(server, env);
  await using cleanup = new AsyncDisposableStack();
  const settings = { server, env, secrets, openMs, aliveMs, negotiate };
  const connection = cleanup.use(connectTo(settings));
  const listed = await listTools(connection, openMs);
  const wanted = only === undefined ? listed : listed.filter(({ name }) => only.includes(name));
  checkOnly(server, only ?? [], listed);
  const names = toolNames(
    wanted.map(({ name }) => name),
    prefix,
  );
  const tools = wanted.map((tool, at) => [names[at] ?? "", toolOf(connection, tool, secrets)] as const);
  const moved = cleanup.move();
  return {
    tools: Object.fromEntries(tools),
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

async function listTools(connection: Connection, timeout: number): Promise<readonly ListedTool[]> {
  const { signal } = new AbortController();
  const { tools } = await connection.ask(signal, (client) => client.listTools(undefined, { timeout }));
  return tools;
}

function checkOnly(server: McpServer, only: readonly string[], listed: readonly ListedTool[]): void {
  const known = listed.map(({ name }) => name);
  const missing = only.filter((name) => !known.includes(name));
  if (missing.length === 0) return;
  throw new TroupeError(
    "MCP_FAILED",
    `the MCP server "${nameOf(server)}" has no tool "${missing[0]}"`,
    {
      hint: `It has ${known.join(", ") || "none"}.`,
      data: { server: nameOf(server), missing },
    },
  );
}

function toolOf(connection: Connection, tool: ListedTool, secrets: readonly string[]): Tool {
  const { name, title, description, inputSchema } = tool;
  return {
    description: redact(description ?? title ?? name, secrets),
    input: schemaOf(inputSchema),
    async call(input, { signal, idempotencyKey }) {
      const request = { name, arguments: objectOf(input), _meta: { [KEY]: idempotencyKey } };
      const result = await connection.ask(signal, (client, how) => client.callTool(request, how));
      const text = redact(resultText(result), secrets);
      if (result.isError !== true) return text;
      throw new TroupeError("MCP_FAILED", text === "" ? "the tool failed without a word" : text);
    },
  };
}

/** By which a server may know a call that it has had before. */
const KEY = "troupe/idempotency-key";

/** Without the dialect: providers of models do not ask for it, and some refuse it. */
function schemaOf({ $schema: _dialect, ...schema }: ListedTool["inputSchema"]): JsonObject {
  return { ...schema, type: "object" } as JsonObject; // it came as JSON
}

/** @throws {@link TroupeError} `INPUT_INVALID`: the model is told. */
function objectOf(input: unknown): Record<string, unknown> {
  if (input === null || input === undefined) return {};
  if (isRecord(input)) return { ...input };
  throw new TroupeError("INPUT_INVALID", "the arguments of a tool are an object", {
    hint: "Call it with what its schema asks for.",
  });
}

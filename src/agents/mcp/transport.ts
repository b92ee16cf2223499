/**
 * The wire to an MCP server: a child process, or HTTP.
 *
 * - The package is an optional peer: nothing of it is imported until a server is opened.
 */
import type { Transport } from "@modelcontextprotocol/client";
import { TroupeError } from "../../errors.ts";
import { commandEnvironment, type Environment } from "../environment.ts";
import { optional } from "../model/package.ts";
import { collectOutput } from "../output.ts";
import { nameOf, type McpCommand, type McpServer, type McpUrl } from "./server.ts";

/** The client's package. */
const PACKAGE = "@modelcontextprotocol/client";
const WHY = "tools of MCP servers";

/** Bytes kept of what a server writes to its standard error. */
const LAST_WORDS = 2_048;

/** How long a server may take to leave by itself, ms. */
const GRACE_MS = 500;

export interface Wire {
  readonly transport: Transport;
  /** What a server has said beside the protocol, the end of it. */
  readonly lastWords: () => string;
  /** Ends what the transport holds. */
  readonly end: () => Promise<void>;
}

export interface WireOptions {
  readonly env: Environment;
  readonly secrets: readonly string[];
}

export function importClient() {
  return optional(PACKAGE, WHY, () => import("@modelcontextprotocol/client"));
}

/** @throws {@link TroupeError} `PACKAGE_MISSING`, `MCP_FAILED` for a URL that is none. */
export async function openWire(server: McpServer, options: WireOptions): Promise<Wire> {
  return "command" in server ? ofCommand(server, options) : ofUrl(server);
}

async function ofCommand(
  { command, args = [], env = {}, passEnv = [], folder }: McpCommand,
  { env: host, secrets }: WireOptions,
): Promise<Wire> {
  const { StdioClientTransport } = await optional(
    PACKAGE,
    WHY,
    () => import("@modelcontextprotocol/client/stdio"),
  );
  const transport = new StdioClientTransport({
    command,
    args: [...args],
    env: commandEnvironment({ env, passEnv }, host),
    stderr: "pipe",
    ...(folder !== undefined && { cwd: folder }),
  });
  const said = collectOutput(LAST_WORDS, secrets);
  transport.stderr?.on("data", (chunk: Uint8Array) => said.write(chunk));
  return {
    transport,
    lastWords: () => said.end().text.trim().split("\n").at(-1)?.trim() ?? "",
    async end() {
      const { pid } = transport;
      const late = setTimeout(() => terminate(pid), GRACE_MS);
      await transport.close().finally(() => clearTimeout(late));
    },
  };
}

/** The transport asks a server to leave by closing its input, and waits for longer than we do. */
function terminate(pid: number | null): void {
  try {
    if (pid !== null) process.kill(pid, "SIGTERM");
  } catch {
    // it is gone
  }
}

async function ofUrl(server: McpUrl): Promise<Wire> {
  const { StreamableHTTPClientTransport } = await importClient();
  const url = URL.parse(server.url);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new TroupeError("MCP_FAILED", `"${nameOf(server)}" is no URL of an MCP server`, {
      hint: "Write it as https://HOST/PATH.",
    });
  const transport = new StreamableHTTPClientTransport(url, {
    requestInit: { headers: { ...server.headers } },
  });
  return {
    transport,
    lastWords: () => "",
    async end() {
      // a server that is gone keeps no session
      await transport.terminateSession().catch(() => {});
      await transport.close();
    },
  };
}

/** Where an MCP server is, and what of that nobody may read in a log. */
import { isSecret } from "../../events/secrets.ts";
import type { Environment } from "../environment.ts";

/** A program that speaks MCP on its standard input and output. */
export interface McpCommand {
  /** The program; no shell reads it. */
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  /** Variables on top of the allow-list. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Names of further variables of this process that it gets. */
  readonly passEnv?: readonly string[] | undefined;
  /** Where it works. Default: the current folder. */
  readonly folder?: string | undefined;
}

/** A server that speaks MCP over streamable HTTP. */
export interface McpUrl {
  readonly url: string;
  /** Sent with each request, such as `authorization`. Their values are never recorded. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export type McpServer = McpCommand | McpUrl;

/** For people: the program, or the server's origin and path. */
export function nameOf(server: McpServer): string {
  if ("command" in server) return server.command;
  const url = URL.parse(server.url);
  return url === null ? "http…" : `${url.origin}${url.pathname}`;
}

/** What must not be recorded of it. */
export function secretsIn(server: McpServer, env: Environment): readonly string[] {
  if ("url" in server) return [...headerSecrets(server), ...urlSecrets(server)];
  const own = Object.entries(server.env ?? {}).flatMap(([name, value]) =>
    isSecret(name, value) ? [value] : [],
  );
  return [...own, ...(server.passEnv ?? []).flatMap((name) => env[name] ?? [])];
}

/** Headers that say what is wanted, not by whom. */
const PLAIN_HEADERS: ReadonlySet<string> = new Set(["accept", "accept-language", "user-agent"]);

/** Of `Bearer KEY`, the key too. */
function headerSecrets({ headers = {} }: McpUrl): readonly string[] {
  return Object.entries(headers)
    .filter(([name]) => !PLAIN_HEADERS.has(name.toLowerCase()))
    .flatMap(([, value]) => [value, ...value.split(/\s+/).slice(1)]);
}

function urlSecrets({ url }: McpUrl): readonly string[] {
  const parsed = URL.parse(url);
  if (parsed === null) return [];
  return [parsed.password, ...parsed.searchParams.values()].filter((value) => value !== "");
}

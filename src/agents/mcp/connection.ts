/**
 * A connection to an MCP server that is opened when it is needed, and again when the server died.
 *
 * - A call that a server leaves unanswered when it dies has failed: whether it did its work nobody
 *   knows, so it is not made again.
 * - A server that does not answer a call in time is asked whether it lives; if not, it is ended.
 */
import type { Client } from "@modelcontextprotocol/client";
import { TroupeError } from "../../errors.ts";
import { orAborted } from "../awaited.ts";
import type { Environment } from "../environment.ts";
import { redact } from "../redact.ts";
import { nameOf, type McpServer } from "./server.ts";
import { importClient, openWire, type Wire } from "./transport.ts";

/** The longest that a timer holds: who calls says when it is too late. */
const NEVER_MS = 2_147_483_647;

export interface ConnectionOptions {
  readonly server: McpServer;
  readonly env: Environment;
  readonly secrets: readonly string[];
  readonly openMs: number;
  /** How long it may take to say that it lives, ms. */
  readonly aliveMs: number;
  readonly negotiate: boolean;
}

/** How one request is made. */
export interface RequestSettings {
  readonly signal: AbortSignal;
  readonly timeout: number;
}

export interface Connection extends AsyncDisposable {
  /** @throws {@link TroupeError} `MCP_FAILED`, `PACKAGE_MISSING`; the signal's reason where that aborts. */
  ask<T>(signal: AbortSignal, ask: (client: Client, how: RequestSettings) => Promise<T>): Promise<T>;
}

interface Open {
  readonly client: Client;
  readonly wire: Wire;
}

export function connectTo(options: ConnectionOptions): Connection {
  const { server, secrets, aliveMs } = options;
  let current: Promise<Open> | undefined;
  let closed = false;
  const forget = (of: Promise<Open>): void => {
    if (current === of) current = undefined;
  };
  const opened = (): Promise<Open> => {
    if (closed) throw failed(server, "its tools were closed");
    if (current !== undefined) return current;
    const opening = open(options, () => forget(opening));
    current = opening;
    opening.catch(() => forget(opening));
    return opening;
  };
  const drop = async (of: Promise<Open>): Promise<void> => {
    forget(of);
    await end(await of);
  };
  const once = async <T>(
    signal: AbortSignal,
    ask: (client: Client, how: RequestSettings) => Promise<T>,
  ): Promise<T> => {
    signal.throwIfAborted();
    const mine = opened();
    const { client, wire } = await orAborted(mine, signal);
    try {
      return await orAborted(ask(client, { signal, timeout: NEVER_MS }), signal);
    } catch (error) {
      if (signal.aborted) {
        void client.ping({ timeout: aliveMs }).catch(() => drop(mine));
        throw signal.reason;
      }
      const isLost = isNoSession(error);
      if (isLost) await drop(mine);
      throw explained(error, { server, wire, secrets }, isLost);
    }
  };
  return {
    async ask(signal, ask) {
      try {
        return await once(signal, ask);
      } catch (error) {
        // a session that the server has forgotten: it has not seen the request
        if (!TroupeError.is(error, "MCP_FAILED") || error.data["noSession"] !== true) throw error;
        return await once(signal, ask);
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      const last = current;
      current = undefined;
      await last?.then(end, () => {});
    },
  };
}

async function open(
  { server, env, secrets, openMs, negotiate }: ConnectionOptions,
  gone: () => void,
): Promise<Open> {
  const { Client } = await importClient();
  const wire = await openWire(server, { env, secrets });
  const versionNegotiation = { mode: negotiate ? "auto" : "legacy" } as const;
  const client = new Client({ name: "troupe", version: "1" }, { versionNegotiation });
  client.onclose = gone;
  try {
    await client.connect(wire.transport, { timeout: openMs });
    return { client, wire };
  } catch (error) {
    await wire.end().catch(() => {}); // what went wrong first matters
    throw explained(error, { server, wire, secrets });
  }
}

async function end({ client, wire }: Open): Promise<void> {
  await wire.end().catch(() => {}); // there is nothing left to do about it
  await client.close().catch(() => {});
}

interface Circumstances {
  readonly server: McpServer;
  readonly wire: Wire;
  readonly secrets: readonly string[];
}

/** What went wrong, with the server's last words, and without secrets. */
function explained(
  error: unknown,
  { server, wire, secrets }: Circumstances,
  noSession = false,
): TroupeError {
  if (TroupeError.is(error)) return error;
  const words = wire.lastWords();
  const said = words === "" ? "" : ` (it said: ${words})`;
  const why = `${statusOf(error)}${error instanceof Error ? error.message : String(error)}${said}`;
  return failed(server, redact(why, secrets), noSession ? { noSession } : {});
}

/** Over HTTP. */
function statusOf(error: unknown): string {
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  return typeof status === "number" ? `status ${status}: ` : "";
}

/** Without its cause, which may hold what nobody may read. */
function failed(
  server: McpServer,
  why: string,
  data: Readonly<Record<string, unknown>> = {},
): TroupeError {
  return new TroupeError("MCP_FAILED", `the MCP server "${nameOf(server)}" failed: ${why}`, {
    hint: "Start the server by hand and look at what it says.",
    data: { server: nameOf(server), ...data },
  });
}

/** Over HTTP, a server that was started anew does not know us. */
function isNoSession(error: unknown): boolean {
  return error instanceof Error && "status" in error && error.status === 404;
}

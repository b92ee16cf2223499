/**
 * Where a NATS server is, and how it is entered, as a URL says it; and a connection to it.
 *
 * - 1. Credentials leave this file only towards the connection.
 */
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { Login } from "./login.ts";

export interface NatsServer {
  /** `host:port`. */
  readonly server: string;
  readonly tls: boolean;
  readonly credentials: { readonly user?: string; readonly pass?: string; readonly token?: string };
  /** The URL without credentials, path and parameters: fit for messages. */
  readonly base: string;
}

/** A URL of a NATS server, and what it says of it; undefined where it is none. */
export function natsUrl(text: string): { readonly url: URL; readonly server: NatsServer } | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["nats:", "tls:"].includes(url.protocol) || url.hostname === "")
    return undefined;
  const credentials = credentialsIn(url);
  if (credentials === undefined) return undefined;
  const server = `${url.hostname}:${url.port || "4222"}`;
  const base = `${url.protocol}//${server}`;
  return { url, server: { server, tls: url.protocol === "tls:", credentials, base } };
}

function credentialsIn({ username, password }: URL): NatsServer["credentials"] | undefined {
  if (username === "") return {};
  try {
    const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
    return pass === "" ? { token: user } : { user, pass };
  } catch {
    return undefined; // a "%" that begins no character
  }
}

/** @param reconnect whether it comes back by itself, for ever. */
export function dial(
  server: string,
  login: Login,
  { timeoutMs, reconnect }: { readonly timeoutMs: number; readonly reconnect: boolean },
): Promise<NatsConnection> {
  return connect({
    servers: server,
    ...login,
    name: "troupe",
    timeout: timeoutMs,
    ...(reconnect
      ? {
          maxReconnectAttempts: -1,
          reconnectTimeWait: 100,
          reconnectJitter: 100,
          ...noticing(timeoutMs),
        }
      : { reconnect: false }),
    noAsyncTraces: true,
  });
}

/** A connection over which nothing comes any more is given up after one and a half times as long as an answer may take. */
function noticing(timeoutMs: number): { readonly pingInterval: number; readonly maxPingOut: number } {
  return { pingInterval: timeoutMs / 2, maxPingOut: 2 };
}

/**
 * Health and readiness of a host over HTTP, for whatever starts and restarts it:
 *
 *     GET /healthz   200 while the host runs, 503 once it cannot go on
 *     GET /readyz    200 while it takes work, 503 before it does, and from when it is to stop
 *
 * Both answer with the same JSON. Nothing else is served, and nothing can be changed.
 */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { TroupeError } from "../errors.ts";
import type { Json } from "../events/json.ts";

export interface HealthParts {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Whether the host runs, and takes work. */
  readonly healthy: () => boolean;
  readonly ready: () => boolean;
  readonly facts: () => { readonly [key: string]: Json };
}

export interface HealthServer extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
}

/** @throws {@link TroupeError} `USAGE` where the port cannot be listened on. */
export async function serveHealth(parts: HealthParts): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const [status, body] = answerTo(parts, request.method ?? "", request.url ?? "");
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(`${JSON.stringify(body)}\n`);
  });
  await listening(server, parts);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : parts.port;
  return {
    url: `http://${parts.host.includes(":") ? `[${parts.host}]` : parts.host}:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answerTo(parts: HealthParts, method: string, url: string): readonly [number, Json] {
  const pathname = URL.parse(url, "http://host")?.pathname; // whoever asks for what is no URL must not end the host
  if (method !== "GET" && method !== "HEAD") return [405, { error: "GET only" }];
  const healthy = parts.healthy();
  const ready = healthy && parts.ready();
  const body = { healthy, ready, ...parts.facts() };
  if (pathname === "/healthz") return [healthy ? 200 : 503, body];
  if (pathname === "/readyz") return [ready ? 200 : 503, body];
  return [404, { error: "ask for /healthz or /readyz" }];
}

async function listening(server: Server, { host, port }: HealthParts): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TroupeError("USAGE", `--health: cannot listen on ${host}:${port}: ${why}`, {
      hint: "Choose another port, or leave --health out.",
      cause,
    });
  }
}

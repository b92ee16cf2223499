/** An MCP server over streamable HTTP, with sessions, that can be started anew on the same port. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { testServer } from "./mcp-server.ts";

export interface McpHttp extends AsyncDisposable {
  readonly url: string;
  /** The `authorization` of each request. */
  readonly keys: readonly (string | undefined)[];
  readonly sessions: () => number;
  /** Forgets all sessions, as a server that was started anew. */
  forget(): void;
  /** Answers this status from now on. */
  answer(status: number | undefined): void;
}

export async function mcpHttp(secret: string): Promise<McpHttp> {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();
  const keys: (string | undefined)[] = [];
  let status: number | undefined;
  const open = async () => {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    const crash = (): void => transport.closeSSEStream(1);
    await testServer({ secret, crash, cancelled: () => {} }).connect(transport);
    return transport;
  };
  const server = createServer((request, response) => {
    keys.push(request.headers.authorization);
    const id = request.headers["mcp-session-id"];
    const known = typeof id === "string" ? sessions.get(id) : undefined;
    if (status !== undefined) return void response.writeHead(status).end(`bad key ${keys.at(-1)}`);
    if (id !== undefined && known === undefined) return void response.writeHead(404).end();
    void serve(request, response, known === undefined ? open() : Promise.resolve(known));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    keys,
    sessions: () => sessions.size,
    forget: () => sessions.clear(),
    answer: (next) => {
      status = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  transport: Promise<WebStandardStreamableHTTPServerTransport>,
): Promise<void> {
  const { method = "GET", headers, url = "/" } = request;
  const body = method === "POST" ? new Uint8Array(await buffer(request)) : null;
  const init = { method, headers: headers as Record<string, string>, body }; // the client's own
  const answer = await (
    await transport
  ).handleRequest(new Request(new URL(url, "http://127.0.0.1"), init));
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.flushHeaders();
  try {
    for await (const chunk of answer.body ?? []) response.write(chunk);
  } catch {
    // the client has gone
  }
  response.end();
}

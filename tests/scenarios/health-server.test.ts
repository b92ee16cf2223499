/** The health of a host is asked for by whoever reaches its port: nothing that comes in may end the host. */
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { serveHealth } from "../../src/cli/health-server.ts";

/** The first line of the answer to a request line. */
async function statusOf(url: string, line: string): Promise<string | undefined> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.write(`${line}\r\nHost: x\r\nConnection: close\r\n\r\n`);
  return (await text(socket)).split("\r\n")[0];
}

it.each(["GET // HTTP/1.1", "GET http://[ HTTP/1.1", "GET /\\\\ HTTP/1.1", "POST // HTTP/1.1"])(
  "answers %s, and goes on",
  async (line) => {
    const parts = { healthy: () => true, ready: () => true, facts: () => ({}) };
    await using health = await serveHealth({ ...parts, host: "127.0.0.1", port: 0 });
    expect(await statusOf(health.url, line)).toMatch(/^HTTP\/1\.1 40[45] /);
    expect(await statusOf(health.url, "GET /healthz?x=1 HTTP/1.1")).toBe("HTTP/1.1 200 OK");
  },
);

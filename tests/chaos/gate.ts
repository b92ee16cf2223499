/**
 * A connection that a test can disturb: a TCP proxy in front of the servers of a cluster.
 *
 * - 1. It leads to the first server that takes connections, a later one each time: so whoever
 *      comes back after its server was killed finds another one, as with a list of servers.
 * - 2. What was held back is passed on late and in order, or its connection breaks; never is a
 *      part of a stream left out.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { Direction } from "./plan.ts";

export interface Gate extends AsyncDisposable {
  readonly port: number;
  /** Breaks all connections and takes none. */
  cut(): void;
  /** Each piece takes so much longer, both ways. */
  delay(ms: number): void;
  /** Accepts bytes and passes none on, in this direction: `up` is towards the server. */
  halfOpen(direction: Direction): void;
  /** Resolves when somebody connects, from now on. */
  connected(): Promise<void>;
  /** All is well again. @param reset connections that were held back break. */
  heal(reset?: boolean): void;
}

interface Flow {
  readonly up: boolean;
  readonly held: Buffer[];
  /** When the last piece is due, on the monotonic clock. */
  due: number;
  readonly sink: Socket;
}

/** Starts a gate on loopback in front of loopback ports. */
export async function startGate(targets: readonly number[]): Promise<Gate> {
  const sockets = new Set<Socket>();
  const flows = new Set<Flow>();
  let refusing = false;
  let delayMs = 0;
  let stuck: Direction | undefined;
  let turn = 0;
  let arrived = Promise.withResolvers<void>();

  const isStuck = ({ up }: Flow): boolean => stuck === "both" || stuck === (up ? "up" : "down");
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const pass = (flow: Flow, chunk: Buffer): void => {
    const now = performance.now();
    flow.due = Math.max(flow.due, now + delayMs);
    const waitMs = flow.due - now;
    if (waitMs < 1 && delayMs === 0) flow.sink.write(chunk);
    else setTimeout(() => flow.sink.writable && flow.sink.write(chunk), waitMs);
  };
  const take = (flow: Flow, chunk: Buffer): void => {
    if (isStuck(flow)) flow.held.push(chunk);
    else pass(flow, chunk);
  };
  const join = (source: Socket, sink: Socket, up: boolean): void => {
    const flow: Flow = { up, held: [], due: 0, sink };
    sockets.add(source);
    flows.add(flow);
    source.on("data", (chunk) => take(flow, chunk));
    source.on("error", () => {});
    source.on("close", () => {
      sockets.delete(source);
      flows.delete(flow);
      sink.destroy();
    });
  };
  const server = createServer((client) => {
    client.on("error", () => {});
    arrived.resolve();
    if (refusing) return void client.destroy();
    void upstream(targets, turn++).then((socket) => {
      if (socket === undefined || refusing) {
        socket?.destroy();
        return client.destroy();
      }
      join(client, socket, true);
      join(socket, client, false);
      if (client.destroyed) socket.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    cut() {
      refusing = true;
      breakAll();
    },
    delay(ms) {
      delayMs = ms;
    },
    halfOpen(direction) {
      stuck = direction;
    },
    connected() {
      arrived = Promise.withResolvers();
      return arrived.promise;
    },
    heal(reset = false) {
      refusing = false;
      delayMs = 0;
      stuck = undefined;
      for (const flow of flows) {
        if (reset && flow.held.length > 0) flow.sink.destroy();
        else for (const chunk of flow.held.splice(0)) pass(flow, chunk);
      }
    },
    async [Symbol.asyncDispose]() {
      refusing = true;
      breakAll();
      server.close();
    },
  };
}

/** A connection to the first of the targets, from this one on, that takes it. */
async function upstream(targets: readonly number[], from: number): Promise<Socket | undefined> {
  for (let n = 0; n < targets.length; n++) {
    const socket = connect(targets[(from + n) % targets.length] ?? 0, "127.0.0.1");
    const connected = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.on("error", () => {});
    if (connected) return socket;
  }
  return undefined;
}

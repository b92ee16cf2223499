/**
 * A TCP proxy that loses what a test wants lost: between a client and its server.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /**
   * The next time the server says something that holds `text`, it is not passed on, and all
   * connections break. Resolves then. `for good`: no connection is taken any more.
   */
  loseReply(text: string, forGood?: "for good"): Promise<void>;
  /** The same for what a client says: the server never sees it. */
  loseRequest(text: string): Promise<void>;
  /**
   * The next time a client says something that holds `text`, connections break and none is
   * taken until the function is called that this resolves with.
   */
  holdRequest(text: string): Promise<() => void>;
  /**
   * Breaks all connections and takes none until the function is called that this resolves
   * with: then the client has noticed, for it has tried to come back.
   */
  breakOff(): Promise<() => void>;
  /** Breaks all connections and takes no more. */
  cut(): void;
}

interface Trap {
  readonly text: string;
  readonly from: "client" | "server";
  readonly forGood: boolean;
  readonly sprung: () => void;
}

/** Starts a proxy on loopback in front of a loopback port. */
export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let trap: Trap | undefined;
  let cutOff = false;
  let refused = () => {};
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const spring = (sprung: Trap) => {
    trap = undefined;
    cutOff ||= sprung.forGood;
    breakAll();
    sprung.sprung();
  };
  const pass = (from: Trap["from"], source: Socket, sink: Socket) => {
    sockets.add(source);
    source.on("data", (chunk) => {
      if (trap?.from === from && chunk.includes(trap.text)) spring(trap);
      else sink.write(chunk);
    });
    source.on("error", () => {});
    source.on("close", () => {
      sockets.delete(source);
      sink.destroy();
    });
  };
  const server = createServer((client) => {
    if (cutOff) {
      refused();
      return client.destroy();
    }
    const upstream = connect(target, "127.0.0.1");
    pass("client", client, upstream);
    pass("server", upstream, client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const arm = (armed: Omit<Trap, "sprung">) =>
    new Promise<void>((resolve) => {
      trap = { ...armed, sprung: resolve };
    });
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    loseReply: (text, forGood) => arm({ text, from: "server", forGood: forGood !== undefined }),
    loseRequest: (text) => arm({ text, from: "client", forGood: false }),
    async holdRequest(text) {
      await arm({ text, from: "client", forGood: true });
      return () => {
        cutOff = false;
      };
    },
    async breakOff() {
      const { promise, resolve } = Promise.withResolvers<void>();
      refused = resolve;
      cutOff = true;
      breakAll();
      await promise;
      return () => {
        cutOff = false;
      };
    },
    cut() {
      cutOff = true;
      breakAll();
    },
    async [Symbol.asyncDispose]() {
      breakAll();
      server.close();
    },
  };
}

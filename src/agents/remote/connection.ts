/** The connection by which agents elsewhere are asked: a given one, or one of its own by a URL. */
import type { NatsConnection, Status } from "@nats-io/transport-node";
import { TroupeError } from "../../errors.ts";
import { loginOf } from "../../events/log/jetstream/login.ts";
import { dial, natsUrl, type NatsServer } from "../../events/log/jetstream/server-url.ts";
import { serverUnavailable } from "./faults.ts";

/** Where agents are: a connection, or `nats://[USER:PASSWORD@]HOST:PORT`. */
export type RemotePlace = NatsConnection | string;

export interface Entered extends AsyncDisposable {
  readonly nc: NatsConnection;
  /** Fit for messages. */
  readonly url: string;
}

/** How long a server may take to let somebody in, ms. */
const DIAL_MS = 5_000;

/**
 * Who gives a connection keeps it; one that is made of a URL is closed when it is disposed, and
 * does not come back where it is lost: what was said meanwhile would be missing.
 *
 * @throws {@link TroupeError} `REMOTE_FAILED`, `REMOTE_UNAVAILABLE`.
 */
export async function enter(place: RemotePlace): Promise<Entered> {
  if (typeof place !== "string")
    return { nc: place, url: place.getServer(), async [Symbol.asyncDispose]() {} };
  const server = serverAt(place);
  const options = { timeoutMs: DIAL_MS, reconnect: false };
  const nc = await dial(server.server, await loginOf(server), options).catch((cause: unknown) => {
    throw serverUnavailable(server.base, cause);
  });
  return {
    nc,
    url: server.base,
    async [Symbol.asyncDispose]() {
      if (!nc.isClosed()) await nc.close();
    },
  };
}

/** @throws {@link TroupeError} `REMOTE_FAILED` naming what is wrong, never the credentials. */
export function serverAt(text: string): NatsServer {
  const found = natsUrl(text);
  const { pathname = "", search = "" } = found?.url ?? {};
  if (found !== undefined && ["", "/"].includes(pathname) && search === "") return found.server;
  throw new TroupeError(
    "REMOTE_FAILED",
    "the URL of the NATS server of a remote agent cannot be used",
    {
      hint: "Write nats://HOST:PORT or tls://HOST:PORT, with USER:PASSWORD@ before the host where it asks for them.",
    },
  );
}

/** Calls back when the connection is lost, or the server refuses a subject; until it is disposed. */
export function watchConnection(nc: NatsConnection, tell: (status: Status) => void): Disposable {
  const statuses = nc.status();
  let over = false;
  void (async () => {
    for await (const status of statuses) {
      if (over) return;
      tell(status);
    }
  })();
  return {
    [Symbol.dispose]() {
      over = true;
      // else the connection keeps it until its end; the type does not tell of it
      if ("stop" in statuses && typeof statuses.stop === "function") statuses.stop();
    },
  };
}

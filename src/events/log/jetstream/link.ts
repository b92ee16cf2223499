/**
 * The connection of one handle, and what all parts of the engine share.
 *
 * - 1. The connection comes back by itself, for ever; who waits for an answer that a lost
 *      connection took along learns it at once by `unlessDropped`.
 * - 2. No error of the client leaves the engine: `reach` turns it into a Troupe error.
 */
import {
  jetstream,
  jetstreamManager,
  type JetStreamClient,
  type JetStreamManager,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { TroupeError } from "../../../errors.ts";
import type { Subjects } from "../../subjects.ts";
import { bell } from "../bell.ts";
import { closed } from "../faults.ts";
import { marks, type Marks } from "./marks.ts";
import { dial } from "./server-url.ts";
import type { Target } from "./target.ts";

/** How often a question is put that connections take along. */
const TRIES = 5;

/** A live connection, before it is known what lies behind it. */
export interface Connection {
  readonly nc: NatsConnection;
  readonly jsm: JetStreamManager;
  readonly js: JetStreamClient;
  readonly url: string;
  /** How long an answer of the server may take. */
  readonly answerMs: number;
  /** Aborts when the handle is disposed. */
  readonly closing: AbortSignal;
  /**
   * Resolves at once while there is a connection, else when it is back: what the client is
   * given in between is lost. Rejects after `answerMs`.
   */
  ready(): Promise<void>;
  /** What the work comes to; `undefined` as soon as the connection is lost, and the work is forgotten. */
  unlessDropped<T>(work: Promise<T>): Promise<T | undefined>;
  close(): Promise<void>;
}

/** A connection to an opened log. */
export interface Link extends Connection, Subjects {
  readonly marks: Marks;
}

/** @throws {@link TroupeError} `LOG_UNREACHABLE` where no server answers, or it lets nobody in. */
export async function connectTo(target: Target, answerMs = 5_000): Promise<Connection> {
  const options = { timeoutMs: answerMs, reconnect: true };
  const nc = await dial(target, options).catch((cause: unknown) => {
    throw unreachable(target.url, cause);
  });
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: answerMs });
  const closing = new AbortController();
  const atDrop = new Set<() => void>();
  const back = bell();
  let connected = true;
  void (async () => {
    for await (const { type } of nc.status()) {
      if (type === "disconnect" || type === "close") {
        connected = false;
        for (const tell of atDrop) tell();
      } else if (type === "reconnect") {
        connected = true;
        back.ring();
      }
    }
  })();
  return {
    nc,
    jsm,
    js: jetstream(nc, { timeout: answerMs }),
    url: target.url,
    answerMs,
    closing: closing.signal,
    async ready() {
      if (connected) return;
      await back.wait({ signal: closing.signal, timeoutMs: answerMs });
      if (!connected) throw new Error(`no connection for ${answerMs} ms`);
    },
    async unlessDropped(work) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const tell = () => resolve(undefined);
      atDrop.add(tell);
      work.catch(() => {}); // it may come second
      try {
        return await Promise.race([work, promise]);
      } finally {
        atDrop.delete(tell);
      }
    },
    async close() {
      closing.abort();
      if (!nc.isClosed()) await nc.close();
    },
  };
}

export function linkTo(connection: Connection, subjects: Subjects): Link {
  return { ...connection, ...subjects, marks: marks() };
}

/** The stream that holds a partition. */
export function partitionStream(name: string, partition: number): string {
  return `TROUPE_${name}_${partition}`;
}

/** The stream of what is not the log: the lease, its counter, snapshots. */
export function stateStream(name: string): string {
  return `TROUPE_${name}_STATE`;
}

/** @throws {@link TroupeError} `LOG_UNREACHABLE` after the handle was disposed. */
export function assertOpen({ closing, url }: Connection): void {
  if (closing.aborted) throw closed(url);
}

/**
 * Runs what asks the server, again where the answer is lost with the connection: so it must
 * be safe to repeat.
 *
 * @throws {@link TroupeError} `LOG_UNREACHABLE` for whatever the client throws.
 */
export async function reach<T>(connection: Connection, ask: () => Promise<T>): Promise<T> {
  assertOpen(connection);
  try {
    for (let left = TRIES; left > 0; left--) {
      await connection.ready();
      const got = await connection.unlessDropped(ask().then((value) => ({ value })));
      if (got !== undefined) return got.value;
    }
    throw new Error("the connection is lost again and again");
  } catch (error) {
    if (TroupeError.is(error)) throw error;
    assertOpen(connection);
    throw unreachable(connection.url, error);
  }
}

/** No answer, or a refusal by the server as such. */
export function unreachable(url: string, cause: unknown): TroupeError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TroupeError("LOG_UNREACHABLE", `the log ${url} cannot be reached: ${why}`, {
    hint: "Check that the NATS server runs there, with JetStream, and that it takes these credentials.",
    data: { url },
    cause,
  });
}

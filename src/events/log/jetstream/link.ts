/**
 * The connection of one handle, and what all parts of the engine share.
 *
 * - 1. The connection comes back by itself, for ever; who waits for an answer that a lost
 *      connection took along learns it at once by `unlessDropped`.
 * - 2. No error of the client leaves the engine: `reach` turns it into a Troupe error.
 * - 3. The server tells of a message that it did not permit only beside the connection, with
 *      its subject: who gave it one learns it by `unlessDropped`, at once.
 */
import {
  jetstream,
  jetstreamManager,
  type JetStreamClient,
  type JetStreamManager,
} from "@nats-io/jetstream";
import { createInbox, type NatsConnection, type Subscription } from "@nats-io/transport-node";
import { TroupeError } from "../../../errors.ts";
import type { Subjects } from "../../subjects.ts";
import { bell } from "../bell.ts";
import { closed } from "../faults.ts";
import { forbidden, forbiddenBy, violationIn } from "./forbidden.ts";
import { loginOf } from "./login.ts";
import { marks, type Marks } from "./marks.ts";
import { mayOn, type May } from "./permissions.ts";
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
  /**
   * What the work comes to; `undefined` as soon as the connection is lost, and the work is forgotten.
   *
   * @param subject what the work publishes to without asking for more.
   * @throws {@link TroupeError} `LOG_FORBIDDEN` where the server does not take that.
   */
  unlessDropped<T>(work: Promise<T>, subject?: string): Promise<T | undefined>;
  /** Whether this user may publish to a subject, as far as the server tells. */
  readonly may: May;
  /** A fresh subject for answers, which only this user may read where the server has roles. */
  inbox(): string;
  close(): Promise<void>;
}

/** A connection to an opened log. */
export interface Link extends Connection, Subjects {
  readonly marks: Marks;
}

/**
 * @throws {@link TroupeError} `LOG_UNREACHABLE` where no server answers, `LOG_FORBIDDEN` where it
 * does not let this user in, `FILE_NOT_READ` or `KEY_INVALID` where his key cannot be used.
 */
export async function connectTo(target: Target, answerMs = 5_000): Promise<Connection> {
  const options = { timeoutMs: answerMs, reconnect: true };
  const { url } = target;
  const login = await loginOf(target);
  const nc = await dial(target.server, login, options).catch((cause: unknown) => {
    throw unreachable(url, cause);
  });
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: answerMs });
  const closing = new AbortController();
  const atDrop = new Set<() => void>();
  const atRefusal = new Set<(cause: unknown) => void>();
  const back = bell();
  let connected = true;
  void (async () => {
    for await (const status of nc.status()) {
      const { type } = status;
      if (type === "error") for (const tell of atRefusal) tell(status.error);
      else if (type === "disconnect" || type === "close") {
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
    url,
    answerMs,
    closing: closing.signal,
    async ready() {
      if (connected) return;
      await back.wait({ signal: closing.signal, timeoutMs: answerMs });
      if (!connected) throw new Error(`no connection for ${answerMs} ms`);
    },
    async unlessDropped(work, subject) {
      const { promise, resolve, reject } = Promise.withResolvers<undefined>();
      const tell = () => resolve(undefined);
      const refused = (cause: unknown): void => {
        const violation = violationIn(cause);
        if (violation?.operation !== "publish" || violation.subject !== subject) return;
        reject(forbidden(url, violation));
      };
      atDrop.add(tell);
      atRefusal.add(refused);
      work.catch(() => {}); // it may come second
      try {
        return await Promise.race([work, promise]);
      } finally {
        atDrop.delete(tell);
        atRefusal.delete(refused);
      }
    },
    may: mayOn(nc, answerMs),
    inbox: () => createInbox(login.inboxPrefix),
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

/**
 * Resolves once the server has the subscription. Where that is not certain it is taken back: it
 * would come alive with the next connection, and hear what is meant for who serves by then.
 *
 * @throws {@link TroupeError} `LOG_FORBIDDEN`, `LOG_UNREACHABLE`.
 */
export async function subscribed(connection: Connection, subscription: Subscription): Promise<void> {
  try {
    // the server answers in order: what it says of the subscription comes first
    await reach(connection, () => connection.nc.flush());
  } catch (error) {
    if (!connection.nc.isClosed()) subscription.unsubscribe();
    throw error;
  }
  const why = subscription.isClosed() ? await subscription.closed : undefined;
  if (why instanceof Error) throw unreachable(connection.url, why);
}

/** No answer, or a refusal by the server as such: `LOG_FORBIDDEN` where it is for want of a permission. */
export function unreachable(url: string, cause: unknown): TroupeError {
  const refused = forbiddenBy(url, cause);
  if (refused !== undefined) return refused;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TroupeError("LOG_UNREACHABLE", `the log ${url} cannot be reached: ${why}`, {
    hint: "Check that the NATS server runs there, with JetStream, and that it takes these credentials.",
    data: { url },
    cause,
  });
}

/**
 * The messages of one partition, from a number on.
 *
 * - 1. Each once, in order. Numbers in a partition have no gaps, so one that is skipped is
 *      asked for again; only what is gone from the server itself is passed over.
 * - 2. Live, it outlives lost connections and restarts of the server; it ends with its signal.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { JetStreamApiError, type ConsumerMessages, type JsMsg } from "@nats-io/jetstream";
import { TroupeError } from "../../../errors.ts";
import { partitionStream, reach, unreachable, type Link } from "./link.ts";

/** Most messages under way, and how the server shows that it lives. */
const FETCH = { max_messages: 500, expires: 10_000, idle_heartbeat: 1_000 };
const AGAIN_MS = 100;
/** When the server forgets a reader that did not say goodbye. */
const FORGET_MS = 30_000;

export interface TailOptions {
  readonly partition: number;
  /** The number before the first. */
  readonly after: number;
  /** The number of the last; without it the tail is live. */
  readonly last?: number;
  readonly signal: AbortSignal;
  /** Leave the bodies out. Default false. */
  readonly headersOnly?: boolean;
}

/** @throws {@link TroupeError} `LOG_UNREACHABLE`; live, only where the partition is gone. */
export async function* tail(link: Link, options: TailOptions): AsyncGenerator<JsMsg, void, undefined> {
  const { last = Number.POSITIVE_INFINITY, signal } = options;
  const seen = { at: options.after, skipped: 0 };
  while (seen.at < last && !signal.aborted) {
    try {
      yield* once(link, options, seen);
    } catch (error) {
      if (signal.aborted) return;
      if (options.last !== undefined || isGone(error)) throw faultOf(link, error);
    }
    if (seen.at < last) await sleep(AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}

/** Where the tail is; `skipped`: the gap that was met last, asked for once more already. */
interface Seen {
  at: number;
  skipped: number;
}

async function* once(
  link: Link,
  { partition, last = Number.POSITIVE_INFINITY, signal, headersOnly }: TailOptions,
  seen: Seen,
): AsyncGenerator<JsMsg, void, undefined> {
  const name = partitionStream(link.name, partition);
  const from = {
    opt_start_seq: seen.at + 1,
    inactive_threshold: FORGET_MS,
    headers_only: headersOnly === true,
  };
  const consumer = await reach(link, () => link.js.consumers.get(name, from));
  const messages = await consumer.consume(FETCH);
  const stop = () => messages.stop();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    for await (const message of messages) {
      if (signal.aborted || message.seq <= seen.at) continue;
      if (message.seq > seen.at + 1 && seen.skipped !== message.seq) {
        seen.skipped = message.seq;
        return;
      }
      if (message.seq > last) {
        seen.at = last;
        return;
      }
      seen.at = message.seq;
      yield message;
      if (seen.at >= last) return;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    await leave(link, consumer, messages);
  }
}

/** Gives the consumer back; the server forgets it by itself where that does not arrive. */
async function leave(
  link: Link,
  consumer: { delete(): Promise<boolean> },
  messages: ConsumerMessages,
): Promise<void> {
  messages.stop();
  if (!link.closing.aborted) await consumer.delete().catch(() => {});
}

function faultOf(link: Link, error: unknown): TroupeError {
  return TroupeError.is(error) ? error : unreachable(link.url, error);
}

function isGone(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof JetStreamApiError && cause.code === 10059;
}

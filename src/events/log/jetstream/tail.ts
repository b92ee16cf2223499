/**
 * The messages of one partition, from a number on.
 *
 * - 1. Each once, in order. Numbers in a partition have no gaps but where records are archived:
 *      what was skipped on the way is asked for again, what the server itself has skipped is gone.
 * - 2. Live, it outlives lost connections and restarts of the server; it ends with its signal.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { JetStreamApiError, type ConsumerMessages, type JsMsg } from "@nats-io/jetstream";
import type { MsgHdrs } from "@nats-io/transport-node";
import { TroupeError } from "../../../errors.ts";
import { partitionStream, reach, unreachable, type Link } from "./link.ts";
import { directTail } from "./tail-direct.ts";

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

/** A message as it was stored. */
export interface TailMessage {
  readonly subject: string;
  readonly headers: MsgHdrs | undefined;
  readonly data: Uint8Array;
  /** Its number in the partition. */
  readonly seq: number;
}

/** @throws {@link TroupeError} `LOG_UNREACHABLE`, `LOG_FORBIDDEN`; live, only where the partition is gone or may not be read. */
export async function* tail(
  link: Link,
  options: TailOptions,
): AsyncGenerator<TailMessage, void, undefined> {
  const { last = Number.POSITIVE_INFINITY, signal } = options;
  const seen = { at: options.after, skipped: 0 };
  const stream = partitionStream(link.name, options.partition);
  const consuming = await link.may(`$JS.API.CONSUMER.CREATE.${stream}.any`);
  const once = consuming ? consumed : directTail;
  while (seen.at < last && !signal.aborted) {
    try {
      yield* once(link, options, seen);
    } catch (error) {
      if (signal.aborted) return;
      if (options.last !== undefined || isFinal(error)) throw faultOf(link, error);
    }
    if (seen.at < last) await sleep(AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}

/** Where the tail is; `skipped`: the gap that was met last, asked for once more already. */
interface Seen {
  at: number;
  skipped: number;
}

async function* consumed(
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
  let delivered = 0;
  try {
    for await (const message of messages) {
      if (signal.aborted || message.seq <= seen.at) continue;
      delivered += 1;
      if (isSkipped(message, seen, delivered)) {
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

/** Whether something before a message was lost on the way to us, and not asked for again yet. */
function isSkipped(message: JsMsg, seen: Seen, delivered: number): boolean {
  if (message.seq === seen.at + 1 || seen.skipped === message.seq) return false;
  return message.info.deliverySequence !== delivered;
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

/** Whether it stays so: the partition is gone, or may not be read. */
function isFinal(error: unknown): boolean {
  if (TroupeError.is(error, "LOG_FORBIDDEN")) return true;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof JetStreamApiError && cause.code === 10059;
}

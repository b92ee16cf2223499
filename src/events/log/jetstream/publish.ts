/**
 * Writes one message, or several as one atomic batch, under one expectation.
 *
 * - 1. The expectation rides on the first message: the number of the last message that fits a
 *      filter. Within a batch the server takes one a filter, and checks it when it commits.
 * - 2. Every answer falls into one of four outcomes; only `written` says that something stands
 *      in the log, only `unknown` that nobody can say, or that the server cannot now.
 * - 3. The client's own batch class is not used: it drops expectations and hides error codes.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { JetStreamApiError } from "@nats-io/jetstream";
import { errors, headers, nuid, type Msg } from "@nats-io/transport-node";
import { z } from "zod";
import { TroupeError } from "../../../errors.ts";
import { forbiddenBy, violationIn } from "./forbidden.ts";
import type { Link } from "./link.ts";
import type { Outgoing } from "./message.ts";

/** What must be true for the write to happen. */
export interface Expectation {
  /** The JetStream stream that the subjects must belong to. */
  readonly stream: string;
  readonly filter: string;
  /** The number of the last message that fits `filter`, 0 where there is none; undefined: whatever stands there. */
  readonly last: number | undefined;
}

export type Outcome =
  /** `at`: the number of the last message. */
  | { readonly kind: "written"; readonly at: number }
  /** Something else stands there, or is about to; look again. Nothing was written. */
  | { readonly kind: "refused"; readonly why: string }
  /** Nothing was written, and it will not be if it is tried again at once. */
  | { readonly kind: "failed"; readonly why: string; readonly cause?: unknown }
  /** It may yet be written, or could be if it is tried again. */
  | { readonly kind: "unknown"; readonly why: string; readonly cause?: unknown };

/** Most messages that one atomic batch takes. */
export const BATCH_LIMIT = 1000;

/** How often, and after how long, it is tried again before it counts that no stream takes a subject. */
const TRIES = 10;
const AGAIN_MS = 50;

const Ack = z.looseObject({
  stream: z.string(),
  seq: z.int(),
  count: z.int().optional(),
  error: z
    .looseObject({ code: z.int(), err_code: z.int().default(0), description: z.string().default("") })
    .optional(),
});

/** Wrong last sequence, another append in flight, the same in a batch, batch incomplete, too many batches. */
const LOOK_AGAIN = new Set([10071, 10164, 10201, 10176, 10210]);

/** There is no stream of this name. */
const NO_STREAM = 10059;

/** Publishes; never rejects. */
export async function publish(
  link: Link,
  messages: readonly Outgoing[],
  expectation: Expectation,
): Promise<Outcome> {
  const sent = messages.map((message) => ({ ...message, headers: copyOf(message) }));
  const [first] = sent;
  if (first === undefined) return { kind: "failed", why: "there is nothing to write" };
  first.headers.set("Nats-Expected-Stream", expectation.stream);
  if (expectation.last !== undefined) {
    first.headers.set("Nats-Expected-Last-Subject-Sequence", String(expectation.last));
    first.headers.set("Nats-Expected-Last-Subject-Sequence-Subject", expectation.filter);
  }
  const tooBig = sent.find((message) => sizeOf(message) > (link.nc.info?.max_payload ?? Infinity));
  if (tooBig !== undefined) return { kind: "failed", why: tooLarge(link, sizeOf(tooBig)) };
  return untilTaken(link, sent, expectation.stream);
}

/** Sends it again while nobody takes it, for a moment; longer while its stream has no leader. */
async function untilTaken(link: Link, sent: readonly Outgoing[], stream: string): Promise<Outcome> {
  const since = performance.now();
  for (let left = TRIES; ; left--) {
    if (sent.length > 1) toBatch(sent);
    const outcome = await attempt(link, sent);
    if (outcome !== undefined) return outcome;
    if (left === 0) return { kind: "failed", why: "no stream takes this subject" };
    const leaderless = left === 1 && (await isLeaderless(link, stream));
    if (leaderless && performance.now() - since > link.answerMs)
      return { kind: "unknown", why: "its stream has no leader" };
    if (leaderless) left++;
    await sleep(AGAIN_MS);
  }
}

/** Whether a stream of a cluster waits for its next leader, so that nobody says anything of it. */
async function isLeaderless(link: Link, stream: string): Promise<boolean> {
  try {
    const { cluster } = await link.jsm.streams.info(stream);
    return cluster !== undefined && cluster.leader === undefined;
  } catch (error) {
    return !(error instanceof JetStreamApiError && error.code === NO_STREAM);
  }
}

/** `undefined` where nobody took it: so it is while a stream is made or changed, or has no leader. */
async function attempt(link: Link, sent: readonly Outgoing[]): Promise<Outcome | undefined> {
  try {
    await link.ready();
    const message = await link.unlessDropped(request(link, sent));
    if (message === undefined) return { kind: "unknown", why: "the connection was lost" };
    return outcomeOf(message, sent.length);
  } catch (error) {
    if (error instanceof errors.RequestError && error.isNoResponders()) return undefined;
    const why = error instanceof Error ? error.message : String(error);
    const surely = error instanceof errors.InvalidArgumentError || violationIn(error) !== undefined;
    return { kind: surely ? "failed" : "unknown", why, cause: error };
  }
}

/** The error for a write that surely did not happen: `LOG_FORBIDDEN` where it is for want of a permission. */
export function writeFailed(url: string, why: string, cause?: unknown): TroupeError {
  const refused = forbiddenBy(url, cause);
  if (refused !== undefined) return refused;
  return new TroupeError("LOG_WRITE_FAILED", `the log ${url} did not take it: ${why}`, {
    hint: "Read what the server says, mend it (space, limits, message size), then write again.",
    data: { url },
  });
}

function request(link: Link, messages: readonly Outgoing[]): Promise<Msg | undefined> {
  for (const { subject, data, headers } of messages.slice(0, -1))
    link.nc.publish(subject, data, { headers });
  const last = messages.at(-1);
  if (last === undefined) return Promise.resolve(undefined);
  return link.nc.request(last.subject, last.data, { headers: last.headers, timeout: link.answerMs });
}

function toBatch(messages: readonly Outgoing[]): void {
  const id = nuid.next();
  for (const [i, message] of messages.entries()) {
    message.headers.set("Nats-Batch-Id", id);
    message.headers.set("Nats-Batch-Sequence", String(i + 1));
  }
  messages.at(-1)?.headers.set("Nats-Batch-Commit", "1");
}

function outcomeOf(message: Msg, count: number): Outcome {
  const ack = Ack.safeParse(jsonOf(message));
  if (!ack.success) return { kind: "unknown", why: "the server's answer is not an acknowledgement" };
  const { error, seq } = ack.data;
  if (error === undefined) {
    if (count > 1 && ack.data.count !== count)
      return { kind: "unknown", why: "the server did not take the batch as one" };
    return { kind: "written", at: seq };
  }
  const why = `${error.description} (${error.err_code})`;
  return { kind: LOOK_AGAIN.has(error.err_code) ? "refused" : "failed", why };
}

function jsonOf(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}

function copyOf({ headers: from }: Outgoing): Outgoing["headers"] {
  const copy = headers();
  for (const [key, values] of from) for (const value of values) copy.append(key, value);
  return copy;
}

function sizeOf({ data, headers: head }: Outgoing): number {
  let size = data.byteLength + 16;
  for (const [key, values] of head)
    for (const value of values) size += key.length + Buffer.byteLength(value) + 4;
  return size;
}

function tooLarge(link: Link, size: number): string {
  return `a message of ${size} bytes is over the server's max_payload of ${link.nc.info?.max_payload}; lower payloadLimit or raise max_payload`;
}

/**
 * The requester's side of commands (commands.ts): asks until somebody answers.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Msg } from "@nats-io/transport-node";
import { TroupeError } from "../../../errors.ts";
import { assertJson } from "../../json.ts";
import { commandSubject, partitionOfAddress, type CommandSpace } from "../../subjects.ts";
import { isUnowned, resultOf, UNOWNED, type Answer } from "../answer.ts";
import { unanswered, unowned } from "../faults.ts";
import type { Command, CommandChannel } from "../log.ts";
import type { Sealer } from "../payload.ts";
import { Reply } from "./command-message.ts";
import { forbiddenBy } from "./forbidden.ts";
import { ownerOf, type Lease } from "./lease.ts";
import { assertOpen, type Link } from "./link.ts";

/** How often one that does not serve yet is asked again, and how often an owner is missed. */
const AGAIN_MS = 20;
const MISSED_MS = 1_000;
/** After how many looks at an owner that is still there it is asked again, where hosts share the log. */
const SILENT_LOOKS = 3;

/** @param anyHost whether hosts are known that share the partitions. */
export function requester(
  link: Link,
  seals: Sealer,
  anyHost: () => Promise<boolean>,
): CommandChannel["request"] {
  return async (command, { timeoutMs = 30_000 } = {}) => {
    assertOpen(link);
    const { id } = command;
    const late = AbortSignal.timeout(timeoutMs);
    const stop = AbortSignal.any([late, link.closing]);
    const why = () => (late.aborted ? `none came within ${timeoutMs} ms` : "the log was closed");
    const question = { ...questionOf(link, seals, command), stop, anyHost };
    for (;;) {
      const met = await ask(link, question).catch((cause: unknown) => {
        const forbids = forbiddenBy(link.url, cause);
        if (forbids === undefined && !stop.aborted) return { gone: String(cause) };
        throw forbids ?? unanswered(id, why());
      });
      const answer = answerIn(seals, met);
      if (!("gone" in answer) && !isUnowned(answer)) return resultOf(answer);
      // where the server is away nobody knows: it is asked again until the time is over
      if (!(await anyHost().catch(() => true))) await assertComes(link, { id, ...question, answer });
      await sleep(AGAIN_MS, undefined, { signal: stop }).catch(() => {});
      if (stop.aborted) throw unanswered(id, why());
    }
  };
}

/** @throws {@link TroupeError} `JSON_INVALID`, `PAYLOAD_TOO_LARGE`; nothing was sent. */
function questionOf(
  link: Link,
  seals: Sealer,
  { id, address, op, data }: Command,
): Pick<Question, "subject" | "sealed" | "partition"> {
  assertJson(data, "data");
  const sealed = seals.sealInline({ id, address, op, data }, "command", { stream: address });
  const limit = link.nc.info?.max_payload ?? Number.POSITIVE_INFINITY;
  if (sealed.byteLength > limit) throw tooLarge("a command", sealed.byteLength, limit);
  const subject = commandSubject(link, address, spaceOf(op));
  return { subject, sealed, partition: partitionOfAddress(address, link.partitions) };
}

/** Why there is no answer: the owner, or the connection to it, went away with the question. */
interface Gone {
  readonly gone: string;
}

const SILENT: Gone = { gone: "its owner does not answer" };
const STOPPED: Gone = { gone: "its owner stopped while working on it" };

function answerIn(seals: Sealer, met: Msg | Gone): Answer | Gone {
  if ("gone" in met) return met;
  if (met.data.length === 0 && met.headers?.code === 503) return UNOWNED; // nobody listens
  const reply = Reply.parse(seals.unsealInline(met.data));
  return "stopped" in reply ? STOPPED : reply;
}

/**
 * Only an owner that does not serve yet is worth another question where no host shares the log.
 *
 * @throws {@link TroupeError} `LOG_UNOWNED`, `LOG_OUTCOME_UNKNOWN`.
 */
async function assertComes(
  link: Link,
  {
    id,
    partition,
    answer,
  }: { readonly id: string; readonly partition: number; readonly answer: Answer | Gone },
): Promise<void> {
  if ("gone" in answer) throw unanswered(id, answer.gone);
  if (answer !== UNOWNED || (await ownerOf(link, partition)) === undefined) throw unowned(link.url);
}

/** The server would not take it. Nothing was sent. */
export function tooLarge(what: string, bytes: number, limit: number): TroupeError {
  const message = `${what} of ${bytes} bytes is over the server's max_payload of ${limit}`;
  return new TroupeError("PAYLOAD_TOO_LARGE", message, {
    hint: "Send less at once, put what is large into a file, or raise max_payload.",
    data: { bytes, limit },
  });
}

interface Question {
  readonly anyHost: () => Promise<boolean>;
  readonly subject: string;
  readonly sealed: Uint8Array;
  readonly partition: number;
  readonly stop: AbortSignal;
}

/** The reply, or why there is none. Rejects when the wait ended without either. */
async function ask(
  link: Link,
  { subject, sealed, partition, stop, anyHost }: Question,
): Promise<Msg | Gone> {
  const { promise, resolve, reject } = Promise.withResolvers<Msg>();
  const inbox = link.inbox();
  const callback = (error: Error | null, message: Msg) =>
    error === null ? resolve(message) : reject(error);
  const subscription = link.nc.subscribe(inbox, { max: 1, callback });
  const done = new AbortController();
  const over = AbortSignal.any([stop, done.signal]);
  const ended = missing(link, { partition, over, anyHost });
  ended.catch(() => {}); // it may come second
  try {
    await link.ready();
    link.nc.publish(subject, sealed, { reply: inbox });
    const met = await link.unlessDropped(Promise.race([promise, ended]), subject);
    return met ?? { gone: "the connection was lost" };
  } finally {
    done.abort();
    if (!link.nc.isClosed()) subscription.unsubscribe();
  }
}

/**
 * Resolves when the owner that worked on it is another or none, or has been silent while hosts
 * share the log: the question may have reached nobody. Rejects when the wait is over.
 */
async function missing(
  link: Link,
  {
    partition,
    over,
    anyHost,
  }: Pick<Question, "partition" | "anyHost"> & { readonly over: AbortSignal },
): Promise<Gone> {
  let first: Lease | undefined;
  for (let looks = 1; ; looks++) {
    await sleep(MISSED_MS, undefined, { signal: over, ref: false });
    const lease = await ownerOf(link, partition).catch(() => first);
    first ??= lease;
    if (lease?.token !== first?.token || lease === undefined) return STOPPED;
    if (looks >= SILENT_LOOKS && (await anyHost().catch(() => false))) return SILENT;
  }
}

/** What only a host may ask travels on subjects of its own, which the server lets only hosts publish to. */
export function spaceOf(op: string): CommandSpace {
  return op === "deliver" ? "msg" : "cmd";
}

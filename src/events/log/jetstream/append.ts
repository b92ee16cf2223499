/**
 * Appends: the expectation is the number of the last message on the actor's own subjects.
 *
 * - 1. What the server refuses is compared with what stands there before it is called a
 *      conflict: the same ids at the same places are a success (L4). No window of remembered
 *      ids is involved, so it holds however late the retry comes.
 * - 2. After a lost answer the same comparison decides. Where nothing stands yet, nobody can
 *      say: the message may still arrive (L6).
 * - 3. Appends of one actor through one handle go one after another: the server takes only one
 *      expectation a filter at a time.
 */
import { TroupeError, WrongSequenceError } from "../../../errors.ts";
import { actorFilter, partitionOfAddress } from "../../subjects.ts";
import { ARCHIVED, runArchived } from "../archived.ts";
import { lastOf, recordsOf, type Found } from "./find.ts";
import { partitionStream, type Link } from "./link.ts";
import type { Mark } from "./marks.ts";
import type { Outgoing } from "./message.ts";
import { publish, writeFailed } from "./publish.ts";

/** One append, ready to be sent. */
export interface Append {
  readonly stream: string;
  readonly expected: number;
  readonly ids: readonly string[];
  readonly messages: readonly Outgoing[];
  /** Nothing may follow it: what it writes last says that the actor is archived. */
  readonly ends: boolean;
}

/** How often a refusal without a visible conflict is tried again. */
const TRIES = 5;

/** Makes the appender of one handle; it answers the seq of the last record. */
export function appender(link: Link): (append: Append) => Promise<number> {
  const queues = new Map<string, Promise<unknown>>();
  return (append) => {
    const { stream } = append;
    const before = queues.get(stream) ?? Promise.resolve();
    const mine = before.then(
      () => write(link, append),
      () => write(link, append),
    );
    queues.set(stream, mine);
    const leave = () => {
      if (queues.get(stream) === mine) queues.delete(stream);
    };
    mine.then(leave, leave);
    return mine;
  };
}

async function write(link: Link, append: Append): Promise<number> {
  const { stream, expected, ids, messages } = append;
  if (link.closing.aborted) throw unknown(append, "the log was closed");
  const last = expected + ids.length;
  let mark = link.marks.exact(stream, expected);
  let why = "";
  for (let left = TRIES; left > 0; left--) {
    mark ??= await place(link, append);
    if (mark === undefined) return last;
    const outcome = await publish(link, messages, expectation(link, stream, mark));
    if (outcome.kind === "written") {
      if (!append.ends) link.marks.note(stream, { seq: last, at: outcome.at });
      return last;
    }
    if (outcome.kind === "unknown") return settle(link, append, outcome.why);
    if (outcome.kind === "failed") throw writeFailed(link.url, outcome.why, outcome.cause);
    ({ why } = outcome);
    mark = undefined;
  }
  throw writeFailed(link.url, `it was refused ${TRIES} times: ${why}`);
}

/**
 * Where the append goes; `undefined` where exactly it stands there already.
 *
 * @throws {@link WrongSequenceError} where something else does, or the tip lies before it.
 * @throws {@link TroupeError} `LOG_OUTCOME_UNKNOWN` where it cannot be seen: an earlier
 * attempt may have written it.
 */
async function place(link: Link, append: Append): Promise<Mark | undefined> {
  try {
    return await look(link, append);
  } catch (error) {
    if (TroupeError.is(error, "LOG_UNREACHABLE")) throw unknown(append, error.message);
    throw error;
  }
}

async function look(link: Link, append: Append): Promise<Mark | undefined> {
  const { stream, expected, ids } = append;
  const last = await lastOf(link, stream);
  if (last === undefined) {
    if (expected === 0) return { seq: 0, at: 0 };
    throw new WrongSequenceError(stream, expected, 0);
  }
  const tip = last.envelope.seq;
  if (last.envelope.type === ARCHIVED) return lookArchived(append, last);
  if (tip === expected) return { seq: tip, at: last.at };
  const to = expected + ids.length;
  if (tip < to) throw new WrongSequenceError(stream, expected, tip);
  for await (const { envelope } of recordsOf(link, stream, { first: expected + 1, to, tip: last }))
    if (envelope.id !== ids[envelope.seq - expected - 1])
      throw new WrongSequenceError(stream, expected, tip);
  return undefined;
}

/** Only what archived it stands there still. */
function lookArchived({ stream, expected, ids }: Append, { envelope }: Found): undefined {
  if (envelope.seq === expected + ids.length && envelope.id === ids.at(-1)) return undefined;
  throw runArchived(stream);
}

async function settle(link: Link, append: Append, why: string): Promise<number> {
  const mark = await place(link, append);
  if (mark === undefined) return append.expected + append.ids.length;
  throw unknown(append, why);
}

function expectation(link: Link, stream: string, mark: Mark) {
  const partition = partitionOfAddress(stream, link.partitions);
  return {
    stream: partitionStream(link.name, partition),
    filter: actorFilter(link, stream),
    last: mark.at,
  };
}

function unknown({ stream, expected }: Append, why: string): TroupeError {
  return new TroupeError(
    "LOG_OUTCOME_UNKNOWN",
    `nobody can say whether "${stream}" was written at ${expected}: ${why}`,
    {
      hint: "Append the same records at the same place again: it is written once.",
      data: { stream, expected },
    },
  );
}

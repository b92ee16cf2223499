/**
 * What a record came from, as it stands in the records themselves. Pure.
 *
 * - 1. A cause in the same run stands before what it caused, so whoever goes back comes to an end:
 *      at a command, at a start from outside, or at a record of another run.
 * - 2. What a host writes on its own account (a take-over, what it has settled, a checkpoint) came of
 *      nothing but that the actor was there: it follows the actor's record before it.
 */
import { isCommand } from "../actors/causes.ts";
import type { Recorded } from "../events/log/log.ts";
import { parseBody, placeOf, type RecordBody } from "../events/record.ts";
import type { RunRecords } from "../events/log/run-records.ts";

/** A record of any run. */
export interface RecordName {
  readonly address: string;
  readonly seq: number;
}

/** How a record came to be. `of` is the record that it came of; `effect` which of its effects it was, from 0. */
export type Cause =
  /** A command from outside. */
  | { readonly by: "command"; readonly id: string }
  /** It was started, or sent to, by a program, which gave no id. */
  | { readonly by: "outside"; readonly correlation: string }
  | {
      readonly by:
        | "start"
        | "send"
        | "stop"
        /** The end of a child that is an actor. */
        | "end"
        /** What a custom action did while it ran. */
        | "action";
      readonly of: RecordName;
      readonly effect: number;
    }
  | {
      readonly by: "timer";
      readonly of: RecordName;
      readonly effect: number;
      /** Epoch ms. */
      readonly dueAt?: number;
    }
  /** What an activity (promise, callback, observable) told, or came to. */
  | {
      readonly by: "activity";
      readonly activity: string;
      /** Absent where no record says which one started it: then `follows` is there. */
      readonly of?: RecordName;
      readonly effect?: number;
      readonly follows?: RecordName;
    }
  /** Something sent it at a time of its own, as an action that goes on later; that it had this record is all that is known. */
  | { readonly by: "later"; readonly from: string; readonly follows?: RecordName }
  | { readonly by: "host"; readonly follows?: RecordName };

/** A run whose records are found by their names. */
export interface IndexedRun extends RunRecords {
  /** Position by `address#seq`. */
  readonly positions: ReadonlyMap<string, number>;
  /** Positions of an actor's records, in order. */
  readonly actors: ReadonlyMap<string, readonly number[]>;
}

export function indexed({ run, records }: RunRecords): IndexedRun {
  const positions = new Map<string, number>();
  const actors = new Map<string, number[]>();
  for (const [at, { stream, seq }] of records.entries()) {
    positions.set(`${stream}#${seq}`, at + 1);
    const own = actors.get(stream);
    if (own === undefined) actors.set(stream, [at + 1]);
    else own.push(at + 1);
  }
  return { run, records, positions, actors };
}

export function bodyOf(record: Recorded): RecordBody {
  return parseBody(record.body, placeOf(record));
}

/** The record that a cause names: where one goes on to. */
export function recordOf(cause: Cause): RecordName | undefined {
  if ("of" in cause && cause.of !== undefined) return cause.of;
  return "follows" in cause ? cause.follows : undefined;
}

/**
 * What the record at a position came from.
 *
 * @throws {@link TroupeError} `RECORD_INVALID`, `LOG_NEWER`, `RUN_ERASED`.
 */
export function causeOf(run: IndexedRun, record: Recorded, body = bodyOf(record)): Cause {
  const { cause } = record;
  if (cause === undefined) return causeless(run, record, body);
  if (cause.startsWith("cmd:")) return { by: "command", id: cause.slice(4) };
  const effect = EFFECT.exec(cause);
  if (effect === null) return later(run, record, cause);
  const made = madeBy(effect);
  if (isCommand(cause)) return { by: "action", ...made };
  return ofEffect(run, { record, body }, made);
}

const EFFECT = /^(.+)#([0-9]+)\.([0-9]+)(?:\/[0-9]+)?$/;

function ofEffect(
  run: IndexedRun,
  { record, body }: { readonly record: Recorded; readonly body: RecordBody },
  made: { readonly of: RecordName; readonly effect: number },
): Cause {
  const { born, timer, from, event } = body;
  if (born !== undefined) return { by: "start", ...made };
  if (timer !== undefined) return { by: "timer", ...made, ...dueOf(run, made) };
  if (event?.type === "troupe.stopped") return { by: "stop", ...made };
  if (from !== undefined && from !== record.stream && made.of.address === record.stream)
    return { by: "activity", activity: from, ...made };
  const ended = event !== undefined && /^xstate\.(done|error)\.actor\./.test(event.type);
  return { by: ended ? "end" : "send", ...made };
}

function dueOf(
  run: IndexedRun,
  { of, effect }: { readonly of: RecordName; readonly effect: number },
): { readonly dueAt?: number } {
  const record = run.records[(run.positions.get(nameOf(of)) ?? 0) - 1];
  const dueAt = record === undefined ? undefined : bodyOf(record).dues?.[effect];
  return dueAt === undefined ? {} : { dueAt };
}

/** A birth from outside, or a record of the host's own. */
function causeless(run: IndexedRun, record: Recorded, { born, event }: RecordBody): Cause {
  if (born !== undefined) return { by: "outside", correlation: record.correlation };
  const activity = event?.["activity"];
  const own = record.seq > 1 ? { follows: { address: record.stream, seq: record.seq - 1 } } : {};
  if (event?.type !== "troupe.activity.failed" || typeof activity !== "string")
    return { by: "host", ...own };
  return { by: "activity", activity, ...(startOf(run, record, activity) ?? own) };
}

/** What started an activity that failed: what it came to at last says so. */
function startOf(
  { actors, records }: IndexedRun,
  { stream, seq }: Recorded,
  activity: string,
): { readonly of: RecordName; readonly effect: number } | undefined {
  const later = (actors.get(stream) ?? []).slice(seq);
  for (const position of later) {
    const record = records[position - 1];
    const effect = record?.body["from"] === activity ? EFFECT.exec(record.cause ?? "") : null;
    if (effect !== null) return madeBy(effect);
  }
  return undefined;
}

function madeBy([, address = "", seq = "", index = ""]: RegExpExecArray): {
  readonly of: RecordName;
  readonly effect: number;
} {
  return { of: { address, seq: Number(seq) }, effect: Number(index) };
}

/** `SENDER@ID`: what was sent outside of any step. */
function later(run: IndexedRun, record: Recorded, cause: string): Cause {
  const from = cause.slice(0, cause.lastIndexOf("@"));
  if (!from.includes("/")) return { by: "outside", correlation: record.correlation };
  return { by: "later", from, ...lastOf(run, record, from) };
}

/** The last record before this one of an actor, or of the one that what is below it belongs to. */
function lastOf(run: IndexedRun, record: Recorded, address: string): { readonly follows?: RecordName } {
  const limit = run.positions.get(nameOf({ address: record.stream, seq: record.seq })) ?? 0;
  const path = address.slice(address.indexOf("/"));
  for (let end = path.length; end > 0; end = path.lastIndexOf(":", end - 1)) {
    const found = lastBefore(run, path.slice(0, end), limit);
    if (found !== undefined) return { follows: { address: found.stream, seq: found.seq } };
  }
  return {};
}

/** Kinds may differ on the way down, so only the path counts. */
function lastBefore(
  { actors, records }: IndexedRun,
  path: string,
  limit: number,
): Recorded | undefined {
  for (const [address, positions] of actors) {
    if (address.slice(address.indexOf("/")) !== path) continue;
    const last = positions.findLast((position) => position < limit);
    if (last !== undefined) return records[last - 1];
  }
  return undefined;
}

export function nameOf({ address, seq }: RecordName): string {
  return `${address}#${seq}`;
}

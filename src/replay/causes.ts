/**
 * What a record came from, as it stands in the records themselves. Pure.
 *
 * - 1. A cause in the same run stands before what it caused, so whoever goes back comes to an end:
 *      at a command, at a start from outside, or at a record of another run.
 * - 2. What a host writes on its own account (a take-over, what it has settled, a checkpoint) came of
 *      nothing but that the actor was there: it follows the actor's record before it.
 */
import { commandIn, effectIn, type EffectOf } from "../actors/causes.ts";
import { TroupeError } from "../errors.ts";
import type { Recorded } from "../events/log/log.ts";
import { parseBody, placeOf, type RecordBody } from "../events/record.ts";
import type { RunRecords } from "../events/log/run-records.ts";
import { placesOf, type Places } from "./places.ts";

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
  readonly places: Places;
}

export function indexed({ run, records }: RunRecords): IndexedRun {
  return { run, records, places: placesOf({ run, records }) };
}

export function bodyOf(record: Recorded): RecordBody {
  return parseBody(record.body, placeOf(record));
}

/** A body, or why there is none to be had. */
export type Read =
  | { readonly body: RecordBody; readonly unreadable?: never }
  | { readonly body?: never; readonly unreadable: string };

/**
 * Reads a record as far as this Troupe can: what stands around its body is known in any case.
 *
 * @throws {@link TroupeError} `RUN_ERASED`: of that nothing is left to look at.
 */
export function readBody(record: Recorded): Read {
  try {
    return { body: bodyOf(record) };
  } catch (error) {
    if (!TroupeError.is(error) || error.code === "RUN_ERASED") throw error;
    return { unreadable: error.message };
  }
}

/** The record that a cause names: where one goes on to. */
export function recordOf(cause: Cause): RecordName | undefined {
  if ("of" in cause && cause.of !== undefined) return cause.of;
  return "follows" in cause ? cause.follows : undefined;
}

/**
 * What the record at a position came from; of one that cannot be read, as far as it is known.
 *
 * @throws {@link TroupeError} `RUN_ERASED`.
 */
export function causeOf(run: IndexedRun, record: Recorded, { body }: Read = readBody(record)): Cause {
  const said = saidBy(record, body);
  if (said.by === "timer") return { ...said, ...dueOf(run, said) };
  if (said.by === "later") return { ...said, ...lastOf(run, record, said.from) };
  return said.by === "host" ? behindOwn(run, record, body) : said;
}

/**
 * What a record alone says that it came from: of a timer not when it was due, and nothing of what it
 * only follows.
 *
 * @param body undefined where it cannot be read.
 */
export function saidBy(
  record: Pick<Recorded, "stream" | "cause" | "correlation">,
  body: RecordBody | undefined,
): Cause {
  const { cause, correlation } = record;
  const command = commandIn(cause);
  if (command !== undefined) return { by: "command", id: command };
  const effect = effectIn(cause);
  if (effect !== undefined) return ofEffect(record.stream, effect, body);
  if (cause === undefined)
    return body?.born === undefined ? { by: "host" } : { by: "outside", correlation };
  const from = cause.slice(0, cause.lastIndexOf("@")); // SENDER@ID: sent outside of any step
  return from.includes("/") ? { by: "later", from } : { by: "outside", correlation };
}

function ofEffect(
  stream: string,
  { address, seq, index, ofAction }: EffectOf,
  body?: RecordBody,
): Cause {
  const made = { of: { address, seq }, effect: index };
  if (ofAction || body === undefined) return { by: ofAction ? "action" : "send", ...made };
  const { born, timer, from, event } = body;
  if (born !== undefined) return { by: "start", ...made };
  if (timer !== undefined) return { by: "timer", ...made };
  if (from !== undefined && from !== stream && address === stream)
    return { by: "activity", activity: from, ...made };
  return { by: wordOf(event?.type), ...made };
}

/** What one actor has told another by an event. */
function wordOf(event = ""): "stop" | "end" | "send" {
  if (event === "troupe.stopped") return "stop";
  return /^xstate\.(done|error)\.actor\./.test(event) ? "end" : "send";
}

/** The record of a name, and where it stands; undefined where it is none of the run. */
export function recordAt(
  { records, places }: IndexedRun,
  { address, seq }: RecordName,
): Recorded | undefined {
  return records[(places.positionOf(address, seq) ?? 0) - 1];
}

function dueOf(
  run: IndexedRun,
  { of, effect }: { readonly of: RecordName; readonly effect: number },
): { readonly dueAt?: number } {
  const record = recordAt(run, of);
  const dueAt = record && readBody(record).body?.dues?.[effect];
  return dueAt === undefined ? {} : { dueAt };
}

/** What a host writes of its own accord: of an activity, or of nothing but that the actor was there. */
function behindOwn(run: IndexedRun, record: Recorded, { event }: Partial<RecordBody> = {}): Cause {
  const activity = event?.["activity"];
  const own = record.seq > 1 ? { follows: { address: record.stream, seq: record.seq - 1 } } : {};
  if (event?.type !== "troupe.activity.failed" || typeof activity !== "string")
    return { by: "host", ...own };
  return { by: "activity", activity, ...(startOf(run, record, activity) ?? own) };
}

/** What started an activity that failed: what it came to at last says so. */
function startOf(
  { places }: IndexedRun,
  { stream, seq }: Recorded,
  activity: string,
): { readonly of: RecordName; readonly effect: number } | undefined {
  for (const { body, cause } of (places.of(stream)?.records ?? []).slice(seq)) {
    const effect = body["from"] === activity ? effectIn(cause) : undefined;
    if (effect !== undefined)
      return { of: { address: effect.address, seq: effect.seq }, effect: effect.index };
  }
  return undefined;
}

/** The last record before this one of an actor, or of the one that what is below it belongs to. */
function lastOf(run: IndexedRun, record: Recorded, address: string): { readonly follows?: RecordName } {
  const limit = run.places.positionOf(record.stream, record.seq) ?? 0;
  const path = address.slice(address.indexOf("/"));
  for (let end = path.length; end > 0; end = path.lastIndexOf(":", end - 1)) {
    const found = lastBefore(run, path.slice(0, end), limit);
    if (found !== undefined) return { follows: { address: found.stream, seq: found.seq } };
  }
  return {};
}

/** Kinds may differ on the way down, so only the path counts. */
function lastBefore({ places }: IndexedRun, path: string, limit: number): Recorded | undefined {
  for (const place of places.all) {
    if (place.address.slice(place.address.indexOf("/")) !== path) continue;
    const last = place.records[places.lastUpTo(place, limit - 1)];
    if (last !== undefined) return last;
  }
  return undefined;
}

export function nameOf({ address, seq }: RecordName): string {
  return `${address}#${seq}`;
}

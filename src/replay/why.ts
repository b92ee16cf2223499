/**
 * Why a record is there, and what came of it: chains and trees of causes across the actors of a
 * run. Pure.
 *
 * - 1. A chain goes from the record back to the command or the start that began it. It ends earlier
 *      only where a cause lies in another run, or is not in the log: then the last link names it.
 * - 2. No record stands in it twice, whatever the records say.
 * - 3. A record that cannot be read is a link, too: what stands around its body says where it came from.
 */
import type { Json } from "../events/json.ts";
import type { Recorded } from "../events/log/log.ts";
import type { RecordBody } from "../events/record.ts";
import {
  causeOf,
  indexed,
  readBody,
  recordAt,
  recordOf,
  type Cause,
  type IndexedRun,
  type RecordName,
} from "./causes.ts";
import { isBookkeeping } from "./bookkeeping.ts";
import { failureIn, type Failure } from "./failure.ts";
import type { RunRecords } from "../events/log/run-records.ts";

/** A record, and how it came to be. */
export interface Link extends RecordName {
  readonly run: string;
  readonly position: number;
  readonly type: string;
  /** Epoch ms. */
  readonly at: number;
  /** Type of its input; absent in a birth. */
  readonly input?: string;
  /** State value before it; absent in a birth. */
  readonly before?: Json;
  /** Null where it cannot be read. */
  readonly after: Json;
  readonly status: RecordBody["status"] | null;
  /** The error that it is about, in the words of whoever failed. */
  readonly failure?: Failure;
  /** Why the record cannot be read: what else is said of it stands around it. */
  readonly unreadable?: string;
  /** The input came too late, or the machine had nothing for it. */
  readonly unheard?: "late" | "not handled";
  readonly cause: Cause;
  /** Of the end of an activity: what came before it. */
  readonly attempts?: Attempts;
}

/** The attempts at an activity, up to the record that says what it came to. */
export interface Attempts {
  /** The number of the last one, from 1. */
  readonly attempt: number;
  readonly failures: readonly (RecordName & { readonly error: Json })[];
  /** How often its host was lost. */
  readonly recoveries: number;
}

export interface Chain {
  /** From the record that was asked for to the one that began it. Never empty. */
  readonly links: readonly Link[];
  /** The cause of the last link, where this run does not have it. */
  readonly elsewhere?: RecordName;
}

/** @param position from 1, as of `positionIn`. */
export function chainOf(run: RunRecords, position: number): Chain {
  const index = indexed(run);
  const links: Link[] = [];
  const met = new Set<number>();
  for (let at = position; !met.has(at);) {
    met.add(at);
    const link = linkAt(index, at);
    links.push(link);
    const next = recordOf(link.cause);
    if (next === undefined) return { links };
    const found = index.places.positionOf(next.address, next.seq);
    if (found === undefined) return { links, elsewhere: next };
    at = found;
  }
  return { links };
}

/** A record with what came of it. */
export interface Consequence extends Link {
  readonly consequences: readonly Consequence[];
  /** Records that came of it directly and are not listed. */
  readonly unlisted?: number;
}

/** Most records of a tree. */
const MOST = 1_000;

/** What came of the record at a position, in this run. @param depth generations that are listed; at most 1,000 records are. */
export function consequencesOf(run: RunRecords, position: number, depth: number): Consequence {
  const index = indexed(run);
  const children = new Map<number, number[]>();
  for (let at = position + 1; at <= run.records.length; at++) {
    const record = run.records[at - 1];
    const of = record && recordOf(causeOf(index, record));
    const cause = of && index.places.positionOf(of.address, of.seq);
    if (cause === undefined || cause >= at) continue;
    const known = children.get(cause);
    if (known === undefined) children.set(cause, [at]);
    else known.push(at);
  }
  let listed = 1;
  const visit = (at: number, left: number): Consequence => {
    const all = children.get(at) ?? [];
    const some = left > 0 ? all.slice(0, Math.max(0, MOST - listed)) : [];
    listed += some.length;
    const unlisted = all.length - some.length;
    const consequences = some.map((child) => visit(child, left - 1));
    return { ...linkAt(index, at), consequences, ...(unlisted > 0 && { unlisted }) };
  };
  return visit(position, depth);
}

function linkAt(index: IndexedRun, position: number): Link {
  const record = index.records[position - 1];
  if (record === undefined) throw new RangeError(`run "${index.run}" has no position ${position}`);
  const { stream: address, seq, type, at } = record;
  const read = readBody(record);
  const cause = causeOf(index, record, read);
  const before = seq > 1 ? bodyAt(index, { address, seq: seq - 1 }) : undefined;
  const around = { run: index.run, position, address, seq, type, at };
  const was = before && { before: before.state };
  if (read.body === undefined)
    return { ...around, ...was, after: null, status: null, unreadable: read.unreadable, cause };
  return {
    ...around,
    ...was,
    ...saidIn(record, read.body),
    cause,
    ...attemptsOf(index, { address, seq }, { body: read.body, cause }),
  };
}

function saidIn(
  record: Recorded,
  body: RecordBody,
): Pick<Link, "input" | "after" | "status" | "failure" | "unheard"> {
  const { event, state: after, status } = body;
  const failure = isBookkeeping(record) ? undefined : failureIn(body); // what a host notes is no second failure
  return {
    ...(event !== undefined && { input: event.type }),
    after,
    status,
    ...(failure !== undefined && { failure }),
    ...unheardOf(body),
  };
}

function bodyAt(index: IndexedRun, name: RecordName): RecordBody | undefined {
  const record = recordAt(index, name);
  return record && readBody(record).body;
}

function unheardOf({ stale, handled }: RecordBody): Pick<Link, "unheard"> {
  if (stale === true) return { unheard: "late" };
  return handled === false ? { unheard: "not handled" } : {};
}

/** What the actor's records say of an activity between its start and the record that says how it went. */
function attemptsOf(
  index: IndexedRun,
  { address, seq }: RecordName,
  { body: { event }, cause }: { readonly body: RecordBody; readonly cause: Cause },
): Pick<Link, "attempts"> {
  if (cause.by !== "activity" || cause.of === undefined || !WENT.test(event?.type ?? "")) return {};
  const between: Setback[] = [];
  for (let at = cause.of.seq + 1; at < seq; at++)
    between.push(
      ...setbackIn({ address, seq: at }, bodyAt(index, { address, seq: at }), cause.activity),
    );
  const failures = between.flatMap((one) => (one === "lost" ? [] : [one]));
  const recoveries = between.length - failures.length;
  return { attempts: { attempt: 1 + between.length, failures, recoveries } };
}

const WENT = /^(xstate\.(done|error)\.actor\.|troupe\.activity\.)/;

/** A failed attempt, or one whose host was lost. */
type Setback = Attempts["failures"][number] | "lost";

/** What a record says of an activity that is under way. */
function setbackIn(
  name: RecordName,
  body: RecordBody | undefined,
  activity: string,
): readonly Setback[] {
  const { type, activity: of, lost, error = null } = body?.event ?? { type: "" };
  if (type === "troupe.recovered") return ["lost"];
  if (type !== "troupe.activity.failed" || of !== activity) return [];
  return lost === true ? ["lost"] : [{ ...name, error }];
}

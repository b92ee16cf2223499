/**
 * Where two runs part: actor by actor, record by record. Pure, and linear.
 *
 * - 1. What counts is what an actor was told, and what became of it: the type of the record, its
 *      input, facts, state, status, output and error. Ids, times, hashes, epochs and traces do not,
 *      nor what a host writes on its own account.
 * - 2. Actors are the same by their addresses without the run's id. In which order the records of
 *      several actors stand does not count.
 * - 3. An actor's records are compared up to the first that differs: what follows it follows from it.
 * - 4. A record that cannot be read is the same only as one that holds the very same.
 */
import { isDeepStrictEqual } from "node:util";
import type { Json } from "../events/json.ts";
import type { Recorded } from "../events/log/log.ts";
import type { RecordBody } from "../events/record.ts";
import { isBookkeeping } from "./bookkeeping.ts";
import { readBody } from "./causes.ts";
import { differencesOf, nameless, type Comparing, type Difference } from "./diff-values.ts";
import type { RunRecords } from "../events/log/run-records.ts";

/** One side of the place where two runs part. */
export interface Side {
  readonly position: number;
  readonly address: string;
  readonly seq: number;
  readonly type: string;
  /** Null where it cannot be read. */
  readonly state: Json;
}

/** Where an actor's records part. */
export interface Parting {
  /** The address without the run's id: `task/*:a`. */
  readonly actor: string;
  /** How many of its records are the same before. */
  readonly shared: number;
  /** Absent where the actor's records end there, or it does not exist. */
  readonly a?: Side;
  readonly b?: Side;
  /** How the two records differ; empty where there is only one, or one cannot be read. */
  readonly differences: readonly Difference[];
  /** Why one of them cannot be read, and so be compared. */
  readonly unreadable?: string;
}

export interface RunDiff {
  readonly runs: readonly [string, string];
  /** Records that are the same in both, up to where each actor parts. */
  readonly shared: number;
  /** Records that were compared: those of hosts left out. */
  readonly compared: readonly [number, number];
  /** The first of the partings, in the order of the first run; absent where the runs are the same. */
  readonly first?: Parting;
  /** One an actor that parts, in that order. */
  readonly partings: readonly Parting[];
}

export interface DiffOptions {
  /** Whether times count that stand in inputs, facts, outputs. Default false. */
  readonly times?: boolean;
}

/** @throws {@link TroupeError} `RUN_ERASED`. */
export function diffRuns(a: RunRecords, b: RunRecords, { times = false }: DiffOptions = {}): RunDiff {
  const comparing: Comparing = { runs: [a.run, b.run], times };
  const [ofA, ofB] = [byActor(a), byActor(b)];
  const partings: Parting[] = [];
  let shared = 0;
  for (const actor of new Set([...ofA.keys(), ...ofB.keys()])) {
    const [own, other] = [ofA.get(actor) ?? [], ofB.get(actor) ?? []];
    const found = compareActor(comparing, own, other);
    shared += found.shared;
    if (found.a !== undefined || found.b !== undefined) partings.push({ actor, ...found });
  }
  partings.sort((one, other) => orderOf(one) - orderOf(other));
  const [first] = partings;
  return {
    runs: comparing.runs,
    shared,
    compared: [countOf(ofA), countOf(ofB)],
    ...(first !== undefined && { first }),
    partings,
  };
}

/** Where the first run has nothing: the place in the other one. */
function orderOf({ a, b }: Parting): number {
  return a?.position ?? b?.position ?? 0;
}

interface Placed {
  readonly position: number;
  readonly record: Recorded;
}

type Actors = ReadonlyMap<string, readonly Placed[]>;

function byActor({ run, records }: RunRecords): Actors {
  const actors = new Map<string, Placed[]>();
  for (const [at, record] of records.entries()) {
    if (isBookkeeping(record)) continue;
    const actor = nameless(record.stream, run);
    const placed = { position: at + 1, record };
    const known = actors.get(actor);
    if (known === undefined) actors.set(actor, [placed]);
    else known.push(placed);
  }
  return actors;
}

function countOf(actors: Actors): number {
  let count = 0;
  for (const records of actors.values()) count += records.length;
  return count;
}

function compareActor(
  comparing: Comparing,
  a: readonly Placed[],
  b: readonly Placed[],
): Omit<Parting, "actor"> {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [one, other] = [a[at], b[at]];
    const found = one && other ? differ(comparing, one, other) : { differences: [] };
    if (found === undefined) continue;
    return {
      shared: at,
      ...(one !== undefined && { a: sideOf(one) }),
      ...(other !== undefined && { b: sideOf(other) }),
      ...found,
    };
  }
  return { shared: a.length, differences: [] };
}

function sideOf({ position, record }: Placed): Side {
  const { stream: address, seq, type } = record;
  return { position, address, seq, type, state: readBody(record).body?.state ?? null };
}

function differ(
  comparing: Comparing,
  { record: a }: Placed,
  { record: b }: Placed,
): Pick<Parting, "differences" | "unreadable"> | undefined {
  const [left, right] = [readBody(a), readBody(b)];
  if (left.body === undefined || right.body === undefined)
    return isDeepStrictEqual(a.body, b.body)
      ? undefined
      : { differences: [], unreadable: left.unreadable ?? right.unreadable ?? "" };
  const [one, other] = [whatCounts(a.type, left.body), whatCounts(b.type, right.body)];
  const differences = Object.keys(one).flatMap((name) =>
    differencesOf(name, [one[name], other[name]], comparing),
  );
  return differences.length === 0 ? undefined : { differences };
}

/** In the order in which a reader wants to hear of it. */
function whatCounts(type: string, body: RecordBody): Readonly<Record<string, Json | undefined>> {
  const { born, event, stale, handled, facts, state, status, output, error } = body;
  return {
    type,
    input: born === undefined ? event : born.input,
    state,
    status,
    output,
    error,
    facts,
    late: stale,
    handled,
  };
}

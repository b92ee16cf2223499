/**
 * A consistent cut of a run: all its actors, each as it was behind its last record before one
 * position of the log.
 *
 * - A replaced record is the last of its actor, and nothing before the cut came of it: else the
 *   fork would know two answers to one question.
 */
import { TroupeError } from "../../errors.ts";
import type { Recorded } from "../../events/log/log.ts";
import { positionIn, type RunRecords } from "../../events/log/run-records.ts";
import { inFlightAt } from "./in-flight.ts";
import type { ForkRequest } from "./request.ts";

export interface Cut {
  readonly run: string;
  readonly position: number;
  /** In the order of the log. */
  readonly records: readonly Recorded[];
  /** The same by actor, in the order in which they were born. */
  readonly actors: ReadonlyMap<string, readonly Recorded[]>;
  /** What custom actions had sent and nobody had recorded yet, by sender. */
  readonly inFlight: ReturnType<typeof inFlightAt>;
  /** The record whose input is replaced. */
  readonly replaced: Replaced | undefined;
}

export interface Replaced {
  readonly record: Recorded;
  /** Its position in the run. */
  readonly at: number;
}

/** @throws {@link TroupeError} `POSITION_UNKNOWN`, `RECORD_INVALID`, `ACTOR_NOT_FOUND`. */
export function cutOf(run: RunRecords, { at, replace, set }: ForkRequest): Cut {
  const replaced = replace === undefined ? undefined : replacedIn(run, replace.record);
  const position = at === undefined ? (replaced?.at ?? run.records.length) : positionIn(run, at);
  const records = run.records.slice(0, position);
  const actors = Map.groupBy(records, ({ stream }) => stream);
  if (replaced !== undefined) assertLast(run, actors, replaced);
  for (const { actor } of set) if (!actors.has(actor)) throw notInCut(run, actor, position);
  const inFlight = inFlightAt(run.records.slice(position), (address) => {
    const last = actors.get(address)?.at(-1)?.seq ?? 0;
    return replaced?.record.stream === address ? last - 1 : last; // another step is taken in its place
  });
  return { run: run.run, position, records, actors, inFlight, replaced };
}

/** When the last of its records was written, epoch ms. */
export function latestIn({ records }: Cut): number {
  return records.reduce((latest, { at }) => Math.max(latest, at), 0);
}

/** @param by what came of the record: it would have to be forgotten. */
export function causedMore({ record: { stream, seq }, at }: Replaced, by: Recorded): TroupeError {
  return new TroupeError(
    "RECORD_INVALID",
    `record ${seq} of "${stream}" cannot be replaced: record ${by.seq} of "${by.stream}" came of it`,
    {
      hint: `Cut right behind it: use --at ${at}, or leave --at out.`,
      data: { address: stream, seq, position: at },
    },
  );
}

function replacedIn(run: RunRecords, place: string): Replaced {
  const at = place.includes("#") ? positionIn(run, place) : 0;
  const record = run.records[at - 1];
  if (record !== undefined) return { record, at };
  throw new TroupeError("POSITION_UNKNOWN", `"${place}" is no record of run "${run.run}"`, {
    hint: "Name it as ADDRESS#SEQ, as task/RUN:TASK#5.",
    data: { run: run.run, record: place },
  });
}

function assertLast({ run }: RunRecords, actors: Cut["actors"], { record, at }: Replaced): void {
  const last = actors.get(record.stream)?.at(-1);
  if (last === record) return;
  if (last !== undefined && last.seq > record.seq) throw causedMore({ record, at }, last);
  throw new TroupeError(
    "POSITION_UNKNOWN",
    `the record to be replaced stands at ${at} of run "${run}", behind the cut`,
    { hint: `Use --at ${at}, or leave --at out.`, data: { run, position: at } },
  );
}

function notInCut({ run }: RunRecords, actor: string, position: number): TroupeError {
  return new TroupeError(
    "ACTOR_NOT_FOUND",
    `run "${run}" has no actor "${actor}" at position ${position}`,
    {
      hint: "Look up its actors with `troupe replay`, or cut later.",
      data: { address: actor, position },
    },
  );
}

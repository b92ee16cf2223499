/**
 * Whether the records of two runs lead to what they say: both are replayed, as far as their machines
 * are known. What is the same in two files may be a lie in one of them.
 *
 * - 1. What neither side replays says nothing of a difference: the code has changed since, for both.
 */
import { readingStepper } from "../actors/client.ts";
import type { Kinds } from "../actors/kind.ts";
import type { RunRecords } from "../events/log/run-records.ts";
import { memoryLog } from "../events/log/memory.ts";
import { nameless } from "./diff-values.ts";
import type { Fault } from "./moment.ts";
import { openTimeline } from "./timeline.ts";

/** What does not replay, by side. */
export interface DiffFaults {
  /** The first record of each actor that does not, on this side alone. */
  readonly alone: readonly [readonly Fault[], readonly Fault[]];
  /** Those of the first run that do not in the other one either. */
  readonly both: readonly Fault[];
}

export async function compareFaults(
  kinds: Kinds,
  runs: readonly [RunRecords, RunRecords],
): Promise<DiffFaults> {
  const [a, b] = [await faultsOf(kinds, runs[0]), await faultsOf(kinds, runs[1])];
  return { alone: [without(a, b), without(b, a)], both: among(a, b) };
}

/** Those that the other side does not have. */
function without(faults: Faults, other: Faults): readonly Fault[] {
  return [...faults].flatMap(([place, fault]) => (other.has(place) ? [] : [fault]));
}

/** Those that the other side has, too. */
function among(faults: Faults, other: Faults): readonly Fault[] {
  return [...faults].flatMap(([place, fault]) => (other.has(place) ? [fault] : []));
}

type Faults = ReadonlyMap<string, Fault>;

/** By the place in any run: actor without the run's id, and seq. */
async function faultsOf(kinds: Kinds, run: RunRecords): Promise<Faults> {
  await using log = memoryLog();
  const { faults } = await openTimeline({ log, kinds, stepper: readingStepper(kinds) }, run);
  const known = faults.filter(({ code }) => code !== "KIND_UNKNOWN");
  return new Map(
    known.map((fault) => [`${nameless(fault.address, run.run)}#${fault.seq}`, fault] as const),
  );
}

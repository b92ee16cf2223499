/** Many histories one after the other, what happened in them, and what is said of one that fails. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { seedOf } from "../../src/testing/dice.ts";
import { LATE_SYSTEM_ID } from "../../src/testing/evidence.ts";
import { planFor, shortest, simulate, writeLog, type Drama } from "../../src/testing/simulation.ts";

export interface Tally {
  histories: number;
  records: number;
  /** Records of the shortest history. */
  fewest: number;
  /** How often each fault happened. */
  readonly happened: Record<string, number>;
  readonly failed: Failure[];
}

export interface Failure {
  readonly seed: number;
  readonly faults: readonly string[];
}

export function emptyTally(): Tally {
  return { histories: 0, records: 0, fewest: Number.POSITIVE_INFINITY, happened: {}, failed: [] };
}

/** Runs the nth histories of a series, from `from` up to `to`. */
export async function runSeries(
  drama: Drama,
  { series, from, to }: { readonly series: number; readonly from: number; readonly to: number },
): Promise<Tally> {
  const tally = emptyTally();
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // most errors are planned, and their stacks would be a third of the time
  try {
    for (let n = from; n < to; n++) await runOne(drama, seedOf(series, n), tally);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return tally;
}

export async function runOne(drama: Drama, seed: number, tally: Tally): Promise<void> {
  const { history, faults } = await simulate(seed, drama);
  const { length } = history.store.records;
  tally.histories++;
  tally.records += length;
  if (!history.happened.has(LATE_SYSTEM_ID)) tally.fewest = Math.min(tally.fewest, length); // else its desk may end at once
  for (const [what, times] of history.happened)
    tally.happened[what] = (tally.happened[what] ?? 0) + times;
  if (faults.length > 0) tally.failed.push({ seed, faults });
}

export function addTo(sum: Tally, tally: Tally): void {
  sum.histories += tally.histories;
  sum.records += tally.records;
  sum.fewest = Math.min(sum.fewest, tally.fewest);
  for (const [what, times] of Object.entries(tally.happened))
    sum.happened[what] = (sum.happened[what] ?? 0) + times;
  sum.failed.push(...tally.failed);
}

/** How to see a history again. */
export function againBy({ name }: Drama, seed: number): string {
  return `npm run simulate --${name === undefined ? "" : ` --cast ${name}`} --seed ${seed}`;
}

/** Shrinks a failure, writes its log into a folder, and says how to see it again. */
export async function explain(
  drama: Drama,
  { seed, faults }: Failure,
  folder: string,
): Promise<string> {
  const { history, faults: left } = await shortest(planFor(seed, drama), drama);
  const { acts, faults: planned, settings } = history.plan;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `simulation-${seed}.jsonl`);
  await writeLog(history, path);
  const lines = [
    `✖ seed ${seed}: ${againBy(drama, seed)}`,
    ...faults.map((fault) => `    ${fault}`),
    `  shrunk to ${acts.length} acts, ${planned.length} faults, ${history.store.records.length} records:`,
    ...left.map((fault) => `    ${fault}`),
    ...[...acts, ...planned, settings].map((one) => `    ${JSON.stringify(one)}`),
    `  its log: ${path}; each of these is an actor of it:`,
    ...[...history.store.streams.keys()].map(
      (address) => `    troupe replay ${path} ${address} --kinds tests/simulation/kinds.ts`,
    ),
  ];
  return lines.join("\n");
}

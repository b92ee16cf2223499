/** Runs to replay: random histories of the simulated drills and accounts, faults and all. */
import fc from "fast-check";
import { readingStepper } from "../../src/actors/client.ts";
import { kindsByName } from "../../src/actors/kind.ts";
import type { LoadEnv } from "../../src/actors/load.ts";
import { rootOf } from "../../src/events/address.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { readRun, type RunRecords } from "../../src/events/log/run-records.ts";
import { simulate } from "../../src/testing/simulation.ts";
import { DRAMAS, type CastName } from "../simulation/dramas.ts";

export interface Lived {
  readonly env: LoadEnv;
  readonly run: RunRecords;
}

const seeds = fc.record({
  cast: fc.constantFrom<CastName>("drills", "bank"),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
});

/** The run of the most records in the history of a seed. */
export async function lived({ cast, seed }: { cast: CastName; seed: number }): Promise<Lived> {
  const drama = DRAMAS[cast]();
  const { history } = await simulate(seed, drama);
  const log = memoryLog({ store: history.store });
  const kinds = kindsByName(drama.kinds);
  const counts = new Map<string, number>();
  for await (const { stream } of log.scan())
    counts.set(rootOf(stream), (counts.get(rootOf(stream)) ?? 0) + 1);
  const [root = ""] = [...counts.keys()].toSorted(
    (a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0),
  );
  return { env: { log, kinds, stepper: readingStepper(kinds) }, run: await readRun(log, root) };
}

export { seeds };

/** A clock on which every step takes so long that a copy is kept after so many. */
export function clockOf(every: number): () => number {
  let ms = 0;
  return () => (ms += 4 / every);
}

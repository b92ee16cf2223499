/** Runs of simulated histories: crashes, take-overs, timers, children, and messages that come twice. */
import { rootOf } from "../../src/events/address.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { readRun, type RunRecords } from "../../src/events/log/run-records.ts";
import { seedOf } from "../../src/testing/dice.ts";
import { simulate, type Drama } from "../../src/testing/simulation.ts";

export interface Simulated {
  readonly seed: number;
  readonly log: EventLog;
  readonly runs: readonly RunRecords[];
}

/** The runs of so many histories. Seeds are the same each time. */
export async function* simulated(
  drama: Drama,
  histories: number,
): AsyncGenerator<Simulated, void, undefined> {
  for (let n = 0; n < histories; n++) {
    const seed = seedOf(9, n);
    const { history } = await simulate(seed, drama);
    await using log = memoryLog({ store: history.store });
    const roots = new Set([...history.store.streams.keys()].map(rootOf));
    const runs: RunRecords[] = [];
    for (const root of roots) runs.push(await readRun(log, root));
    yield { seed, log, runs };
  }
}

/**
 * Simulated histories up to the first in which a law does not hold; its seed and fault are the
 * last line, and the exit code is 1.
 *
 *     node scripts/mutants/simulation.ts HISTORIES [CAST]
 */
import { DRAMAS, isCastName } from "../../tests/simulation/dramas.ts";
import { emptyTally, runOne } from "../../tests/simulation/series.ts";
import { seedOf } from "../../src/testing/dice.ts";

/** Another series than those of the tests. */
const SERIES = 4711;

const tally = emptyTally();
const [, , , name = "drills"] = process.argv;
if (!isCastName(name)) throw new Error(`there is no cast "${name}"`);
const drama = DRAMAS[name]();
for (let n = 0; n < Number(process.argv[2]) && tally.failed.length === 0; n++)
  await runOne(drama, seedOf(SERIES, n), tally);
const [failure] = tally.failed;
if (failure !== undefined) {
  console.log(`history ${tally.histories}, seed ${failure.seed}: ${failure.faults[0]}`);
  process.exitCode = 1;
}

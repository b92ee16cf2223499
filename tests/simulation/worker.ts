/** One thread of `npm run simulate`: runs the stretches of a series that it is given. */
import { parentPort } from "node:worker_threads";
import { drillDrama } from "./drills.ts";
import { emptyTally, runOne, runSeries } from "./series.ts";

/** What a thread is asked for: a stretch of a series, or one seed. */
export type Stretch =
  | { readonly series: number; readonly from: number; readonly to: number }
  | { readonly seed: number };

const drama = drillDrama();

parentPort?.on("message", (stretch: Stretch) => void run(stretch));

async function run(stretch: Stretch): Promise<void> {
  const tally = emptyTally();
  if ("seed" in stretch) await runOne(drama, stretch.seed, tally);
  parentPort?.postMessage("seed" in stretch ? tally : await runSeries(drama, stretch));
}

/** One thread of `npm run simulate`: runs the stretches of a series that it is given. */
import { parentPort } from "node:worker_threads";
import type { Drama } from "../../src/testing/simulation.ts";
import { DRAMAS, type CastName } from "./dramas.ts";
import { emptyTally, runOne, runSeries } from "./series.ts";

/** What a thread is asked for: a stretch of a series, or one seed. Default: of the drills. */
export type Stretch = { readonly cast?: CastName } & (
  | { readonly series: number; readonly from: number; readonly to: number }
  | { readonly seed: number }
);

const made = new Map<CastName, Drama>();

parentPort?.on("message", (stretch: Stretch) => void run(stretch));

async function run(stretch: Stretch): Promise<void> {
  const { cast = "drills" } = stretch;
  const drama = made.get(cast) ?? DRAMAS[cast](); // its machines are made once
  made.set(cast, drama);
  const tally = emptyTally();
  if ("seed" in stretch) await runOne(drama, stretch.seed, tally);
  parentPort?.postMessage("seed" in stretch ? tally : await runSeries(drama, stretch));
}

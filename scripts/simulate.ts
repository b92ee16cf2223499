/**
 * Simulations by the number:
 *
 *     npm run simulate -- --runs 100000 [--cast bank] [--seed S] [--workers 2]
 *
 * - 1. `--seed S` without `--runs` repeats the one history of that seed; with it, S names the series.
 * - 2. A failure is shrunk, says how to repeat it, and leaves its log in `temp/`; the exit code is 1.
 * - 3. The same series gives the same histories, however many workers share them.
 */
import { availableParallelism } from "node:os";
import { DRAMAS, isCastName, type CastName } from "../tests/simulation/dramas.ts";
import { addTo, againBy, emptyTally, explain, type Tally } from "../tests/simulation/series.ts";
import { startThread } from "../tests/simulation/thread.ts";
import type { Stretch } from "../tests/simulation/worker.ts";
import { argumentsOf, misuse } from "./arguments.ts";

/** Histories that a worker runs between two words. */
const STRETCH = 200;
/** Failures that are shrunk and told in full. */
const TOLD = 3;
const PROGRESS_MS = 5000;

const HELP = `npm run simulate -- [--runs N] [--cast NAME] [--seed S] [--workers W]

  --cast NAME  what is simulated: ${Object.keys(DRAMAS).join(", ")} (default drills)
  --runs N     how many histories (default 2000, or 1 with --seed)
  --seed S     the seed to repeat; with --runs, the series (default: another one each time)
  --workers W  threads (default: as many as there are cores)`;

const { values } = argumentsOf({
  options: {
    runs: { type: "string" },
    cast: { type: "string", default: "drills" },
    seed: { type: "string" },
    workers: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const runs = whole("runs", values.runs ?? (values.seed === undefined ? "2000" : "1"), 1);
  const series = whole("seed", values.seed ?? String(Date.now() % 1_000_000), 0);
  const workers = whole("workers", values.workers ?? String(availableParallelism()), 1);
  const alone = values.runs === undefined && values.seed !== undefined;
  const cast = castOf(values.cast);
  const stretches = alone ? [{ cast, seed: series }] : stretchesOf(cast, series, runs);
  const sum = emptyTally();
  const started = performance.now();
  let said = started;
  await Promise.all(
    Array.from({ length: Math.min(workers, stretches.length) }, () =>
      lane(stretches, (tally) => {
        addTo(sum, tally);
        if (performance.now() - said < PROGRESS_MS) return;
        said = performance.now();
        const seconds = ((said - started) / 1000).toFixed(0);
        console.log(`${sum.histories} of ${runs} histories, ${sum.failed.length} failed, ${seconds} s`);
      }),
    ),
  );
  await close(sum, { cast, series }, (performance.now() - started) / 1000);
  return sum.failed.length > 0 ? 1 : 0;
}

function whole(option: string, text: string, least: number): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : -1;
  if (Number.isSafeInteger(value) && value >= least) return value;
  return misuse(`--${option} takes a whole number from ${least}, not "${text}"`);
}

function castOf(name: string): CastName {
  if (isCastName(name)) return name;
  return misuse(`--cast takes one of ${Object.keys(DRAMAS).join(", ")}, not "${name}"`);
}

function stretchesOf(cast: CastName, series: number, runs: number): Stretch[] {
  return Array.from({ length: Math.ceil(runs / STRETCH) }, (_, n) => ({
    cast,
    series,
    from: n * STRETCH,
    to: Math.min((n + 1) * STRETCH, runs),
  }));
}

/** One worker, stretch after stretch. */
async function lane(stretches: Stretch[], done: (tally: Tally) => void): Promise<void> {
  await using thread = startThread();
  for (let stretch = stretches.shift(); stretch !== undefined; stretch = stretches.shift())
    done(await thread.run(stretch));
}

async function close(
  sum: Tally,
  { cast, series }: { readonly cast: CastName; readonly series: number },
  seconds: number,
): Promise<void> {
  const drama = DRAMAS[cast]();
  for (const failure of sum.failed.slice(0, TOLD)) console.log(await explain(drama, failure, "temp"));
  for (const { seed } of sum.failed.slice(TOLD)) console.log(`✖ seed ${seed}: ${againBy(drama, seed)}`);
  const happened = Object.entries(sum.happened).sort(([a], [b]) => a.localeCompare(b));
  console.log(happened.map(([what, times]) => `${what} ${times}`).join(", "));
  const perMinute = Math.round((sum.histories / seconds) * 60);
  console.log(
    `${sum.histories} histories (--seed ${series}), ${sum.failed.length} failed, ${sum.records} records, ` +
      `${sum.fewest} in the shortest, ${seconds.toFixed(1)} s, ${perMinute} histories/min`,
  );
}

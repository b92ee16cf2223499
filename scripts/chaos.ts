/**
 * Storms for as long as one likes: hosts, servers and connections are killed, stopped, cut and
 * slowed down while clients move money between accounts; then the log is judged.
 *
 *     npm run chaos -- --minutes 10 [--seed S] [--servers 1|3] [--hosts 3] [--json]
 *
 * - 1. `--seed S` without `--minutes` repeats the one storm of that seed; with it, S names the series.
 * - 2. Without `--servers` one server and a cluster of three take turns.
 * - 3. A failure prints its plan and how to run it again, and leaves log and evidence in a folder that it names;
 *      the exit code is 1.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seedOf } from "../src/testing/dice.ts";
import { stormFailure, stormLine } from "../tests/chaos/report.ts";
import { storm } from "../tests/chaos/storm.ts";
import { argumentsOf, misuse } from "./arguments.ts";

/** How long faults begin in each storm of a series, seconds. */
const SECONDS = "20";

const HELP = `npm run chaos -- [--minutes N] [--seed S] [--servers 1|3] [--hosts N] [--seconds N] [--json]

  --minutes N  storm after storm, for so long (default 1)
  --seed S     the seed to repeat; with --minutes, the series (default: another one each time)
  --servers N  1 server, or 3 as a cluster with 3 copies of everything (default: in turn)
  --hosts N    host processes (default 3)
  --seconds N  how long faults begin in one storm (default ${SECONDS})
  --json       one line of JSON a storm`;

const { values } = argumentsOf({
  options: {
    minutes: { type: "string" },
    seed: { type: "string" },
    servers: { type: "string" },
    hosts: { type: "string", default: "3" },
    seconds: { type: "string", default: SECONDS },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const { seeds, until, layouts, ...parts } = series();
  let failed = 0;
  for (let n = 0; n === 0 || performance.now() < until; n++)
    for (const servers of layouts)
      if (!(await weather({ ...parts, seed: seeds(n), servers }))) failed++;
  return failed > 0 ? 1 : 0;
}

/** What the command line asks for; `until` is on the monotonic clock. */
function series() {
  const { minutes = "1", servers } = values;
  const seed = whole("seed", values.seed ?? String(Date.now() % 1_000_000), 0);
  const alone = values.seed !== undefined && values.minutes === undefined;
  return {
    seeds: (n: number) => (alone ? seed : seedOf(seed, n)),
    until: alone ? 0 : performance.now() + whole("minutes", minutes, 1) * 60_000,
    layouts: servers === undefined ? [1, 3] : [layout(servers)],
    hosts: whole("hosts", values.hosts, 1),
    seconds: whole("seconds", values.seconds, 1),
  };
}

/** One storm; false where something is wrong. */
async function weather(options: Omit<Parameters<typeof storm>[0], "folder">): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), `troupe-storm-${options.servers}-${options.seed}-`));
  if (!values.json) console.log(`seed ${options.seed} on ${options.servers} server(s) …`);
  const report = await storm({ ...options, folder });
  const well = report.faults.length === 0;
  if (values.json) console.log(JSON.stringify({ ...report, ...(!well && { folder }) }));
  else console.log(well ? stormLine(report) : stormFailure(report, folder));
  if (well) await rm(folder, { recursive: true, force: true });
  return well;
}

function layout(text: string): number {
  return text === "1" || text === "3" ? Number(text) : misuse(`--servers takes 1 or 3, not "${text}"`);
}

function whole(option: string, text: string, least: number): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : -1;
  if (Number.isSafeInteger(value) && value >= least) return value;
  return misuse(`--${option} takes a whole number from ${least}, not "${text}"`);
}

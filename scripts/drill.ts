/**
 * Crash drills by the number:
 *
 *     npm run drill -- --runs 1000 [--engine sqlite|jetstream] [--seed S] [--parallel 2] [--bail]
 *
 * - 1. `--seed S` without `--runs` repeats the one drill of that seed.
 * - 2. `--bail` begins no further drill after a failure.
 * - 3. A failure prints its seed, what is wrong, and how to repeat it; the exit code is 1.
 */
import { parseArgs } from "node:util";
import { seedOf } from "../src/testing/dice.ts";
import { drillJetstream, drillSqlite, type Report } from "../tests/support/drill-run.ts";
import { startNats } from "../tests/support/nats-server.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string" },
    engine: { type: "string", default: "sqlite" },
    seed: { type: "string" },
    parallel: { type: "string", default: "2" },
    bail: { type: "boolean", default: false },
  },
});
const engine = values.engine;
const runs = Number(values.runs ?? (values.seed === undefined ? 40 : 1));
const series = Number(values.seed ?? Date.now() % 1_000_000);
const seeds = Array.from({ length: runs }, (_, n) =>
  values.runs === undefined && values.seed !== undefined ? series : seedOf(series, n),
);

const total = { drills: 0, failed: 0, lives: 0, killed: 0, servers: 0, records: 0, runs: 0 };
const points = new Map<string, number>();
const started = performance.now();
let next = 0;
await Promise.all(Array.from({ length: Number(values.parallel) }, lane));
summary();
process.exitCode = total.failed > 0 ? 1 : 0;

/** Drill after drill; on JetStream with a server of its own, since drills kill it. */
async function lane(): Promise<void> {
  await using server = engine === "jetstream" ? await startNats() : undefined;
  for (
    let seed = seeds[next++];
    seed !== undefined && !(values.bail && total.failed > 0);
    seed = seeds[next++]
  )
    note(await (server === undefined ? drillSqlite(seed) : drillJetstream(seed, server)));
}

function note(report: Report): void {
  const { lives, faults } = report;
  total.drills++;
  total.lives += lives.length;
  total.servers += report.serverKills;
  total.records += report.records;
  total.runs += report.runs;
  for (const { end, point = end } of lives) {
    if (end === "killed") total.killed++;
    points.set(point, (points.get(point) ?? 0) + 1);
  }
  if (faults.length > 0) complain(report);
  if (total.drills % 20 === 0 || process.stdout.isTTY) progress();
}

function complain({ seed, lives, faults }: Report): void {
  total.failed++;
  console.log(`✖ seed ${seed}: npm run drill -- --engine ${engine} --seed ${seed}`);
  for (const { life, end, point } of lives) console.log(`    life ${life}: ${end} ${point ?? ""}`);
  for (const fault of faults) console.log(`  ${fault}`);
}

function progress(): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${total.drills} of ${runs} drills, ${total.failed} failed, ${seconds} s`);
}

function summary(): void {
  const { drills, failed, lives, killed, servers, records, runs: activities } = total;
  console.log(
    `${drills} drills on ${engine} (--seed ${series}): ${failed} failed; ${lives} lives, ${killed} killed, ` +
      `${servers} server kills, ${records} records, ${activities} activity runs`,
  );
  console.log([...points].map(([point, count]) => `${point} ${count}`).join(", "));
}

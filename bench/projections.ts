/**
 * What it costs to know a log: folding all of it, keeping up with it, and asking it.
 *
 * - The log holds runs that really ran, written again under other names (recorded-runs.ts): 13
 *   records a run on average.
 * - Questions are asked through the command line, in this process: from the arguments to the last
 *   line said, opening the log included, the start of Node not. The least of five counts.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { createHost } from "../src/actors/host.ts";
import { planKinds } from "../src/agents/plan-kinds.ts";
import { runCli } from "../src/cli/program.ts";
import { rootOf } from "../src/events/address.ts";
import type { Recorded } from "../src/events/log/log.ts";
import { parseBody, placeOf } from "../src/events/record.ts";
import { sqliteLog } from "../src/events/log/sqlite.ts";
import { evaluateAll } from "../src/projections/analytics/evaluator.ts";
import { openProjections } from "../src/projections/runner.ts";
import { runs } from "../src/projections/runs.ts";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { round } from "./measure.ts";
import { fillRuns } from "./recorded-runs.ts";
import { atLeast, below, type Row } from "./report.ts";

/** Runs a second that are evaluated, of three tasks each (S4-054). */
const EVALUATIONS = 100;
/** Records a second, from SQLite. */
const REBUILD = 40_000;
/** Of a row behind the acknowledgement of its record, at {@link LIVE_RATE} records a second. */
const LAG_MS = 50;
const LIVE_RATE = 1_000;
const QUESTION_MS = 100;

const QUESTIONS: readonly (readonly string[])[] = [
  ["stats"],
  ["agents"],
  ["agents", "agent-3"],
  ["best-agent", "--task", "build the service of subject 7"],
  ["trends", "agent-3"],
  ["overhead"],
  ["variants"],
  ["evaluate", "run-7"],
  ["regressions"],
  ["ls"],
  ["show", "run-7"],
  ["projections", "status"],
];

export const projections: Bench = {
  name: "projections",
  what: "folding a SQLite log whole and as it grows, and every question of the command line",
  async run({ quick, folder, progress }) {
    const sizes = quick ? [10_000] : [10_000, 100_000, 1_000_000];
    const rebuilt: Row[] = [];
    let questions: Row[] = [];
    for (const [nth, size] of sizes.entries())
      await inFolder(folder, async (own) => {
        const path = join(own, "log.db");
        progress(`writing ${size} records`);
        const records = await written(path, size);
        progress(`folding ${records} records`);
        rebuilt.push(await rebuild(path, records));
        if (nth === sizes.length - 1) questions = await asked(path, progress);
      });
    progress("keeping up");
    const live = await inFolder(folder, (own) => keepUp(join(own, "log.db"), quick ? 1 : 10));
    progress("evaluating");
    const evaluated = await inFolder(folder, (own) => evaluate(join(own, "log.db"), quick ? 50 : 500));
    return [
      {
        title: "folding a SQLite log of runs into all built-in projections",
        rows: rebuilt,
        notes: [
          "of reading: the rate beside that of reading and parsing the same records, and nothing else",
          "MB: of the process after it, and the most of its heap meanwhile; host: milliseconds to open a host on the log, projections caught up",
        ],
      },
      {
        title: `rows behind the acknowledgement of a record, ${LIVE_RATE} records a second`,
        rows: [live],
        notes: ["milliseconds, of the rows of runs, through a watcher in the same process"],
      },
      { title: "evaluations, each against its history", rows: [evaluated] },
      {
        title: `questions about ${sizes.at(-1)} records, caught up`,
        rows: questions,
        notes: ["milliseconds, the least and the median of five, without the start of the process"],
      },
    ];
  },
};

async function written(path: string, records: number): Promise<number> {
  await using log = sqliteLog({ path });
  return await fillRuns(log, records);
}

async function rebuild(path: string, records: number): Promise<Row> {
  await using log = sqliteLog({ path, readOnly: true });
  let heap = 0;
  const progress = (): void => {
    heap = Math.max(heap, process.memoryUsage().heapUsed);
  };
  await using opened = openProjections({ log, progress });
  const scanned = await took(async () => {
    for await (const { body, ...record } of log.scan()) parseBody(body, placeOf(record));
  });
  const ms = await took(() => opened.catchUp());
  const { rss } = process.memoryUsage();
  const host = await took(() => openHost(path));
  return {
    records,
    seconds: round(ms / 1_000, 1),
    ...atLeast(REBUILD, (records * 1_000) / ms, "a second"),
    "of reading": round(scanned / ms, 2),
    "heap, MB": round(heap / 1e6, 0),
    "process, MB": round(rss / 1e6, 0),
    host: round(host, 1),
  };
}

/** Milliseconds of one piece of work. */
async function took(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

async function openHost(path: string): Promise<void> {
  await using log = sqliteLog({ path });
  await using _host = await createHost({ log, kinds: planKinds(), recover: false });
}

async function asked(path: string, progress: (text: string) => void): Promise<Row[]> {
  const rows: Row[] = [];
  for (const question of QUESTIONS) {
    progress(`troupe ${question.join(" ")}`);
    const took: number[] = [];
    for (let nth = 0; nth < 5; nth++) took.push(await ask(path, question));
    const [least = 0, , median = 0] = took.sort((a, b) => a - b);
    rows.push({
      question: question.join(" "),
      ...below(QUESTION_MS, least, "ms"),
      median: round(median, 1),
    });
  }
  return rows;
}

/** Milliseconds of one command, its output thrown away. */
async function ask(path: string, question: readonly string[]): Promise<number> {
  const said: string[] = [];
  const before = performance.now();
  const code = await runCli([...question, "--log", `sqlite:${path}`], {
    terminal: {
      out: () => {},
      bytes: () => {},
      err: (text) => said.push(text),
      paint: () => {},
      live: false,
      colour: false,
      outColour: false,
      columns: 120,
      rows: 40,
      outColumns: 120,
    },
    stop: new AbortController().signal,
    env: {},
    folder: process.cwd(),
  });
  const ms = performance.now() - before;
  if (code !== 0) throw new Error(`troupe ${question.join(" ")}: ${said.join("\n")}`);
  return ms;
}

/** Evaluates all runs of a log, each against those before it. */
async function evaluate(path: string, count: number): Promise<Row> {
  await using log = sqliteLog({ path });
  await fillRuns(log, count * 14);
  await using opened = openProjections({ log });
  const views = (await opened.rows(runs)).flatMap(({ row }) => row ?? []);
  const before = performance.now();
  const found = evaluateAll(views);
  const ms = performance.now() - before;
  return { runs: found.size, ...atLeast(EVALUATIONS, (found.size * 1_000) / ms, "a second") };
}

/** Appends at a steady rate, and measures when a watcher sees the row of each run. */
async function keepUp(path: string, seconds: number): Promise<Row> {
  const records = await recordsOf(`${path}.from`, seconds * LIVE_RATE);
  await using log = sqliteLog({ path });
  await fillRuns(log, 20_000);
  await using opened = openProjections({ log });
  await opened.catchUp();
  const stop = new AbortController();
  const lags: number[] = [];
  /** By run: when each of its records was acknowledged, and how many of them a row has shown. */
  const times = new Map<string, number[]>();
  const shown = new Map<string, number>();
  const watching = (async () => {
    for await (const change of opened.watch(runs, { signal: stop.signal })) {
      if (change.type !== "row" || !times.has(change.key)) continue;
      const now = performance.now();
      const upTo = change.row?.records ?? 0;
      for (let nth = shown.get(change.key) ?? 0; nth < upTo; nth++)
        lags.push(now - (times.get(change.key)?.[nth] ?? now)); // it may be seen before it is acknowledged
      shown.set(change.key, upTo);
    }
  })();
  const begin = performance.now();
  const counts = new Map<string, number>();
  for (let at = 0; at < records.length;) {
    const due = Math.min(records.length, ((performance.now() - begin) * LIVE_RATE) / 1_000);
    const some: Promise<unknown>[] = [];
    for (const { stream, seq, ...record } of records.slice(at, Math.floor(due))) {
      const run = rootOf(stream);
      const nth = counts.get(run) ?? 0;
      counts.set(run, nth + 1);
      const own = times.get(run) ?? [];
      times.set(run, own);
      const noted = (): unknown => (own[nth] = performance.now());
      some.push(log.append(stream, [record], { expected: seq - 1 }).then(noted));
    }
    at = Math.floor(due);
    await Promise.all(some);
    await sleep(1);
  }
  await sleep(500);
  stop.abort();
  await watching;
  lags.sort((a, b) => a - b);
  const nearest = (share: number): number => lags[Math.ceil(share * lags.length) - 1] ?? Number.NaN;
  return {
    rows: lags.length,
    p50: round(nearest(0.5), 1),
    ...below(LAG_MS, nearest(0.99), "ms, p99"),
    max: round(nearest(1), 1),
  };
}

/** Records of other runs than those that {@link fillRuns} writes elsewhere. */
async function recordsOf(path: string, count: number): Promise<readonly Recorded[]> {
  await using log = sqliteLog({ path });
  await fillRuns(log, count);
  const records: Recorded[] = [];
  for await (const { position: _, ...record } of log.scan()) {
    const text = JSON.stringify(record).replaceAll("run-", "live-");
    records.push({ ...(JSON.parse(text) as Recorded), id: `live-${records.length}` }); // it was just written
    if (records.length === count) break;
  }
  return records;
}

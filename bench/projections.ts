/** What it costs to know a log: the first `troupe ls` of it, the next, and opening a host again and again. */
import { join } from "node:path";
import { createHost } from "../src/actors/host.ts";
import type { NewRecord } from "../src/events/log/log.ts";
import { sqliteLog } from "../src/events/log/sqlite.ts";
import { openProjections, type Projections } from "../src/projections/runner.ts";
import { runs } from "../src/projections/runs.ts";
import { planKinds } from "../src/agents/plan-kinds.ts";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { round } from "./measure.ts";
import type { Row } from "./report.ts";

/** Records of one run: a workflow with three tasks, each started and done. */
const RUN = 10;

/** Fills a log with runs that are over, but for every thousandth. */
async function fill(path: string, records: number): Promise<void> {
  await using log = sqliteLog({ path });
  for (let run = 0; run * RUN < records; run += 100) {
    const some = Array.from({ length: 100 }, (_, i) => fillRun(log, run + i));
    await Promise.all(some.flat());
  }
}

function fillRun(log: ReturnType<typeof sqliteLog>, run: number): readonly Promise<number>[] {
  const id = `run-${run}`;
  const write = (stream: string, steps: readonly (readonly [string, "active" | "done", number])[]) =>
    log.append(
      stream,
      steps.map(([state, status, owes], seq) => recordOf(`${stream}#${seq}`, { state, status, owes })),
      { expected: 0 },
    );
  const last = run % 1000 === 0 ? 1 : 0;
  const tasks = ["t1", "t2", "t3"].map((task) =>
    write(`task/${id}:${task}`, [
      ["RUNNING", "active", 1],
      ["COMPLETED", "done", last],
    ]),
  );
  return [
    write(`workflow/${id}`, [
      ["PENDING", "active", 1],
      ["RUNNING", "active", 3],
      ["RUNNING", "active", 2],
      ["COMPLETED", "done", 0],
    ]),
    ...tasks,
  ];
}

function recordOf(
  id: string,
  {
    state,
    status,
    owes,
  }: { readonly state: string; readonly status: "active" | "done"; readonly owes: number },
): NewRecord {
  const fact = { type: "task.started", v: 1, data: { attempt: 1 } };
  const body = { v: 1, version: "1", epoch: 1, state, status, hash: "3d5f0a7c", owes, facts: [fact] };
  return { id, type: "task.started", at: 1_700_000_000_000, correlation: "c", body };
}

/** Milliseconds of one call. */
async function took(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

/** What asking a log costs the first and the second time. */
export const projections: Bench = {
  name: "projections",
  what: "the first ls of a log, the next, show, and opening a host, on SQLite",
  async run({ quick, folder, progress }) {
    const rows: Row[] = [];
    for (const records of quick ? [10_000] : [10_000, 100_000, 1_000_000]) {
      progress(`writing ${records} records`);
      rows.push(
        await inFolder(folder, async (own) => {
          const path = join(own, "log.db");
          await fill(path, records);
          progress(`folding ${records} records`);
          return asked(path, records);
        }),
      );
    }
    const notes = [
      `a tenth of the records is runs, each over but for a thousandth, listed in whole by ls; times in milliseconds, without the start of the process`,
    ];
    return [{ title: "knowing a SQLite log of runs, folded once", rows, notes }];
  },
};

async function asked(path: string, records: number): Promise<Row> {
  const known = async (work: (projections: Projections) => Promise<unknown>): Promise<void> => {
    await using log = sqliteLog({ path, readOnly: true });
    await using opened = openProjections({ log });
    await work(opened);
  };
  const list = (): Promise<void> => known((opened) => opened.rows(runs));
  const host = async (): Promise<void> => {
    await using log = sqliteLog({ path });
    await using _host = await createHost({ log, kinds: planKinds(), recover: false });
  };
  const first = await took(list);
  return {
    records,
    "first ls": Math.round(first),
    "records/s": Math.round((records * 1000) / first),
    "next ls": round(await took(list), 1),
    show: round(await took(() => known((opened) => opened.row(runs, "run-7"))), 1),
    host: round(await took(host), 1),
    "next host": round(await took(host), 1),
  };
}

/**
 * A whole workflow of 1,000 tasks on SQLite (`synchronous=FULL`): a hundred waves of ten, each
 * task behind one to three of the wave before, done by a function that answers at once.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { createHost } from "../src/actors/host.ts";
import { planKinds } from "../src/agents/plan-kinds.ts";
import { sqliteLog } from "../src/events/log/sqlite.ts";
import { Plan } from "../src/events/plan/plan.ts";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { inTurns, round, timed, type Sample } from "./measure.ts";
import { FIGURES, figures, type Row } from "./report.ts";

const WIDTH = 10;

const agents = { worker: async () => ({ summary: "done" }) };

export const workflow: Bench = {
  name: "workflow",
  what: "a workflow of 1,000 tasks in a DAG ten wide, on SQLite",
  async run(scale) {
    const waves = scale.quick ? 10 : 100;
    const sizes: Row[] = [];
    const best = await inTurns(
      {
        [`${waves * WIDTH} tasks`]: (warm: boolean) =>
          inFolder(scale.folder, (own) => ran(own, waves, warm ? undefined : sizes)),
      },
      scale.quick ? 1 : 5,
      scale.progress,
    );
    const name = `${waves * WIDTH} tasks`;
    const { wall } = best(name);
    const row = {
      ...figures(name, best(name)),
      "whole run, ms": round((wall * waves * WIDTH) / 1000, 0),
    };
    const notes = ["for each task, from the start of the workflow to its end on disk", ...FIGURES];
    return [
      { title: `a workflow of ${name}`, rows: [row], notes },
      { title: "what stands in its log", rows: sizes.slice(-3) },
    ];
  },
};

/** Waves of ten; each task rests on one to three neighbours of the wave before. */
function planOf(waves: number): Plan {
  const idOf = (wave: number, n: number): string => `w${wave}t${n % WIDTH}`;
  const tasks = Array.from({ length: waves * WIDTH }, (_, at) => {
    const [wave, n] = [Math.floor(at / WIDTH), at % WIDTH];
    const before = wave === 0 ? 0 : 1 + (at % 3);
    const dependsOn = Array.from({ length: before }, (__, k) => idOf(wave - 1, n + k));
    return { id: idOf(wave, n), agent: "worker", dependsOn };
  });
  return Plan.parse({ name: "bench", concurrency: WIDTH, tasks });
}

async function ran(folder: string, waves: number, sizes: Row[] | undefined): Promise<Sample> {
  const path = join(folder, "log.db");
  const input = { run: "r1", folder, artifacts: join(folder, "r1"), plan: planOf(waves) };
  const kinds = planKinds({ agents });
  let sample: Sample = { wall: 0, cpu: 0 };
  {
    await using host = await createHost({ log: `sqlite:${path}`, kinds, strict: false });
    sample = await timed(waves * WIDTH, async () => {
      const run = await host.start("workflow/r1", { input });
      const { value } = await run.waitFor(({ status }) => status === "done");
      if (value !== "COMPLETED") throw new Error(`it ended as ${JSON.stringify(value)}`);
    });
  }
  if (sizes !== undefined) sizes.push(...(await sizesOf(path, waves * WIDTH)));
  return sample;
}

/** Records and bytes, of each kind of actor and in all. */
async function sizesOf(path: string, tasks: number): Promise<Row[]> {
  const found = new Map([
    ["workflow", { records: 0, bytes: 0 }],
    ["task", { records: 0, bytes: 0 }],
  ]);
  {
    await using log = sqliteLog({ path, readOnly: true });
    for await (const { stream, body } of log.scan()) {
      const kind = found.get(stream.split("/", 1)[0] ?? "");
      if (kind === undefined) continue;
      kind.records++;
      kind.bytes += JSON.stringify(body).length;
    }
  }
  const row = (what: string, records: number, bytes: number): Row => ({
    what,
    records,
    "records a task": round(records / tasks),
    KB: round(bytes / 1024, 0),
    "bytes a task": Math.round(bytes / tasks),
  });
  const records = [...found.values()].reduce((sum, kind) => sum + kind.records, 0);
  return [
    ...[...found].map(([kind, { records: n, bytes }]) => row(`bodies of ${kind} records`, n, bytes)),
    row("the file", records, statSync(path).size),
  ];
}

/** W1: a durable workflow of three steps on memory and on SQLite, beside plain XState and the naive way. */
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { inTurns, round, type Measured, type Scale } from "./measure.ts";
import { atLeast, figures, FIGURES, type Row, type Table } from "./report.ts";
import { naive, onHost, plain } from "./w1-ways.ts";

/** Of plain XState on memory; of the naive way on SQLite, by how many run at a time. */
const MEMORY_GOAL = 0.4;
const SQLITE_GOALS = new Map([
  [1, 1],
  [16, 2.5],
  [256, 2.5],
]);

export const w1: Bench = {
  name: "w1",
  what: "a durable workflow of three steps: memory beside plain XState, SQLite beside the naive way",
  async run(scale) {
    const rows: Row[] = [];
    for (const concurrency of [1, 16, 256]) rows.push(...(await atOnce(concurrency, scale)));
    return [{ title: "workflows a second (start, three promises of 200 bytes, done)", rows, notes }];
  },
};

const notes: Table["notes"] = [
  "memory is compared with plain XState, sqlite (WAL, synchronous=FULL) with the naive way: the whole snapshot over the last one, a transaction each, at the start and after every transition",
  ...FIGURES,
];

async function atOnce(concurrency: number, { quick, folder, progress }: Scale): Promise<Row[]> {
  const jobs = (full: number, warm: boolean): { jobs: number; concurrency: number } => ({
    jobs: Math.ceil(full / (quick ? 20 : 1) / (warm ? 4 : 1)),
    concurrency,
  });
  const best = await inTurns(
    {
      "plain XState": (warm) => plain(jobs(8_000, warm)),
      memory: (warm) => onHost("memory:", jobs(4_000, warm)),
      naive: (warm) => inFolder(folder, (own) => naive(own, jobs(2_000, warm))),
      sqlite: (warm) =>
        inFolder(folder, (own) => onHost(`sqlite:${join(own, "log.db")}`, jobs(2_000, warm))),
    },
    quick ? 1 : 5,
    (text) => progress(`${text}, ${concurrency} at a time`),
  );
  const row = (name: string, measured: Measured): Row => figures(`${name} at ${concurrency}`, measured);
  const [xstate, memory, snapshots, sqlite] = [
    best("plain XState"),
    best("memory"),
    best("naive"),
    best("sqlite"),
  ];
  return [
    row("plain XState", xstate),
    {
      ...row("memory", memory),
      ...atLeast(MEMORY_GOAL, xstate.wall / memory.wall),
      "by CPU": round(xstate.cpu / memory.cpu),
    },
    row("naive", snapshots),
    {
      ...row("sqlite", sqlite),
      ...atLeast(SQLITE_GOALS.get(concurrency) ?? 1, snapshots.wall / sqlite.wall),
      "by CPU": round(snapshots.cpu / sqlite.cpu),
    },
  ];
}

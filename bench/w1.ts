/**
 * W1: a workflow of three promises, each answering 200 bytes at once: on our engines, on plain
 * XState in memory, and the naive way, which writes the whole snapshot to SQLite after every transition.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { assign, createActor, fromPromise, setup } from "xstate";
import { z } from "zod";
import { createHost } from "../src/actors/host.ts";
import { defineKind } from "../src/actors/kind.ts";
import { inFlight, type Row, type Table } from "./measure.ts";

const ANSWER = "x".repeat(200);

const machine = setup({
  types: {
    context: {} as { readonly answers: readonly string[] },
    events: {} as { type: "NONE" },
    output: {} as number,
  },
  actors: { ask: fromPromise(async () => ANSWER) },
  actions: {
    keep: assign({
      answers: ({ context, event }) => [...context.answers, String(Reflect.get(event, "output"))],
    }),
  },
}).createMachine({
  id: "w1",
  context: { answers: [] },
  initial: "one",
  states: {
    one: { invoke: { src: "ask", onDone: { target: "two", actions: "keep" } } },
    two: { invoke: { src: "ask", onDone: { target: "three", actions: "keep" } } },
    three: { invoke: { src: "ask", onDone: { target: "done", actions: "keep" } } },
    done: { type: "final" },
  },
  output: ({ context }) => context.answers.length,
});

/** Runs workflows, some at a time; how many a second. */
type Way = (jobs: number, concurrency: number, folder: string) => Promise<number>;

const kind = defineKind({
  kind: "w1",
  version: "1",
  machine,
  events: z.object({ type: z.literal("NONE") }),
});

const onHost =
  (url: (folder: string) => string): Way =>
  async (jobs, concurrency, folder) => {
    await using host = await createHost({ log: url(folder), kinds: [kind], strict: false });
    const ms = await inFlight(jobs, concurrency, async (index) => {
      const actor = await host.start(`w1/r${index}`);
      await actor.waitFor(({ status }) => status === "done");
    });
    return (jobs * 1000) / ms;
  };

const plain: Way = async (jobs, concurrency) => {
  const ms = await inFlight(jobs, concurrency, () => ended(() => {}));
  return (jobs * 1000) / ms;
};

const naive: Way = async (jobs, concurrency, folder) => {
  const db = new DatabaseSync(join(folder, "naive.db"));
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  db.exec("CREATE TABLE IF NOT EXISTS snapshots (id TEXT PRIMARY KEY, data TEXT NOT NULL) STRICT");
  const put = db.prepare(
    "INSERT INTO snapshots VALUES (?, ?) ON CONFLICT DO UPDATE SET data = excluded.data",
  );
  const ms = await inFlight(jobs, concurrency, (index) =>
    ended((snapshot) => void put.run(`r${index}`, JSON.stringify(snapshot()))),
  );
  db.close();
  return (jobs * 1000) / ms;
};

function ended(moved: (snapshot: () => unknown) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const actor = createActor(machine);
    actor.subscribe({
      next: () => moved(() => actor.getPersistedSnapshot()),
      error: reject,
      complete: resolve,
    });
    actor.start();
    moved(() => actor.getPersistedSnapshot()); // subscribers do not hear of the first state
  });
}

const WAYS: readonly { readonly name: string; readonly way: Way; readonly jobs: number }[] = [
  { name: "plain XState, nothing kept", way: plain, jobs: 8_000 },
  { name: "memory", way: onHost(() => "memory:"), jobs: 4_000 },
  { name: "naive: snapshots into SQLite", way: naive, jobs: 2_000 },
  { name: "sqlite", way: onHost((folder) => `sqlite:${join(folder, "log.db")}`), jobs: 2_000 },
];

/** All ways in one run, so that they meet the same machine; the best of some rounds. */
export async function w1(rounds = 3, concurrencies = [1, 16, 256]): Promise<Table> {
  const best = new Map<string, number>();
  for (let round = 0; round <= rounds; round++)
    for (const { name, way, jobs } of WAYS)
      for (const concurrency of concurrencies) {
        const folder = mkdtempSync(join(tmpdir(), "troupe-bench-"));
        const rate = await way(round === 0 ? jobs / 10 : jobs, concurrency, folder);
        rmSync(folder, { recursive: true, force: true });
        const key = `${name} ${concurrency}`;
        if (round > 0) best.set(key, Math.max(best.get(key) ?? 0, rate)); // the first warms up
      }
  const rateOf = (name: string, concurrency: number): number => best.get(`${name} ${concurrency}`) ?? 0;
  const rows = concurrencies.map((concurrency): Row => {
    const [xstate = 0, memory = 0, snapshots = 0, sqlite = 0] = WAYS.map(({ name }) =>
      rateOf(name, concurrency),
    );
    return {
      "at a time": concurrency,
      "plain XState/s": Math.round(xstate),
      "memory/s": Math.round(memory),
      "memory to plain": `${Math.round((100 * memory) / xstate)} %`,
      "naive/s": Math.round(snapshots),
      "sqlite/s": Math.round(sqlite),
      "sqlite to naive": `${(sqlite / snapshots).toFixed(2)} ×`,
    };
  });
  return { title: "W1: workflows a second (start, three promises of 200 bytes, done)", rows };
}

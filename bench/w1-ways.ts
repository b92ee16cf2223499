/**
 * W1's workflow, three promises that each answer 200 bytes at once, and the ways to run it:
 * on a host, by plain XState, and the naive way.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { assign, createActor, fromPromise, setup, type AnyStateMachine } from "xstate";
import { z } from "zod";
import { createHost } from "../src/actors/host.ts";
import { defineKind } from "../src/actors/kind.ts";
import { inFlight, timed, type Sample } from "./measure.ts";

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

export const w1Kind = defineKind({
  kind: "w1",
  version: "1",
  machine,
  events: z.object({ type: z.literal("NONE") }),
});

/** Runs workflows, some at a time. */
export interface Load {
  readonly jobs: number;
  readonly concurrency: number;
  /** Starts the names of the runs. Default `r`. */
  readonly prefix?: string;
}

type HostLog = NonNullable<Parameters<typeof createHost>[0]["log"]>;

/** On a host: started, and waited for until its end is on disk. The host is opened before, and closed after. */
export async function onHost(log: HostLog, { jobs, concurrency, prefix = "r" }: Load): Promise<Sample> {
  await using host = await createHost({ log, kinds: [w1Kind], strict: false });
  return await timed(jobs, () =>
    inFlight(jobs, concurrency, async (index) => {
      const actor = await host.start(`w1/${prefix}${index}`);
      await actor.waitFor(({ status }) => status === "done");
    }),
  );
}

/** XState alone: nothing is kept. */
export function plain({ jobs, concurrency }: Load): Promise<Sample> {
  return timed(jobs, () => inFlight(jobs, concurrency, () => runHere(machine)));
}

/**
 * The naive way: after the start and after every transition the persisted snapshot is written
 * over the last one, each in a transaction of its own, `synchronous=FULL`.
 */
export async function naive(folder: string, { jobs, concurrency }: Load): Promise<Sample> {
  const store = snapshotStore(folder);
  const sample = await timed(jobs, () =>
    inFlight(jobs, concurrency, (index) => runHere(machine, (data) => store.put(`r${index}`, data))),
  );
  store.close();
  return sample;
}

export interface NaiveStore {
  readonly put: (id: string, snapshot: unknown) => void;
  readonly close: () => void;
}

/** Snapshots in SQLite, one row an actor. */
export function snapshotStore(folder: string): NaiveStore {
  const db = new DatabaseSync(join(folder, "naive.db"));
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  db.exec("CREATE TABLE snapshots (id TEXT PRIMARY KEY, data TEXT NOT NULL) STRICT");
  const put = db.prepare(
    "INSERT INTO snapshots VALUES (?, ?) ON CONFLICT DO UPDATE SET data = excluded.data",
  );
  return {
    put: (id, snapshot) => void put.run(id, JSON.stringify(snapshot)),
    close: () => db.close(),
  };
}

/** Subscribers hear of the first state too: `start` tells them. */
function runHere(logic: AnyStateMachine, moved?: (snapshot: unknown) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const actor = createActor(logic);
    actor.subscribe({
      next: () => moved?.(actor.getPersistedSnapshot()),
      error: reject,
      complete: resolve,
    });
    actor.start();
  });
}

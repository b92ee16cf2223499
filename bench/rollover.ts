/** A14: one actor that takes a million commands on SQLite, and what a load of it costs afterwards. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { assign, setup } from "xstate";
import { z } from "zod";
import { readingStepper } from "../src/actors/client.ts";
import { createHost } from "../src/actors/host.ts";
import { defineKind, kindsByName } from "../src/actors/kind.ts";
import { load } from "../src/actors/load.ts";
import { sqliteLog } from "../src/events/log/sqlite.ts";
import { inFlight, round, type Row, type Table } from "./measure.ts";

const Add = z.object({ type: z.literal("ADD"), by: z.number() });

const counter = defineKind({
  kind: "counter",
  version: "1",
  events: Add,
  machine: setup({
    types: { context: {} as { n: number }, events: {} as z.infer<typeof Add> },
  }).createMachine({
    context: { n: 0 },
    on: { ADD: { actions: assign({ n: ({ context, event }) => context.n + event.by }) } },
  }),
});

const ADDRESS = "counter/c";
const IN_FLIGHT = 256;

/** @param commands how many the actor takes, each with an id. */
export async function rollOver(commands = 1_000_000): Promise<Table> {
  const folder = await mkdtemp(join(tmpdir(), "troupe-bench-"));
  const path = join(folder, "log.db");
  try {
    const rows: Row[] = [
      { what: `${commands} commands, ${IN_FLIGHT} in flight`, ...(await take(path, commands)) },
    ];
    rows.push({ what: "load of the actor, with its snapshot", ms: await loading(path) });
    withoutSnapshots(path);
    rows.push({ what: "load of the actor, from its checkpoint alone", ms: await loading(path) });
    rows.push({ what: "its state, read by a host that opens", ms: await reading(path, commands) });
    rows.push({
      what: "first command (an early id again), ids read",
      ms: await repeated(path, commands),
    });
    return { title: "A14: one actor after many events (SQLite, synchronous=FULL)", rows };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const send = { type: "ADD", by: 1 } as const;

async function take(path: string, commands: number): Promise<Row> {
  await using log = sqliteLog({ path });
  await using host = await createHost({ log, kinds: [counter], strict: false });
  const actor = await host.start(ADDRESS);
  const ms = await inFlight(commands, IN_FLIGHT, (i) => actor.send(send, { id: `command-${i}` }));
  return { ms: round(ms), "commands/s": Math.round((commands * 1000) / ms) };
}

/** The best of five, each through a handle of its own. */
async function loading(path: string): Promise<number> {
  const kinds = kindsByName([counter]);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    await using log = sqliteLog({ path });
    const env = { log, kinds, stepper: readingStepper(kinds) };
    const start = performance.now();
    await load(env, ADDRESS);
    best = Math.min(best, performance.now() - start);
  }
  return round(best);
}

function withoutSnapshots(path: string): void {
  const db = new DatabaseSync(path);
  db.exec("DELETE FROM snapshots");
  db.close();
}

async function reading(path: string, commands: number): Promise<number> {
  await using log = sqliteLog({ path });
  await using host = await createHost({ log, kinds: [counter], strict: false, recover: false });
  const start = performance.now();
  const { context } = await host.read(ADDRESS);
  const ms = performance.now() - start;
  if (context.n !== commands) throw new Error(`${context.n} commands counted, not ${commands}`);
  return round(ms);
}

/** Every id is asked for the first time here, so those in checkpoints are read. */
async function repeated(path: string, commands: number): Promise<number> {
  await using log = sqliteLog({ path });
  await using host = await createHost({ log, kinds: [counter], strict: false, recover: false });
  const actor = host.actor(ADDRESS);
  const start = performance.now();
  const early = await actor.send(send, { id: "command-0" });
  const ms = performance.now() - start;
  const late = await actor.send(send, { id: `command-${commands - 1}` });
  const { context } = await actor.snapshot();
  if (early.seq !== 2 || late.seq < commands || context.n !== commands)
    throw new Error(`a command counted again: ${early.seq}, ${late.seq}, ${context.n}`);
  return round(ms);
}

/** A14: one actor that takes a million commands on SQLite, and what a load of it costs afterwards. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { assign, setup } from "xstate";
import { z } from "zod";
import { readingStepper } from "../src/actors/client.ts";
import { createHost } from "../src/actors/host.ts";
import { defineKind, kindsByName } from "../src/actors/kind.ts";
import { load } from "../src/actors/load.ts";
import { sqliteLog } from "../src/events/log/sqlite.ts";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { inFlight, perSecond, round, timed, type Scale } from "./measure.ts";
import { below, type Row, type Table } from "./report.ts";

const GOAL_MS = 100;
const WAITING = 256;
const ADDRESS = "counter/c";
const ADD = { type: "ADD", by: 1 } as const;

const Add = z.object({ type: z.literal("ADD"), by: z.number() });
const machine = setup({
  types: { context: {} as { readonly n: number }, events: {} as z.infer<typeof Add> },
}).createMachine({
  context: { n: 0 },
  on: { ADD: { actions: assign({ n: ({ context, event }) => context.n + event.by }) } },
});
const counter = defineKind({ kind: "counter", version: "1", machine, events: Add });
const host = { kinds: [counter], strict: false, recover: false } as const;

export const rollover: Bench = {
  name: "rollover",
  what: "A14: the load of an actor after 1,000,000 commands",
  run: (scale) => inFolder(scale.folder, async (own) => [await rolled(join(own, "log.db"), scale)]),
};

async function rolled(path: string, { quick, progress }: Scale): Promise<Table> {
  const commands = quick ? 10_000 : 1_000_000;
  progress(`writing ${commands} commands`);
  const { wall } = await timed(commands, () => take(path, commands));
  const rows: Row[] = [
    { what: `${commands} commands, each with its id`, "commands/s": perSecond(wall) },
  ];
  progress("loading");
  const cached = await loading(path, commands);
  rows.push({ what: "load with its snapshot", ms: cached, ...below(GOAL_MS, cached, "ms") });
  withoutSnapshots(path);
  const bare = await loading(path, commands);
  rows.push({ what: "load from its checkpoint alone", ms: bare, ...below(GOAL_MS, bare, "ms") });
  rows.push({
    what: "the first command of a new host, an early id again",
    ms: await repeated(path, commands),
  });
  const notes = [
    `SQLite, synchronous=FULL, ${WAITING} commands waiting; a load is the best of five, each through a handle of its own`,
    "the first command loads the actor, and reads the ids of the day's commands out of all its checkpoints",
  ];
  return { title: "one actor after many commands", rows, notes };
}

async function take(path: string, commands: number): Promise<void> {
  await using log = sqliteLog({ path });
  await using owner = await createHost({ ...host, log });
  const actor = await owner.start(ADDRESS);
  await inFlight(commands, WAITING, (i) => actor.send(ADD, { id: `command-${i}` }));
}

async function loading(path: string, commands: number): Promise<number> {
  const kinds = kindsByName(host.kinds);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    await using log = sqliteLog({ path });
    const env = { log, kinds, stepper: readingStepper(kinds) };
    const { wall } = await timed(1, async () => assertCounted(await load(env, ADDRESS), commands));
    best = Math.min(best, wall / 1000);
  }
  return round(best);
}

function assertCounted(fold: Awaited<ReturnType<typeof load>>, commands: number): void {
  const { context } = { context: undefined, ...fold?.state.snapshot };
  const n: unknown = typeof context === "object" && context !== null ? Reflect.get(context, "n") : 0;
  if (n !== commands) throw new Error(`${String(n)} commands counted, not ${commands}`);
}

function withoutSnapshots(path: string): void {
  const db = new DatabaseSync(path);
  db.exec("DELETE FROM snapshots");
  db.close();
}

async function repeated(path: string, commands: number): Promise<number> {
  await using log = sqliteLog({ path });
  await using owner = await createHost({ ...host, log });
  const actor = owner.actor(ADDRESS);
  const { wall } = await timed(1, () => again(0, 2));
  await again(commands - 1, commands + 1);
  return round(wall / 1000);

  async function again(command: number, atLeast: number): Promise<void> {
    const { seq } = await actor.send(ADD, { id: `command-${command}` });
    const { context } = await actor.snapshot();
    if (seq < atLeast || seq > atLeast * 1.1 || context.n !== commands)
      throw new Error(`command ${command} was answered with seq ${seq}, and ${context.n} counted`);
  }
}

/**
 * What an actor costs in the host's memory: passivated, where the host should hold next to
 * nothing of it, and live. On SQLite, whose own memory is not on the heap.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { assign, setup } from "xstate";
import { z } from "zod";
import { commander, type Commander } from "../src/actors/commands.ts";
import { defineKind, kindsByName } from "../src/actors/kind.ts";
import { ownLog } from "../src/actors/own.ts";
import { sqliteLog } from "../src/events/log/sqlite.ts";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { heapUsed, inFlight, round, type Scale } from "./measure.ts";
import { below, type Row } from "./report.ts";

const GOAL_BYTES = 200;

const Note = z.object({ type: z.literal("NOTE") });
const machine = setup({
  types: { context: {} as { readonly notes: number }, events: {} as z.infer<typeof Note> },
}).createMachine({
  id: "idle",
  context: { notes: 0 },
  initial: "waiting",
  states: {
    waiting: {
      on: {
        NOTE: { target: "waiting", actions: assign({ notes: ({ context }) => context.notes + 1 }) },
      },
    },
  },
});
const kind = defineKind({ kind: "idle", version: "1", machine, events: Note });

export const memory: Bench = {
  name: "memory",
  what: "bytes an actor: 100,000 passivated, 10,000 live",
  async run(scale) {
    const idle = scale.quick ? 2_000 : 100_000;
    const live = scale.quick ? 500 : 10_000;
    const passivated = await inFolder(scale.folder, (own) => grown(own, idle, { live: false, scale }));
    const living = await inFolder(scale.folder, (own) => grown(own, live, { live: true, scale }));
    const rows: Row[] = [
      { ...rowOf("passivated", idle, passivated), ...below(GOAL_BYTES, passivated.heap, "bytes") },
      rowOf("live", live, living),
    ];
    const notes = [
      "heap: heapUsed behind full collections, after less before, for each actor; each was started and took one event",
    ];
    return [{ title: "memory of the host, actors on SQLite", rows, notes }];
  },
};

interface Grown {
  readonly heap: number;
  readonly external: number;
}

function rowOf(name: string, actors: number, { heap, external }: Grown): Row {
  return {
    actors: `${actors} ${name}`,
    "heap bytes each": round(heap, 1),
    "external bytes each": round(external, 1),
  };
}

/** Bytes that each of some actors adds to a host that has seen others before. */
async function grown(
  folder: string,
  count: number,
  { live, scale }: { readonly live: boolean; readonly scale: Scale },
): Promise<Grown> {
  await using log = sqliteLog({ path: join(folder, "log.db") });
  const idleMs = live ? 1e9 : 200;
  await using owned = await ownLog({ log, kinds: kindsByName([kind]), strict: false, idleMs });
  const { runner } = owned;
  const rest = async (): Promise<void> => {
    while (!live && runner.actors.size > 0) await sleep(50);
  };
  const commands = commander(runner);
  scale.progress(`${count} ${live ? "live" : "passivated"}, warming up`);
  await begin(commands, "w", Math.min(count, 2_000));
  await rest();
  const [heap, external] = [await heapUsed(), process.memoryUsage().external];
  scale.progress(`${count} ${live ? "live" : "passivated"}`);
  await begin(commands, "r", count);
  await rest();
  const grownHeap = (await heapUsed()) - heap;
  return { heap: grownHeap / count, external: (process.memoryUsage().external - external) / count };
}

/** Starts actors, each with one event. */
function begin(commands: Commander, prefix: string, count: number): Promise<void> {
  return inFlight(count, 256, async (index) => {
    const address = `idle/${prefix}${index}`;
    await commands.start(address, undefined, {});
    await commands.send(address, { type: "NOTE" }, {});
  });
}

/** W2: a hundred activities in parallel, from the event that starts them to the state where all are done. */
import { join } from "node:path";
import { assign, fromPromise, setup } from "xstate";
import { z } from "zod";
import { createHost } from "../src/actors/host.ts";
import { defineKind } from "../src/actors/kind.ts";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { median, round } from "./measure.ts";
import { below, type Row } from "./report.ts";

const ACTIVITIES = 100;
const GOAL_MS = 25;

const Go = z.object({ type: z.literal("GO") });

const machine = setup({
  types: { context: {} as { readonly done: number }, events: {} as z.infer<typeof Go> },
  actors: { ask: fromPromise(async () => "x".repeat(200)) },
  actions: { count: assign({ done: ({ context }) => context.done + 1 }) },
  guards: { all: ({ context }) => context.done === ACTIVITIES },
}).createMachine({
  id: "w2",
  context: { done: 0 },
  initial: "waiting",
  states: {
    waiting: { on: { GO: "working" } },
    working: {
      invoke: Array.from({ length: ACTIVITIES }, (_, n) => ({
        id: `a${n}`,
        src: "ask" as const,
        onDone: { actions: "count" as const },
      })),
      always: { guard: "all", target: "ready" },
    },
    ready: {},
  },
});

const kind = defineKind({ kind: "w2", version: "1", machine, events: Go });

export const w2: Bench = {
  name: "w2",
  what: "100 parallel activities in one workflow",
  async run({ quick, folder, progress }) {
    const times = quick ? 3 : 40;
    const rows: Row[] = [];
    for (const engine of ["memory", "sqlite"]) {
      progress(`${engine}, ${times} times`);
      const all = await inFolder(folder, (own) =>
        fanOuts(engine === "memory" ? "memory:" : `sqlite:${join(own, "log.db")}`, times),
      );
      rows.push({
        engine,
        "least ms": round(Math.min(...all)),
        "median ms": round(median(all)),
        ...(engine === "sqlite" && below(GOAL_MS, median(all), "ms")),
      });
    }
    const title = `${ACTIVITIES} invoked promises, from the event to the state where all are done`;
    return [{ title, rows, notes: ["judged by the median; a fresh actor each time"] }];
  },
};

async function fanOuts(log: string, times: number): Promise<number[]> {
  await using host = await createHost({ log, kinds: [kind], strict: false });
  const all: number[] = [];
  const warm = Math.ceil(times / 4);
  for (let time = 0; time < times + warm; time++) {
    const actor = await host.start(`w2/r${time}`);
    const before = performance.now();
    await actor.send({ type: "GO" });
    await actor.waitFor((snapshot) => snapshot.matches("ready"));
    if (time >= warm) all.push(performance.now() - before);
  }
  return all;
}

/** A13: what a step costs at the end of a longer and longer log of its actor. */
import { join } from "node:path";
import { assign, setup } from "xstate";
import { z } from "zod";
import { createHost } from "../src/actors/host.ts";
import { defineKind } from "../src/actors/kind.ts";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { inFlight, inTurns, round, timed, type Scale } from "./measure.ts";
import { atMost, type Row } from "./report.ts";

/** Of the shortest log's cost. */
const FLAT = 1.2;
const WAITING = 500;
/** Few, so that the shortest log stays short. */
const EVENTS = 500;

const Add = z.object({ type: z.literal("ADD") });
const machine = setup({
  types: { context: {} as { readonly n: number }, events: {} as z.infer<typeof Add> },
}).createMachine({
  context: { n: 0 },
  on: { ADD: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
});
const kind = defineKind({ kind: "counter", version: "1", machine, events: Add });

export const logLength: Bench = {
  name: "log-length",
  what: "A13: a step at 1,000 to 1,000,000 records of its actor",
  async run(scale) {
    const memory = await onLog("memory", "memory:", scale);
    const sqlite = await inFolder(scale.folder, (own) =>
      onLog("sqlite", `sqlite:${join(own, "log.db")}`, scale),
    );
    const notes = [
      `one log holds all of these actors, who take turns with ${EVENTS} events each, ${WAITING} waiting; snapshots as usual`,
    ];
    return [
      { title: "a step against the length of its actor's log", rows: [...memory, ...sqlite], notes },
    ];
  },
};

async function onLog(engine: string, log: string, { quick, progress }: Scale): Promise<Row[]> {
  await using host = await createHost({ log, kinds: [kind], strict: false, idleMs: 1e9 });
  const lengths = quick ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000];
  const ways = [];
  for (const length of lengths) {
    progress(`${engine}, writing ${length} records`);
    const actor = await host.start(`counter/c${length}`);
    await inFlight(length - 1, WAITING, () => actor.send({ type: "ADD" }));
    const events = () => inFlight(EVENTS, WAITING, () => actor.send({ type: "ADD" }));
    ways.push([String(length), () => timed(EVENTS, events)]);
  }
  const best = await inTurns<string>(Object.fromEntries(ways), quick ? 2 : 9, () => {});
  const first = best(String(lengths[0])).wall;
  return lengths.map((length): Row => {
    const { wall, cpu } = best(String(length));
    return {
      records: `${length}, ${engine}`,
      µs: round(wall, 1),
      "µs CPU": round(cpu, 1),
      "to shortest": round(wall / first),
      ...(length !== lengths[0] && atMost(FLAT, wall / first)),
    };
  });
}

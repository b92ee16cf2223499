/** A13: what a step costs at the end of a longer and longer log of its actor. */
import { join } from "node:path";
import { assign, setup } from "xstate";
import { z } from "zod";
import type { ActorHandle } from "../src/actors/handle.ts";
import { createHost } from "../src/actors/host.ts";
import { defineKind } from "../src/actors/kind.ts";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { inFlight, inTurns, round, timed, type Sample, type Scale, type Way } from "./measure.ts";
import { atMost, type Row } from "./report.ts";

/** Of the shortest log's cost. */
const FLAT = 1.2;
const WAITING = 500;
/** As many as several snapshots lie apart, so that each length pays for its own. */
const EVENTS = 2_000;
/** Before them: a full collection has just taken from V8 what it knew of the code. */
const WARMING = 1_000;

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
      `one log holds all of these actors, who take turns with ${EVENTS} events each from that length on, ${WAITING} waiting; snapshots as usual`,
    ];
    return [
      { title: "a step against the length of its actor's log", rows: [...memory, ...sqlite], notes },
    ];
  },
};

async function onLog(engine: string, log: string, { quick, progress }: Scale): Promise<Row[]> {
  await using host = await createHost({ log, kinds: [kind], strict: false, idleMs: 1e9 });
  const lengths = quick ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000];
  const send = (actor: ActorHandle<typeof kind>, count: number): Promise<void> =>
    inFlight(count, WAITING, () => actor.send({ type: "ADD" }));
  const ways: [length: string, way: Way][] = [];
  let fresh = 0;
  for (const length of lengths) {
    progress(`${engine}, writing ${length} records`);
    const actor = await host.start(`counter/c${length}`);
    await send(actor, length - WARMING);
    const way = async (): Promise<Sample> => {
      const short = length === lengths[0]; // it would not stay short
      const one = short ? await host.start(`counter/f${fresh++}`) : actor;
      await send(one, WARMING);
      return timed(EVENTS, () => send(one, EVENTS));
    };
    ways.push([String(length), way]);
  }
  const best = await inTurns<string>(Object.fromEntries(ways), quick ? 2 : 9, () => {});
  const first = best(String(lengths[0]));
  return lengths.map((length): Row => {
    const { wall, cpu } = best(String(length));
    return {
      records: `${length}, ${engine}`,
      µs: round(wall, 1),
      "µs CPU": round(cpu, 1),
      "CPU to shortest": round(cpu / first.cpu),
      ...(length !== lengths[0] && atMost(FLAT, wall / first.wall)),
    };
  });
}

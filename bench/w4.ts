/** W4: many messages from outside to one actor, within its mailbox's bound, beside the naive way. */
import { join } from "node:path";
import { assign, createActor, setup } from "xstate";
import { z } from "zod";
import { createHost } from "../src/actors/host.ts";
import { defineKind } from "../src/actors/kind.ts";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { inFlight, inTurns, perSecond, timed, type Sample } from "./measure.ts";
import { atLeast, figures, FIGURES } from "./report.ts";
import { snapshotStore } from "./w1-ways.ts";

/** In flight: half of what a mailbox takes. */
const WAITING = 500;
const RATIO_GOAL = 3;
const RATE_GOAL = 8_000;

const Add = z.object({ type: z.literal("ADD"), by: z.int() });

const machine = setup({
  types: { context: {} as { readonly sum: number }, events: {} as z.infer<typeof Add> },
}).createMachine({
  id: "w4",
  context: { sum: 0 },
  on: { ADD: { actions: assign({ sum: ({ context, event }) => context.sum + event.by }) } },
});

const kind = defineKind({ kind: "w4", version: "1", machine, events: Add });

export const w4: Bench = {
  name: "w4",
  what: "10,000 messages to one actor, beside the naive way",
  async run({ quick, folder, progress }) {
    const count = (warm: boolean): number => (quick || warm ? 1_000 : 10_000);
    const best = await inTurns(
      {
        naive: (warm) => inFolder(folder, (own) => naive(own, count(warm))),
        memory: (warm) => hosted("memory:", count(warm)),
        sqlite: (warm) =>
          inFolder(folder, (own) => hosted(`sqlite:${join(own, "log.db")}`, count(warm))),
      },
      quick ? 1 : 5,
      progress,
    );
    const [snapshots, sqlite] = [best("naive"), best("sqlite")];
    const rows = [
      figures("naive", snapshots),
      figures("memory", best("memory")),
      { ...figures("sqlite, to naive", sqlite), ...atLeast(RATIO_GOAL, snapshots.wall / sqlite.wall) },
      { way: "sqlite, a second", ...atLeast(RATE_GOAL, perSecond(sqlite.wall), "/s") },
    ];
    const naively = "naive: the snapshot over the last one after every message, synchronous=FULL";
    return [
      {
        title: `messages a second to one actor, ${WAITING} in flight`,
        rows,
        notes: [naively, ...FIGURES],
      },
    ];
  },
};

async function hosted(log: string, count: number): Promise<Sample> {
  await using host = await createHost({ log, kinds: [kind], strict: false });
  const actor = await host.start("w4/r");
  return await timed(count, () => inFlight(count, WAITING, () => actor.send({ type: "ADD", by: 1 })));
}

async function naive(folder: string, count: number): Promise<Sample> {
  const store = snapshotStore(folder);
  const actor = createActor(machine);
  actor.subscribe(() => store.put("r", actor.getPersistedSnapshot()));
  actor.start();
  const sample = await timed(count, () => {
    for (let sent = 0; sent < count; sent++) actor.send({ type: "ADD", by: 1 });
  });
  store.close();
  return sample;
}

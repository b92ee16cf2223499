/** Children of one parent, all started in its first step, until the birth is written. */
import { createMachine, setup } from "xstate";
import { z } from "zod";
import { createHost } from "../src/actors/host.ts";
import { defineKind } from "../src/actors/kind.ts";
import type { Bench } from "./bench.ts";
import { inTurns, perSecond, timed } from "./measure.ts";
import type { Row } from "./report.ts";

const Nothing = z.object({ type: z.literal("X") });

export const children: Bench = {
  name: "children",
  what: "children started in one step",
  async run({ quick, progress }) {
    const counts = quick ? [100] : [100, 1_000, 5_000];
    const rows: Row[] = [];
    for (const count of counts) {
      const best = await inTurns({ spawn: () => spawned(count) }, quick ? 1 : 4, (text) =>
        progress(`${count}: ${text}`),
      );
      rows.push({ children: count, "a second": perSecond(best("spawn").wall) });
    }
    return [{ title: "children started in one step, memory", rows }];
  },
};

async function spawned(count: number) {
  const child = createMachine({});
  const machine = setup({ types: { events: {} as { type: "X" } }, actors: { child } }).createMachine({
    context: ({ spawn }) => {
      for (let i = 0; i < count; i++) spawn("child", { id: `c${i}` });
      return {};
    },
  });
  const kinds = [defineKind({ kind: "parent", version: "1", machine, events: Nothing })];
  await using host = await createHost({ log: "memory:", kinds, strict: false });
  return await timed(count, () => host.start("parent/p"));
}

/** A record's type: what a reader of the log sees first, and what a NATS subject ends in. */
import { assign, emit, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createHost } from "../../src/actors/host.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { memoryLog } from "../../src/events/log/memory.ts";

const Events = z.strictObject({ type: z.enum(["COUNT", "CLOSE", "ADD"]) });

const machine = setup({
  types: {
    context: {} as { n: number },
    events: {} as z.infer<typeof Events>,
    emitted: {} as { type: "box.counted" } | { type: "box.closed" },
  },
}).createMachine({
  context: { n: 0 },
  on: {
    ADD: { actions: assign({ n: ({ context }) => context.n + 1 }) },
    COUNT: { actions: emit({ type: "box.counted" }) },
    CLOSE: { actions: [emit({ type: "box.counted" }), emit({ type: "box.closed" })] },
  },
});

async function typesWith(leadingFacts?: readonly string[]): Promise<readonly string[]> {
  const lead = leadingFacts === undefined ? {} : { leadingFacts };
  const box = defineKind({ kind: "box", version: "1", machine, events: Events, ...lead });
  await using host = await createHost({ log: memoryLog(), kinds: [box] });
  const actor = await host.start("box/b");
  for (const type of ["ADD", "COUNT", "CLOSE"] as const) await actor.send({ type });
  return (await Array.fromAsync(host.records({ live: false }))).map(({ type }) => type);
}

describe("a record's type", () => {
  it("is the first fact of its step, else the type of its input", async () => {
    expect(await typesWith()).toEqual(["troupe.started", "ADD", "box.counted", "box.counted"]);
  });

  it("is the fact that the kind says leads, where a step emits several", async () => {
    expect(await typesWith(["box.closed"])).toEqual([
      "troupe.started",
      "ADD",
      "box.counted",
      "box.closed",
    ]);
  });
});

/** A13: a step costs the same whatever came before it. Ratios with wide bounds: machines differ, growth shows. */
import { assign, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createHost } from "../../src/actors/host.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { counterKind, upTo } from "../support/laws-kinds.ts";

const Event = z.object({ type: z.literal("ADD") });

/** Counts beside a large value that it never touches. */
function heavyKind() {
  const machine = setup({
    types: {
      context: {} as { n: number; ballast: readonly string[] },
      input: {} as { size: number },
      events: {} as z.infer<typeof Event>,
    },
  }).createMachine({
    context: ({ input }) => ({
      n: 0,
      ballast: Array.from({ length: input.size }, (_, i) => `item ${i}`),
    }),
    on: { ADD: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
  });
  return defineKind({ kind: "heavy", version: "1", machine, events: Event });
}

/** The fastest of some runs: what the machine is otherwise busy with only ever adds. */
async function fastest(work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 7; i++) {
    const start = performance.now();
    await work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

describe("costs", () => {
  it("A13: a step after ten thousand records costs what one after a hundred does", async () => {
    await using host = await createHost({ log: memoryLog(), kinds: [counterKind()], strict: false });
    const counter = await host.start("counter/c");
    const hundred = async (): Promise<void> => {
      for (let i = 0; i < 100; i++) await counter.send({ type: "ADD", by: 1 });
    };
    await hundred();
    const early = await fastest(hundred);
    for (let i = 0; i < 100; i++) await hundred();
    const late = await fastest(hundred);
    expect(late / early).toBeLessThan(5);
  });

  it("A13: a step beside a hundred thousand entries costs what one beside ten does", async () => {
    await using host = await createHost({ log: memoryLog(), kinds: [heavyKind()], strict: false });
    const times: number[] = [];
    for (const size of [10, 100_000]) {
      const heavy = await host.start(`heavy/h${size}`, { input: { size } });
      times.push(await fastest(() => Promise.all(upTo(50).map(() => heavy.send({ type: "ADD" })))));
    }
    const [light = 0, laden = 0] = times;
    expect(laden / light).toBeLessThan(20);
  });
});

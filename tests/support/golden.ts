/** The kind whose records pin the format of records and checkpoints. */
import { assign, emit, fromPromise, setup } from "xstate";
import { z } from "zod";
import { defineKind } from "../../src/actors/kind.ts";

const Events = z.strictObject({ type: z.literal("GO"), items: z.array(z.string()) });

const machine = setup({
  types: {
    context: {} as { n: number; items: readonly string[]; note: string | undefined },
    events: {} as z.infer<typeof Events>,
    emitted: {} as { type: "golden.went"; n: number },
  },
  actors: { work: fromPromise(async () => ({ ok: true })) },
}).createMachine({
  context: { n: 0, items: [], note: undefined },
  initial: "idle",
  states: {
    idle: {
      on: {
        GO: {
          target: "working",
          actions: [
            assign({ n: ({ context }) => context.n + 1, items: ({ event }) => event.items }),
            emit(({ context }) => ({ type: "golden.went", n: context.n })),
          ],
        },
      },
    },
    working: { invoke: { id: "work", src: "work", onDone: "over" }, after: { 1000: "over" } },
    over: { type: "final" },
  },
});

export const goldenKind = defineKind({ kind: "golden", version: "1", machine, events: Events });

/** An order as a user would write it, with all that a kit must bear: the clean twin of the planted bugs. */
import * as fc from "fast-check";
import { assign, fromCallback, fromPromise, setup, type AnyStateMachine } from "xstate";
import { z } from "zod";
import { activity } from "../../src/actors/activity.ts";
import { defineKind } from "../../src/actors/kind.ts";
import type { Answer, Subject } from "../../src/testing/index.ts";

const OrderEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ADD"), cents: z.int().min(0).max(10_000) }),
  z.strictObject({ type: z.enum(["PAY", "CANCEL", "SHIP"]) }),
]);
type OrderEvent = z.infer<typeof OrderEvent>;
const OrderInput = z.strictObject({ cents: z.int() });

interface Order {
  readonly cents: number;
  readonly receipt: string | null;
  readonly refused: number;
}

const real = async (): Promise<never> => {
  throw new Error("the real world was touched");
};

const order = setup({
  types: {
    context: {} as Order,
    events: {} as OrderEvent | { type: "SEEN" },
    input: {} as z.infer<typeof OrderInput>,
  },
  actors: {
    charge: activity<{ cents: number }, { receipt: string }>(real, {
      timeoutMs: 1_000,
      retry: { maxAttempts: 3, delayMs: 50 },
    }),
    scanner: fromCallback(() => void real()),
  },
  actions: {
    mail: () => {},
    /** What an action sends is part of what the machine does. */
    look: ({ self }) => self.send({ type: "SEEN" }),
  },
  guards: { isSmall: ({ context }) => context.cents < 8_000 },
}).createMachine({
  context: ({ input }) => ({ cents: input.cents, receipt: null, refused: 0 }),
  initial: "open",
  states: {
    open: {
      on: {
        ADD: { actions: assign({ cents: ({ context, event }) => context.cents + event.cents }) },
        PAY: [{ guard: "isSmall", target: "paying" }, { target: "asking" }],
        CANCEL: "cancelled",
      },
      after: { 30_000: "cancelled" },
    },
    asking: {
      invoke: { src: fromPromise(real), onDone: "paying", onError: "open" },
      on: { CANCEL: "cancelled" },
    },
    paying: {
      invoke: {
        src: "charge",
        input: ({ context: { cents } }) => ({ cents }),
        onDone: {
          target: "paid",
          actions: [assign({ receipt: ({ event }) => event.output.receipt }), "mail"],
        },
        onError: {
          target: "open",
          actions: assign({ refused: ({ context }) => context.refused + 1 }),
        },
      },
      on: { CANCEL: "open" },
    },
    paid: {
      invoke: { src: "scanner" },
      entry: "look",
      on: { SHIP: "shipped", SEEN: {} },
    },
    shipped: { type: "final" },
    cancelled: { type: "final" },
  },
});

const answers: Record<string, fc.Arbitrary<Answer>> = {
  charge: fc.oneof(
    fc.record({ output: fc.record({ receipt: fc.string() }) }),
    fc.constant({ error: new Error("declined") }),
    fc.constant("hangs" as const),
  ),
  // the asker, which is written where it is invoked
  "xstate.invoke.0.(machine).asking": fc.oneof(
    fc.constant({ output: null }),
    fc.constant("hangs" as const),
  ),
  scanner: fc.oneof(fc.constant({ output: { type: "SHIP" } }), fc.constant("hangs" as const)),
};

const events: fc.Arbitrary<OrderEvent> = fc.oneof(
  fc.record({ type: fc.constant("ADD" as const), cents: fc.nat(10_000) }),
  fc.record({
    type: fc.constantFrom("PAY" as const, "PAY" as const, "CANCEL" as const, "SHIP" as const),
  }),
);

/** An order, or one of another machine that takes the same events. */
export function orderSubject(machine: AnyStateMachine = order): Subject {
  const kind = defineKind({
    kind: "order",
    version: "1",
    machine,
    events: OrderEvent,
    input: OrderInput,
  });
  return { kind, input: fc.record({ cents: fc.nat(10_000) }), events, answers } as Subject; // its own events, and any machine
}

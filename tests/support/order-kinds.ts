/** A module of a user: an order has a clerk and asks whether it is paid; the activity appends to a trace. */
import { appendFileSync } from "node:fs";
import { setup } from "xstate";
import { z } from "zod";
import { activity } from "../../src/actors/activity.ts";
import { defineKind } from "../../src/actors/kind.ts";

const charge = activity(async ({ fence }) => {
  appendFileSync(process.env["ORDER_TRACE"] ?? "", `charge ${fence.attempt}\n`);
  return { paid: false };
});

export const kinds = [
  defineKind({
    kind: "order",
    version: "1",
    events: z.strictObject({ type: z.literal("PAY") }),
    machine: setup({ actors: { charge, clerk: setup({}).createMachine({}) } }).createMachine({
      invoke: { src: "clerk", id: "clerk" },
      initial: "open",
      states: {
        open: { on: { PAY: "paying" } },
        paying: { invoke: { src: "charge", onDone: "over" } },
        over: { type: "final" },
      },
    }),
  }),
];

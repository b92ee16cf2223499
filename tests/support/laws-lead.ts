/**
 * Kinds for the laws of detached starts and addressed sends: a lead that starts aides which are
 * nobody's children, and hears of them only what they themselves send to its address.
 */
import { assign, enqueueActions, setup } from "xstate";
import { z } from "zod";
import { defineKind } from "../../src/actors/kind.ts";
import { now } from "../../src/events/now.ts";
import { sendToActor, startActor } from "../../src/machines/host-actions.ts";

const LeadEvent = z.discriminatedUnion("type", [
  /** Starts an aide and gives it these jobs, all in one step. */
  z.strictObject({ type: z.literal("HIRE"), id: z.string(), jobs: z.array(z.int()) }),
  /** The same the wrong way round: the jobs stand before the start. */
  z.strictObject({ type: z.literal("HASTE"), id: z.string(), jobs: z.array(z.int()) }),
  z.strictObject({ type: z.literal("TELL"), to: z.string(), jobs: z.array(z.int()) }),
  /** Hands these values to the actions as they are. */
  z.strictObject({ type: z.literal("START"), params: z.json() }),
  z.strictObject({ type: z.literal("SEND"), params: z.json() }),
  z.strictObject({ type: z.literal("ODD"), what: z.enum(["input", "event"]) }),
  z.strictObject({ type: z.literal("END") }),
]);
type LeadEvent = z.infer<typeof LeadEvent>;
interface Heard {
  readonly type: "HEARD";
  readonly by: string;
  readonly job: number;
}

const ODD = () => "no JSON";

/** @param id of the machine: two leads with another id differ in their code's key. */
export function leadKind(id = "lead") {
  const machine = setup({
    types: {
      context: {} as { readonly heard: readonly string[]; readonly hired: number },
      events: {} as LeadEvent | Heard,
    },
    actions: { startActor, sendToActor },
  }).createMachine({
    id,
    context: { heard: [], hired: 0 },
    initial: "here",
    states: {
      here: {
        on: {
          HIRE: {
            actions: enqueueActions(({ enqueue, event: { id: aide, jobs }, self, context }) => {
              const input = { lead: self.sessionId, aide };
              enqueue({ type: "startActor", params: { kind: "aide", id: aide, input } });
              const to = `aide/${self.sessionId.slice("lead/".length)}:${aide}`;
              for (const job of jobs)
                enqueue({ type: "sendToActor", params: { to, event: { type: "JOB", job } } });
              enqueue.assign({ hired: context.hired + 1 });
            }),
          },
          HASTE: {
            actions: enqueueActions(({ enqueue, event: { id: aide, jobs }, self }) => {
              const to = `aide/${self.sessionId.slice("lead/".length)}:${aide}`;
              for (const job of jobs)
                enqueue({ type: "sendToActor", params: { to, event: { type: "JOB", job } } });
              const input = { lead: self.sessionId, aide };
              enqueue({ type: "startActor", params: { kind: "aide", id: aide, input } });
            }),
          },
          TELL: {
            actions: enqueueActions(({ enqueue, event: { to, jobs } }) => {
              for (const job of jobs)
                enqueue({ type: "sendToActor", params: { to, event: { type: "JOB", job } } });
            }),
          },
          START: {
            actions: enqueueActions(
              ({ enqueue, event: { params } }) =>
                enqueue({ type: "startActor", params: params as { kind: string; id: string } }), // or anything else
            ),
          },
          SEND: {
            actions: enqueueActions(({ enqueue, event: { params } }) =>
              enqueue({
                type: "sendToActor",
                params: params as { to: string; event: { type: string } }, // or anything else
              }),
            ),
          },
          ODD: {
            actions: enqueueActions(({ enqueue, event: { what }, self }) => {
              if (what === "input")
                enqueue({ type: "startActor", params: { kind: "aide", id: "odd", input: { ODD } } });
              else {
                const event = { type: "JOB", ODD };
                enqueue({ type: "sendToActor", params: { to: self.sessionId, event } });
              }
            }),
          },
          HEARD: {
            actions: assign({
              heard: ({ context, event }) => [...context.heard, `${event.by} ${event.job}`],
            }),
          },
          END: "gone",
        },
      },
      gone: { type: "final" },
    },
  });
  return defineKind({ kind: "lead", version: "1", machine, events: LeadEvent });
}

const AideEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("JOB"), job: z.int() }),
  z.strictObject({ type: z.enum(["QUIT", "BREAK"]) }),
]);

/** Says to its lead's address what it has done, if it was given one. */
export function aideKind() {
  const machine = setup({
    types: {
      input: {} as { readonly lead?: string; readonly aide: string } | undefined,
      context: {} as {
        readonly lead: string | undefined;
        readonly aide: string;
        readonly bornAt: number;
        readonly jobs: readonly number[];
      },
      events: {} as z.infer<typeof AideEvent>,
      emitted: {} as { readonly type: "aide.worked"; readonly job: number },
    },
    actions: { startActor, sendToActor },
  }).createMachine({
    id: "aide",
    context: ({ input }) => ({
      lead: input?.lead,
      aide: input?.aide ?? "?",
      bornAt: now(),
      jobs: [],
    }),
    initial: "ready",
    states: {
      ready: {
        on: {
          JOB: {
            actions: enqueueActions(({ enqueue, context: { lead, aide, jobs }, event: { job } }) => {
              enqueue.assign({ jobs: [...jobs, job] });
              enqueue.emit({ type: "aide.worked", job });
              const event = { type: "HEARD", by: aide, job };
              if (lead !== undefined) enqueue({ type: "sendToActor", params: { to: lead, event } });
            }),
          },
          QUIT: "gone",
          BREAK: {
            actions: () => {
              throw new Error("broken");
            },
          },
        },
      },
      gone: { type: "final" },
    },
  });
  return defineKind({ kind: "aide", version: "1", machine, events: AideEvent });
}

export function teamKinds() {
  return [leadKind(), aideKind()] as const;
}

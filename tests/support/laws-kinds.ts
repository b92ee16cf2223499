/** Small kinds that the laws are tested with, and what they did outside. */
import { assign, emit, enqueueActions, sendTo, setup } from "xstate";
import { z } from "zod";
import { activity, type ActivityContext, type ActivityOptions } from "../../src/actors/activity.ts";
import { defineKind } from "../../src/actors/kind.ts";

/** Counts, notes and says so; the plainest actor there is. */
export function counterKind(did: string[] = []) {
  const machine = setup({
    types: {
      context: {} as { count: number; notes: string[] },
      events: {} as
        | { type: "ADD"; by: number }
        | { type: "NOTE"; text: string }
        | { type: "SAY"; text: string }
        | { type: "END" },
      input: {} as { from?: number } | undefined,
      emitted: {} as { type: "counter.said"; text: string },
    },
    actions: { act: (_, params: { what: string }) => void did.push(params.what) },
  }).createMachine({
    id: "counter",
    context: ({ input }) => ({ count: input?.from ?? 0, notes: [] }),
    initial: "open",
    states: {
      open: {
        on: {
          ADD: {
            actions: [
              assign({ count: ({ context, event }) => context.count + event.by }),
              { type: "act", params: ({ event }) => ({ what: `add ${event.by}` }) },
            ],
          },
          NOTE: {
            actions: assign({ notes: ({ context, event }) => [...context.notes, event.text] }),
          },
          SAY: { actions: emit(({ event }) => ({ type: "counter.said", text: event.text })) },
          END: "closed",
        },
      },
      closed: { type: "final" },
    },
  });
  const events = z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("ADD"), by: z.number() }),
    z.strictObject({ type: z.literal("NOTE"), text: z.string() }),
    z.strictObject({ type: z.literal("SAY"), text: z.string() }),
    z.strictObject({ type: z.literal("END") }),
  ]);
  return defineKind({ kind: "counter", version: "1", machine, events });
}

/** Takes only what its schema takes. */
export function guardedKind() {
  const input = z.strictObject({
    rooms: z.int().min(1).default(1),
    guest: z.strictObject({ name: z.string().trim() }),
  });
  type Input = z.infer<typeof input>;
  const machine = setup({ types: { context: {} as Input, input: {} as Input } }).createMachine({
    context: ({ input: given }) => given,
  });
  return defineKind({ kind: "guarded", version: "1", machine, events: z.never(), input });
}

/** One run of an activity, held open by the test. */
export interface Run {
  readonly context: ActivityContext & { readonly input: { readonly job: string } };
  succeed(value: string): void;
  fail(error: Error): void;
}

const WorkEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("GO"), job: z.string().optional() }),
  z.strictObject({ type: z.literal("CANCEL") }),
]);

/** idle → working (an activity) → done | failed → idle. */
export function workKind(runs: Run[], options: ActivityOptions<{ readonly job: string }> = {}) {
  const machine = setup({
    types: {
      context: {} as { job: string; result: string | undefined; error: string | undefined },
      events: {} as z.infer<typeof WorkEvent>,
    },
    actions: {
      take: assign({ job: ({ event }) => (event.type === "GO" ? (event.job ?? "j") : "j") }),
    },
    actors: {
      work: activity<{ readonly job: string }, string>((context) => {
        const { promise, resolve, reject } = Promise.withResolvers<string>();
        runs.push({ context, succeed: resolve, fail: reject });
        return promise;
      }, options),
    },
  }).createMachine({
    context: { job: "j", result: undefined, error: undefined },
    initial: "idle",
    states: {
      idle: {
        on: {
          GO: { target: "working", actions: "take" },
        },
      },
      working: {
        on: { CANCEL: "idle", GO: { target: "working", reenter: true, actions: "take" } },
        invoke: {
          id: "work",
          src: "work",
          input: ({ context }) => ({ job: context.job }),
          onDone: { target: "done", actions: assign({ result: ({ event }) => event.output }) },
          onError: {
            target: "failed",
            actions: assign({ error: ({ event }) => (event.error as Error).message }),
          },
        },
      },
      done: { on: { GO: "working" } },
      failed: { on: { GO: "working" } },
    },
  });
  return defineKind({ kind: "work", version: "1", machine, events: WorkEvent });
}

const TimedEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("LEAVE") }),
  z.strictObject({ type: z.literal("BACK") }),
]);

/** waiting --1 min--> late; LEAVE cancels, BACK arms anew. */
export const timedKind = defineKind({
  kind: "timed",
  version: "1",
  events: TimedEvent,
  machine: setup({
    types: { events: {} as z.infer<typeof TimedEvent>, context: {} as { rang: number } },
  }).createMachine({
    context: { rang: 0 },
    initial: "waiting",
    states: {
      waiting: {
        after: {
          60_000: { target: "late", actions: assign({ rang: ({ context }) => context.rang + 1 }) },
        },
        on: { LEAVE: "away" },
      },
      away: { on: { BACK: "waiting" } },
      late: { on: { BACK: "waiting" } },
    },
  }),
});

const BossEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("TELL"), count: z.int() }),
  z.strictObject({ type: z.literal("HIRE") }),
  z.strictObject({ type: z.literal("FIRE") }),
  z.strictObject({ type: z.literal("ASK") }),
]);
type HandEvent = { type: "JOB"; n: number } | { type: "QUIT" };

/** A parent that hires one child at a time, tells it numbers, and hears them back. */
export function bossKind() {
  const hand = setup({
    types: { context: {} as { jobs: number[] }, events: {} as HandEvent, output: {} as number },
  }).createMachine({
    context: { jobs: [] },
    initial: "ready",
    output: ({ context }) => context.jobs.length,
    states: {
      ready: {
        on: {
          JOB: {
            actions: [
              assign({ jobs: ({ context, event }) => [...context.jobs, event.n] }),
              ({ self, event }) => self._parent?.send({ type: "HEARD", n: event.n }),
            ],
          },
          QUIT: "gone",
        },
      },
      gone: { type: "final" },
    },
  });
  const machine = setup({
    types: {
      context: {} as { told: number; heard: number[]; ended: number[] },
      events: {} as
        | z.infer<typeof BossEvent>
        | { type: "HEARD"; n: number }
        | { type: "xstate.done.actor.hand"; output: number },
    },
    actors: { hand },
  }).createMachine({
    context: { told: 0, heard: [], ended: [] },
    initial: "alone",
    on: {
      HEARD: { actions: assign({ heard: ({ context, event }) => [...context.heard, event.n] }) },
    },
    states: {
      alone: { on: { HIRE: "leading" } },
      leading: {
        invoke: {
          id: "hand",
          src: "hand",
          onDone: {
            target: "alone",
            actions: assign({ ended: ({ context, event }) => [...context.ended, event.output] }),
          },
        },
        on: {
          FIRE: "alone",
          ASK: { actions: sendTo("hand", { type: "QUIT" }) },
          TELL: {
            actions: enqueueActions(({ enqueue, context, event }) => {
              for (let n = 1; n <= event.count; n++)
                enqueue.sendTo("hand", { type: "JOB", n: context.told + n });
              enqueue.assign({ told: context.told + event.count });
            }),
          },
        },
      },
    },
  });
  return defineKind({ kind: "boss", version: "1", machine, events: BossEvent });
}

/** 1 … n. */
export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}

/** Takes whatever comes, and remembers it. */
export function openKind() {
  const machine = setup({
    types: {
      context: {} as { input: unknown; seen: unknown[] },
      input: {} as unknown,
      events: {} as { type: string; [key: string]: unknown },
    },
  }).createMachine({
    context: ({ input }) => ({ input, seen: [] }),
    on: { "*": { actions: assign({ seen: ({ context, event }) => [...context.seen, event] }) } },
  });
  return defineKind({
    kind: "open",
    version: "1",
    machine,
    events: z.looseObject({ type: z.string() }),
  });
}

/**
 * The machines of the drill: a desk that hands jobs to workers, and a counter that both tell of
 * everything they do, under a name of its own, so that what counts twice or never shows.
 *
 *     desk ── spawns ──▶ counter ("counter" in the system), and what drill-children.ts has
 *       ├──── spawns ──▶ worker: resting ─(after)→ working ─(activity)→ cooling ─(after)→ finished
 *       └──── delays     (a raise to itself, a send to the counter)     └→ spoilt
 */
import {
  assign,
  cancel,
  enqueueActions,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
  type AnyActorRef,
} from "xstate";
import { z } from "zod";
import { activity, type ActivityContext } from "../../src/actors/activity.ts";
import type { ActionName } from "../../src/testing/check-actions.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { tempOf, type Ball } from "./drill-children.ts";
import type { DeskCommand, Fate, WorkerCommand } from "./drill-history.ts";

/** Failures after which a worker gives up. */
const MAX_ATTEMPTS = 3;
/** Time that a hanging attempt gets, ms. */
const TIMEOUT_MS = 60;

export interface Work {
  readonly n: number;
  readonly workMs: number;
  readonly fates: readonly Fate[];
}

/** What the machines touch outside; it leaves traces that the check reads. */
export interface Outside {
  /** A custom action has run. */
  act(action: string): void;
  work(context: ActivityContext & { readonly input: Work }): Promise<Done>;
  /** Calls back later; returns what cancels it. */
  after(ms: number, call: () => void): () => void;
}

/** The result of the work says which attempt it is of. */
export interface Done {
  readonly epoch: number;
  readonly attempt: number;
}

/** An outside for those who only read. */
export const NO_OUTSIDE: Outside = {
  act() {},
  work: () => Promise.reject(new Error("nothing runs here")),
  after: () => () => {},
};

const DeskEvent = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("JOB"),
    n: z.int(),
    restMs: z.int(),
    workMs: z.int(),
    coolMs: z.int(),
    fates: z.array(z.enum(["works", "fails", "hangs"])),
  }),
  z.strictObject({ type: z.literal("TELL"), n: z.int() }),
  z.strictObject({ type: z.literal("LATER"), n: z.int(), delayMs: z.int() }),
  z.strictObject({ type: z.enum(["DROP", "CANCEL", "RING"]), n: z.int() }),
  z.strictObject({ type: z.literal("TEMP"), n: z.int(), ms: z.int() }),
  z.strictObject({ type: z.literal("BALL"), n: z.int(), left: z.int() }),
]);
const WorkerEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("PING"), k: z.int() }),
  z.strictObject({ type: z.enum(["HURRY", "AGAIN"]) }),
]);

const counter = setup({
  types: {
    context: {} as { readonly by: Readonly<Record<string, number>> },
    events: {} as { type: "COUNT"; by: string },
  },
}).createMachine({
  id: "counter",
  context: { by: {} },
  on: {
    COUNT: {
      actions: assign({
        by: ({ context, event }) => ({ ...context.by, [event.by]: (context.by[event.by] ?? 0) + 1 }),
      }),
    },
  },
});

type Job = Omit<Extract<DeskCommand, { type: "JOB" }>, "type">;
const counterOf = ({
  system,
}: {
  system: { get(id: string): AnyActorRef | undefined };
}): AnyActorRef => {
  const found = system.get("counter");
  if (found === undefined) throw new Error("there is no counter");
  return found;
};
const tell = (by: string) => ({ type: "COUNT", by });

function workerOf(outside: Outside) {
  return setup({
    types: {
      input: {} as Job,
      context: {} as Job & { readonly done: Done | null; readonly pings: number },
      events: {} as WorkerCommand,
    },
    actors: {
      work: activity<Work, Done>((context) => outside.work(context), {
        timeoutMs: TIMEOUT_MS,
        retry: { maxAttempts: MAX_ATTEMPTS, delayMs: 4 },
      }),
    },
    actions: {
      /** At least once; what it sends counts once. */
      nudge({ system, context, self }) {
        outside.act(`${self.sessionId} nudge`);
        counterOf({ system }).send(tell(`nudge-${context.n}`));
      },
    },
    delays: { rest: ({ context }) => context.restMs, cool: ({ context }) => context.coolMs },
  }).createMachine({
    id: "worker",
    context: ({ input }) => ({ ...input, done: null, pings: 0 }),
    initial: "resting",
    entry: "nudge",
    on: {
      PING: {
        actions: [
          assign({ pings: ({ context }) => context.pings + 1 }),
          sendTo(counterOf, ({ context, event }) => tell(`ping-${context.n}-${event.k}`)),
        ],
      },
    },
    states: {
      resting: { after: { rest: "working" }, on: { HURRY: "working" } },
      working: {
        entry: sendTo(counterOf, ({ context }) => tell(`working-${context.n}`)),
        invoke: {
          id: "work",
          src: "work",
          input: ({ context: { n, workMs, fates } }) => ({ n, workMs, fates }),
          onDone: { target: "cooling", actions: assign({ done: ({ event }) => event.output }) },
          onError: "spoilt",
        },
        /** The work is begun anew; what was under way counts no more, however late it ends. */
        on: { AGAIN: { target: "working", reenter: true } },
      },
      cooling: {
        entry: [
          sendTo(counterOf, ({ context }) => tell(`done-${context.n}`)),
          sendParent(({ context }) => ({ type: "WORKED", n: context.n })),
        ],
        after: { cool: "finished" },
      },
      finished: { type: "final" },
      spoilt: { type: "final", entry: sendTo(counterOf, ({ context }) => tell(`spoilt-${context.n}`)) },
    },
  });
}

export function drillKinds(outside: Outside) {
  const workerMachine = workerOf(outside);
  const deskMachine = setup({
    types: {
      context: {} as Readonly<Record<"jobs" | "worked" | "ended" | "temps", number>>,
      events: {} as DeskCommand | Ball | { type: "WORKED" | "REMIND"; n: number },
    },
    actors: { counter, worker: workerMachine, temp: tempOf((ms, call) => outside.after(ms, call)) },
    actions: {
      /** At least once; only that of the last append is ever in doubt. */
      stamp: ({ self }, { what }: { readonly what: string }) =>
        outside.act(`${self.sessionId} ${what}`),
      ended: assign({ ended: ({ context }) => context.ended + 1 }),
    },
  }).createMachine({
    id: "desk",
    context: { jobs: 0, worked: 0, ended: 0, temps: 0 },
    entry: spawnChild("counter", { id: "counter", systemId: "counter" }),
    on: {
      JOB: {
        actions: [
          assign({ jobs: ({ context }) => context.jobs + 1 }),
          { type: "stamp", params: ({ event }) => ({ what: `job-${event.n}` }) },
          enqueueActions(({ enqueue, event }) => {
            enqueue.spawnChild("worker", { id: `w${event.n}`, input: event });
          }),
          sendTo("counter", ({ event }) => tell(`job-${event.n}`)),
        ],
      },
      TELL: {
        actions: [
          sendTo("counter", ({ event }) => tell(`tell-${event.n}`)),
          { type: "stamp", params: ({ event }) => ({ what: `tell-${event.n}` }) },
        ],
      },
      /** A later reminder takes the place of one that is pending; a later word to the counter does not. */
      LATER: {
        actions: enqueueActions(({ enqueue, event: { n, delayMs } }) => {
          enqueue.raise({ type: "REMIND", n }, { id: "remind", delay: delayMs });
          enqueue.sendTo("counter", tell(`later-${n}`), { id: `later-${n}`, delay: delayMs });
        }),
      },
      REMIND: { actions: sendTo("counter", ({ event }) => tell(`remind-${event.n}`)) },
      DROP: { actions: stopChild(({ event }) => `w${event.n}`) },
      CANCEL: { actions: [cancel("remind"), cancel(({ event }) => `later-${event.n}`)] },
      /** Under the id of the one before, which may be about to say that it ends. */
      TEMP: {
        actions: [
          assign({ temps: ({ context }) => context.temps + 1 }),
          stopChild("temp"),
          enqueueActions(({ enqueue, event: { n, ms }, system }) => {
            enqueue.spawnChild("temp", {
              id: "temp",
              input: { n, ms, counter: counterOf({ system }) },
            });
          }),
        ],
      },
      BALL: {
        guard: ({ context, event }) => context.temps > 0 && event.left > 0,
        actions: [
          sendTo("counter", ({ event }) => tell(`ball-${event.n}-${event.left}`)),
          sendTo("temp", ({ event }) => event),
        ],
      },
      RING: {
        guard: ({ context }) => context.temps > 0,
        actions: sendTo("temp", ({ event: { n } }) => ({ type: "RING", n })),
      },
      WORKED: { actions: assign({ worked: ({ context }) => context.worked + 1 }) },
      "xstate.done.actor.*": { actions: "ended" },
    },
  });
  return [
    defineKind({ kind: "desk", version: "1", machine: deskMachine, events: DeskEvent }),
    defineKind({ kind: "worker", version: "1", machine: workerMachine, events: WorkerEvent }),
  ] as const;
}

/** What the world notes when an action of these runs. */
export const actionName: ActionName = (address, effect) => {
  if (effect.type !== "action") return undefined;
  const { what } = Object(effect.params) as { readonly what?: string }; // as `stamp` has it
  return `${address} ${what ?? effect.name}`;
};

/**
 * A queue whose workers are machines too, so that their work is simulated like all else:
 *
 *     queue/mail ── LEASED ──▶ job/mail:N ── START, STOP ──▶ hand/A
 *        ◀───────── JOIN, HEARTBEAT, REPORT, LEAVE ────────────┘
 *
 * A hand falls silent for a while and works on meanwhile; it reports late, twice and under leases
 * that are over. It leaves once it has had nothing to do for long.
 */
import { enqueueActions, setup } from "xstate";
import { z } from "zod";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import { queueKinds } from "../../src/agents/queue/kinds.ts";
import type { QueueCommand } from "../../src/events/queue/queue.ts";
import { sendToActor, type ActorMessage } from "../../src/machines/host-actions.ts";
import { jobMachine } from "../../src/machines/queue/job.ts";
import type { Moved } from "../../src/machines/queue/life.ts";

export interface HandInput {
  readonly name: string;
  readonly slots: number;
  readonly handlers: readonly string[] | null;
  /** How long it works, and how that ends: by lease, one after the other. */
  readonly workMs: readonly number[];
  readonly fates: readonly ("completed" | "failed" | "retry" | "twice" | "never")[];
  /** From which beat it is silent, and until which. */
  readonly silent: readonly [from: number, to: number];
  /** It leaves after so many beats without work. */
  readonly patience: number;
}

interface Hand extends HandInput {
  readonly beats: number;
  readonly idle: number;
  /** Its jobs, by lease. */
  readonly held: Readonly<Record<string, string>>;
}

type HandEvent =
  | { readonly type: "START" | "STOP"; readonly job: string; readonly lease: number }
  | { readonly type: "DONE"; readonly lease: number }
  | { readonly type: "BEAT" };

const BEAT_MS = 300;
const QUEUE = "queue/mail";

function toQueue(event: QueueCommand): { type: "sendToActor"; params: ActorMessage } {
  return { type: "sendToActor", params: { to: QUEUE, event } };
}

function joinOf({ name: worker, slots, handlers }: HandInput): QueueCommand {
  return { type: "JOIN", worker, slots, ...(handlers && { handlers: [...handlers] }) };
}

/** By lease, one after the other. */
function nth<T>(items: readonly T[], lease: number): T | undefined {
  return items[lease % items.length];
}

function without({ held }: Hand, lease: number): Hand["held"] {
  const { [lease]: _, ...others } = held;
  return others;
}

const hand = setup({
  types: {
    input: {} as HandInput,
    context: {} as Hand,
    events: {} as HandEvent,
  },
  actions: { sendToActor },
}).createMachine({
  context: ({ input }) => ({ ...input, beats: 0, idle: 0, held: {} }),
  initial: "working",
  states: {
    working: {
      after: { [BEAT_MS]: { target: "working", reenter: true } },
      entry: enqueueActions(({ enqueue, context }) => {
        const { beats, silent, held, name: worker, idle } = context;
        const jobs = Object.values(held);
        enqueue.assign({ beats: beats + 1, idle: jobs.length === 0 ? idle + 1 : 0 });
        if (beats >= silent[0] && beats < silent[1]) return;
        if (beats % 3 === 0 || beats === silent[1]) enqueue(toQueue(joinOf(context)));
        else enqueue(toQueue({ type: "HEARTBEAT", worker, jobs }));
      }),
      always: {
        guard: ({ context }) => context.idle > context.patience,
        target: "gone",
        actions: enqueueActions(({ enqueue, context }) => {
          enqueue(toQueue({ type: "LEAVE", worker: context.name }));
        }),
      },
      on: {
        START: {
          actions: enqueueActions(({ enqueue, context, event: { job, lease } }) => {
            enqueue.assign({ held: { ...context.held, [lease]: job } });
            const delay = nth(context.workMs, lease) ?? 0;
            enqueue.raise({ type: "DONE", lease }, { delay, id: `done-${lease}` });
          }),
        },
        STOP: {
          actions: enqueueActions(({ enqueue, context, event: { job, lease } }) => {
            if (context.held[lease] === undefined || lease % 2 === 0) return; // it does not listen
            enqueue.cancel(`done-${lease}`);
            enqueue.assign({ held: without(context, lease) });
            const ended = [{ job, lease, cancelled: true as const }];
            enqueue(toQueue({ type: "REPORT", worker: context.name, ended }));
          }),
        },
        DONE: {
          actions: enqueueActions(({ enqueue, context, event: { lease } }) => {
            const { name: worker, fates, held } = context;
            const job = held[lease];
            const fate = nth(fates, lease);
            if (job === undefined) return;
            enqueue.assign({ held: without(context, lease) });
            const failure = { code: "X", message: "planned" };
            const fails = fate === "failed" || fate === "retry";
            const end = {
              job,
              lease,
              ...(fails && { failure }),
              ...(fate === "retry" && { retryInMs: 100 }),
            };
            if (fate !== "never") enqueue(toQueue({ type: "REPORT", worker, ended: [end] }));
            if (fate === "twice") enqueue(toQueue({ type: "REPORT", worker, ended: [end] }));
          }),
        },
      },
    },
    /** What was granted before it left goes to others. */
    gone: {},
  },
});

/** Jobs that tell their worker by its address what real workers hear as facts. */
const telling = jobMachine.provide({
  actions: {
    sendToActor,
    take: enqueueActions(({ enqueue }, { change = {}, fact }: Moved) => {
      enqueue.assign(change as never);
      enqueue.emit(fact as never);
      if (fact.type !== "job.started" && fact.type !== "job.cancelling") return;
      const { job, lease, worker } = fact.data;
      const type = fact.type === "job.started" ? "START" : "STOP";
      const params: ActorMessage = { to: `hand/${worker}`, event: { type, job, lease } };
      enqueue({ type: "sendToActor", params } as never);
    }),
  },
} as never); // provide() knows the machine's own actions only

const [queueKind, jobKind] = queueKinds();

export const queueCast: readonly AnyKind[] = [
  queueKind,
  { ...jobKind, machine: telling as unknown as (typeof jobKind)["machine"] }, // it is; its inside is hidden
  defineKind({ kind: "hand", version: "1", machine: hand, events: z.never() }),
];

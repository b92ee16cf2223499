/**
 * One job, from its order to its end.
 *
 *     PENDING ─due→ QUEUED ─LEASED→ RUNNING → COMPLETED
 *                   ↑ ↑ └─LAPSED────┤ └─────→ CANCELLED  (from all other states at once)
 *                   │ └─due─ RETRYING
 *                   └─by hand─ FAILED
 *
 * - It does nothing by itself: its queue says what becomes of it, in order, so each word fits.
 * - A running one that is cancelled asks its worker to stop, and hears from the queue what came
 *   of it.
 */
import { enqueueActions, setup } from "xstate";
import { JobCommand, JobMessage, type JobFact, type JobInput } from "../../events/queue/job.ts";
import { reader } from "../../events/recorded.ts";
import * as life from "./life.ts";
import type { JobContext, Moved } from "./life.ts";

/** Any actor may send it something (S1). */
const messageIn = reader<JobMessage>(JobMessage);
const commandIn = reader<JobCommand>(JobCommand);

const jobSetup = setup({
  types: {
    context: {} as JobContext,
    events: {} as JobMessage | JobCommand,
    input: {} as JobInput,
    emitted: {} as JobFact,
  },
  guards: {
    queued: ({ context }) => context.queued,
    leased: ({ context, event }) => commandIn(event)?.lease === context.lease,
    sound: ({ event }) => messageIn(event) !== undefined,
    retried: ({ event }) =>
      event.type === "FAILED" && event.retryAt !== undefined && messageIn(event) !== undefined,
  },
  actions: {
    take: enqueueActions(({ enqueue }, { change = {}, fact }: Moved) => {
      enqueue.assign(change);
      enqueue.emit(fact);
    }),
  },
});

export const jobMachine = jobSetup.createMachine({
  id: "job",
  context: ({ input }) => life.newJob(input),
  initial: "NEW",
  states: {
    /** Never on disk: it is one of the next two at once. */
    NEW: {
      always: [
        {
          guard: "queued",
          target: "QUEUED",
          actions: { type: "take", params: ({ context }) => life.queued(context) },
        },
        {
          target: "PENDING",
          actions: { type: "take", params: ({ context }) => life.scheduled(context) },
        },
      ],
    },
    PENDING: {
      on: {
        QUEUED: {
          target: "QUEUED",
          actions: { type: "take", params: ({ context }) => life.queued(context) },
        },
        CANCEL: "CANCELLED",
      },
    },
    QUEUED: {
      on: {
        LEASED: {
          guard: "sound",
          target: "RUNNING",
          actions: { type: "take", params: ({ context, event }) => life.leased(context, event) },
        },
        CANCEL: "CANCELLED",
      },
    },
    RUNNING: {
      on: {
        PROGRESS: {
          guard: "leased",
          actions: { type: "take", params: ({ context, event }) => life.progressed(context, event) },
        },
        CANCEL: { actions: { type: "take", params: ({ context }) => life.cancelling(context) } },
        LAPSED: {
          guard: "sound",
          target: "QUEUED",
          actions: { type: "take", params: ({ context, event }) => life.lapsed(context, event) },
        },
        COMPLETED: {
          target: "COMPLETED",
          actions: { type: "take", params: ({ context, event }) => life.completed(context, event) },
        },
        FAILED: [
          {
            guard: "retried",
            target: "RETRYING",
            actions: { type: "take", params: ({ context, event }) => life.failed(context, event) },
          },
          {
            guard: "sound",
            target: "FAILED",
            actions: { type: "take", params: ({ context, event }) => life.failed(context, event) },
          },
        ],
        CANCELLED: "CANCELLED",
      },
    },
    RETRYING: {
      on: {
        QUEUED: {
          target: "QUEUED",
          actions: { type: "take", params: ({ context }) => life.queued(context) },
        },
        CANCEL: "CANCELLED",
      },
    },
    FAILED: {
      on: {
        QUEUED: {
          target: "QUEUED",
          actions: { type: "take", params: ({ context, event }) => life.queued(context, event) },
        },
        CANCEL: "CANCELLED",
      },
    },
    COMPLETED: { type: "final" },
    CANCELLED: {
      type: "final",
      entry: { type: "take", params: ({ context }) => life.cancelled(context) },
    },
  },
});

/**
 * One run of a plan: it starts the tasks in their order and waits for all of them.
 *
 *     PENDING → RUNNING ─────────────────────────┬→ COMPLETED  (all that had to completed)
 *        │       dispatching ─CANCEL→ cancelling ┼→ FAILED     (something did not)
 *        │          ↑ RESUME ↓ PAUSE             └→ CANCELLED  (somebody cancelled the run)
 *        └────────→ PAUSED
 *
 * - Every task that starts is an actor of its own; the workflow learns how it ended as
 *   `xstate.done.actor.<task id>`, and lets go of it.
 * - It ends only when every task's actor has ended, so nothing of it runs any more.
 * - One task's failure stops none that does not depend on it, but in a saga.
 * - Pure: what follows from an event is worked out in one turn (`control.ts`) from the
 *   records alone.
 */
import { emit } from "xstate";
import { failureOf } from "../task/attempt.ts";
import { newRun } from "./begin.ts";
import * as control from "./control.ts";
import { alerted, over } from "./said.ts";
import { broke, ended, workflowSetup } from "./setup.ts";

export const workflowMachine = workflowSetup.createMachine({
  id: "workflow",
  context: ({ input }) => newRun(input),
  initial: "PENDING",
  on: {
    "xstate.done.actor.*": {
      actions: { type: "take", params: ({ context, event }) => ended(context, event) },
    },
    "xstate.error.actor.*": {
      actions: { type: "take", params: ({ context, event }) => broke(context, event) },
    },
    TASK_ASKS: {
      actions: { type: "take", params: ({ context, event }) => control.taskSaid(context, event) },
    },
    TASK_BROKE: {
      actions: { type: "take", params: ({ context, event }) => control.taskSaid(context, event) },
    },
    APPROVE: {
      guard: "canAnswer",
      actions: { type: "take", params: ({ context, event }) => control.answer(context, event) },
    },
    DENY: {
      guard: "canAnswer",
      actions: { type: "take", params: ({ context, event }) => control.answer(context, event) },
    },
    CHECKPOINT: {
      guard: "canKeep",
      actions: { type: "take", params: ({ context, event }) => control.checkpoint(context, event) },
    },
    CANCEL: [
      {
        guard: "cancelsAll",
        target: ".RUNNING.cancelling",
        actions: { type: "take", params: ({ context, event }) => control.cancel(context, event) },
      },
      {
        guard: "canCancel",
        actions: { type: "take", params: ({ context, event }) => control.cancel(context, event) },
      },
    ],
  },
  states: {
    PENDING: {
      // so that PENDING can be seen: it is on disk before anything starts
      after: { 0: "RUNNING" },
      on: {
        PAUSE: {
          target: "PAUSED",
          actions: { type: "take", params: ({ context, event }) => control.pause(context, event) },
        },
      },
    },
    RUNNING: {
      initial: "dispatching",
      states: {
        dispatching: {
          entry: { type: "take", params: ({ context }) => control.goOn(context) },
          on: {
            PAUSE: {
              target: "#workflow.PAUSED",
              actions: { type: "take", params: ({ context, event }) => control.pause(context, event) },
            },
            RESTART: {
              guard: "canRestart",
              actions: {
                type: "take",
                params: ({ context, event }) => control.restart(context, event),
              },
            },
          },
          always: [
            { guard: "toReport", target: "reporting" },
            { guard: "over", target: "closing" },
          ],
        },
        cancelling: {
          always: [
            { guard: "toReport", target: "reporting" },
            { guard: "over", target: "closing" },
          ],
        },
        reporting: {
          invoke: {
            id: "_report",
            src: "report",
            input: ({ context: { place } }) => ({ run: place.run, artifacts: place.artifacts }),
            onDone: "closing",
            onError: {
              target: "closing",
              actions: emit(({ event }) =>
                alerted("warning", "report_failed", failureOf(event.error).failure?.message ?? ""),
              ),
            },
          },
        },
        closing: {
          entry: "alertIncomplete",
          always: [
            { guard: { type: "endsAs", params: "COMPLETED" }, target: "#workflow.COMPLETED" },
            { guard: { type: "endsAs", params: "CANCELLED" }, target: "#workflow.CANCELLED" },
            { target: "#workflow.FAILED" },
          ],
        },
      },
    },
    PAUSED: {
      on: {
        RESUME: "RUNNING",
        PAUSE: {
          guard: "hardens",
          actions: { type: "take", params: ({ context, event }) => control.pause(context, event) },
        },
        RESTART: {
          guard: "canRestart",
          actions: { type: "take", params: ({ context, event }) => control.restart(context, event) },
        },
      },
    },
    COMPLETED: { type: "final", entry: emit(({ context }) => over(context, "COMPLETED")) },
    FAILED: { type: "final", entry: emit(({ context }) => over(context, "FAILED")) },
    CANCELLED: { type: "final", entry: emit(({ context }) => over(context, "CANCELLED")) },
  },
  output: ({ context }) => control.outcomeOf(context),
});

/**
 * The parts of the workflow machine: what it may be told, what it leads, and how a turn
 * becomes actions.
 */
import { enqueueActions, setup, type DoneActorEvent, type ErrorActorEvent } from "xstate";
import type { WorkflowCommand, WorkflowInput } from "../../events/commands.ts";
import type { TaskOutcome } from "../../events/facts/task.ts";
import type { WorkflowFact, WorkflowOutcome } from "../../events/facts/workflow.ts";
import type { KeepInput, ReportInput } from "../../events/work.ts";
import { source } from "../source.ts";
import { failureOf } from "../task/attempt.ts";
import type { TaskMessage } from "../task/messages.ts";
import { taskMachine } from "../task/task.ts";
import { canAnswer, canCancel, canRestart, childEnded, copied, hasReport, verdict } from "./control.ts";
import { taskInput } from "./dispatch.ts";
import type { WorkflowContext } from "./run.ts";
import { alerted, compensationOf } from "./said.ts";
import { unrun } from "./scheduling.ts";
import type { Turn } from "./turn.ts";

/** Commands, what its tasks say, and how all that it started ends. */
export type WorkflowEvent =
  | WorkflowCommand
  | TaskMessage
  | DoneActorEvent<TaskOutcome>
  | ErrorActorEvent;

export const workflowSetup = setup({
  types: {
    context: {} as WorkflowContext,
    events: {} as WorkflowEvent,
    input: {} as WorkflowInput,
    output: {} as WorkflowOutcome,
    emitted: {} as WorkflowFact,
  },
  actors: {
    task: taskMachine,
    report: source<{ files: string[] }, ReportInput>("workflow", "report"),
    keep: source<{ kept: string[] }, KeepInput>("workflow", "keep"),
  },
  guards: {
    over: ({ context }) => verdict(context) !== undefined,
    endsAs: ({ context }, status: WorkflowOutcome["status"]) => verdict(context) === status,
    toReport: ({ context }) => verdict(context) !== undefined && hasReport(context),
    canAnswer: ({ context, event }) =>
      (event.type === "APPROVE" || event.type === "DENY") && canAnswer(context, event),
    canCancel: ({ context, event }) => event.type === "CANCEL" && canCancel(context, event),
    /** While it is over already, nothing would wait for the copy. */
    canKeep: ({ context }) => verdict(context) === undefined,
    canRestart: ({ context, event }) => event.type === "RESTART" && canRestart(context, event),
    cancelsAll: ({ context, event }) =>
      event.type === "CANCEL" && event.task === undefined && canCancel(context, event),
    hardens: ({ context, event }) =>
      event.type === "PAUSE" && event.hard === true && context.paused === "soft",
  },
  actions: {
    /** What a turn has worked out. Facts first, and what stops before what starts under its name. */
    take: enqueueActions(({ enqueue }, { context, facts, stops, starts, orders, copies }: Turn) => {
      enqueue.assign(context);
      for (const fact of facts) enqueue.emit(fact);
      for (const id of stops) enqueue.stopChild(id);
      for (const id of starts) {
        const input = taskInput(context, id);
        if (input !== undefined) enqueue.spawnChild("task", { id, input });
      }
      for (const { to, event } of orders) enqueue.sendTo(to, event);
      for (const copy of copies) enqueue.spawnChild("keep", copy);
    }),
    /** T-R6. */
    alertIncomplete: enqueueActions(({ context, enqueue }) => {
      const { incomplete = [] } = compensationOf(context) ?? {};
      if (incomplete.length === 0) return;
      const message = `these were not undone: ${incomplete.join(", ")}`;
      enqueue.emit(alerted("critical", "compensation_incomplete", message));
    }),
  },
});

const DONE = "xstate.done.actor.";
const ERROR = "xstate.error.actor.";
/** Children that are no tasks. */
const COPY = "_keep-";

/** What follows the end of a child. */
export function ended(context: WorkflowContext, { type, output }: DoneActorEvent<TaskOutcome>): Turn {
  const id = type.slice(DONE.length);
  return id.startsWith(COPY) ? copied(context, id) : childEnded(context, id, output);
}

/** A task whose actor broke failed, whatever its command did. */
export function broke(context: WorkflowContext, { type, error }: ErrorActorEvent): Turn {
  const id = type.slice(ERROR.length);
  const { failure = { code: "ACTOR_FAILED", message: "its actor broke" } } = failureOf(error);
  if (id.startsWith(COPY)) return copied(context, id, failure.message);
  return childEnded(context, id, unrun("FAILED", { failure }));
}

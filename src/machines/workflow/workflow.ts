/**
 * One run of a plan: it starts the tasks in their order and waits for all of them.
 *
 *     PENDING → RUNNING ────────────────────────┬→ COMPLETED  (every task completed)
 *                 dispatching ─CANCEL→ cancelling ┼→ FAILED     (one did not)
 *                                               └→ CANCELLED  (somebody cancelled the run)
 *
 * - Every task is an actor of its own from the first step on; the workflow tells it to START
 *   or SKIP, and learns how it ended as `xstate.done.actor.<task id>`.
 * - It ends only when every task's actor has ended, so nothing of it runs any more.
 * - One task's failure stops none that does not depend on it.
 * - Pure: what starts next is decided by `board.ts` from the records alone.
 */
import { assign, emit, enqueueActions, setup, type DoneActorEvent, type ErrorActorEvent } from "xstate";
import type { WorkflowCommand, WorkflowInput } from "../events/commands.ts";
import type { TaskOutcome } from "../events/facts/task.ts";
import type { WorkflowFact, WorkflowFailed, WorkflowOutcome } from "../events/facts/workflow.ts";
import { failureOf } from "./attempt.ts";
import { endTask, newBoard, openTasks, startReady, type Board } from "./board.ts";
import { itemAt } from "./table.ts";
import { taskMachine } from "./task.ts";

/** Commands, and how its tasks end. */
export type WorkflowEvent = WorkflowCommand | DoneActorEvent<TaskOutcome> | ErrorActorEvent;

export interface WorkflowContext {
  readonly input: WorkflowInput;
  readonly board: Board;
  /** Why it was cancelled. */
  readonly reason?: string;
}

export const workflowMachine = setup({
  types: {
    context: {} as WorkflowContext,
    events: {} as WorkflowEvent,
    input: {} as WorkflowInput,
    output: {} as WorkflowOutcome,
    emitted: {} as WorkflowFact,
  },
  actors: {
    task: taskMachine,
  },
  guards: {
    over: ({ context }, status: WorkflowOutcome["status"]) => verdict(context) === status,
  },
  actions: {
    startTasks: enqueueActions(({ context: { input, board }, enqueue }) => {
      const { plan, ...place } = input;
      const { name, env, passEnv } = plan;
      enqueue.emit({ type: "workflow.started", v: 1, data: { name, tasks: plan.tasks.length } });
      for (const task of plan.tasks)
        enqueue.spawnChild("task", { id: task.id, input: { ...place, task, env, passEnv } });
      const first = startReady(plan, board);
      enqueue.assign({ board: first.board });
      for (const id of first.start) enqueue.sendTo(id, { type: "START" });
    }),
    /** Takes in how a task ended, and starts or skips what that decides. A second end changes nothing. */
    taskEnded: enqueueActions(({ context, enqueue }, { task, outcome }: Ended) => {
      const { plan } = context.input;
      const end = endTask(plan, context.board, task, outcome);
      if (end.board === context.board) return;
      const cancelled = context.reason !== undefined;
      const next = cancelled ? end : startReady(plan, end.board);
      const { board } = next;
      enqueue.assign({ board });
      const { status } = outcome;
      if (board.open > 0)
        enqueue.emit({
          type: "workflow.progressed",
          v: 1,
          data: { task, status, counts: board.counts },
        });
      if (cancelled) return;
      for (const { task: id, blockedBy } of end.skip) enqueue.sendTo(id, { type: "SKIP", blockedBy });
      for (const id of next.start) enqueue.sendTo(id, { type: "START" });
    }),
    cancelTasks: enqueueActions(({ context: { input, board, reason = "" }, enqueue }) => {
      for (const id of openTasks(input.plan, board)) enqueue.sendTo(id, { type: "CANCEL", reason });
    }),
  },
}).createMachine({
  id: "workflow",
  context: ({ input }) => ({ input, board: newBoard(input.plan) }),
  initial: "PENDING",
  states: {
    PENDING: { always: "RUNNING" },
    RUNNING: {
      initial: "dispatching",
      entry: "startTasks",
      on: {
        "xstate.done.actor.*": {
          actions: { type: "taskEnded", params: ({ event }) => ended(event) },
        },
        "xstate.error.actor.*": {
          actions: { type: "taskEnded", params: ({ event }) => broken(event) },
        },
      },
      always: [
        { guard: { type: "over", params: "COMPLETED" }, target: "COMPLETED" },
        { guard: { type: "over", params: "FAILED" }, target: "FAILED" },
        { guard: { type: "over", params: "CANCELLED" }, target: "CANCELLED" },
      ],
      states: {
        dispatching: {
          on: {
            CANCEL: {
              target: "cancelling",
              actions: assign(({ event }) => ({ reason: event.reason ?? "" })),
            },
          },
        },
        cancelling: { entry: "cancelTasks" },
      },
    },
    COMPLETED: {
      type: "final",
      entry: emit(({ context: { board } }) => ({
        type: "workflow.completed",
        v: 1,
        data: { counts: board.counts },
      })),
    },
    FAILED: {
      type: "final",
      entry: emit(({ context }) => ({
        type: "workflow.failed",
        v: 1,
        data: { counts: context.board.counts, ...faults(context) },
      })),
    },
    CANCELLED: {
      type: "final",
      entry: emit(({ context: { board, reason = "" } }) => ({
        type: "workflow.cancelled",
        v: 1,
        data: { counts: board.counts, reason },
      })),
    },
  },
  output: ({ context }) => ({
    status: verdict(context) ?? "FAILED",
    name: context.input.plan.name,
    tasks: outcomes(context),
  }),
});

export interface Ended {
  readonly task: string;
  readonly outcome: TaskOutcome;
}

const DONE = "xstate.done.actor.";
const ERROR = "xstate.error.actor.";

function ended({ type, output }: DoneActorEvent<TaskOutcome>): Ended {
  return { task: type.slice(DONE.length), outcome: output };
}

/** A task whose actor broke failed, whatever its command did. */
function broken({ type, error }: ErrorActorEvent): Ended {
  const outcome: TaskOutcome = { ...failureOf(error), status: "FAILED", attempts: 0 };
  return { task: type.slice(ERROR.length), outcome };
}

/** How the run ended, once every task has. */
function verdict({ board, reason }: WorkflowContext): WorkflowOutcome["status"] | undefined {
  if (board.open > 0) return undefined;
  if (reason !== undefined) return "CANCELLED";
  return board.counts.completed === board.counts.total ? "COMPLETED" : "FAILED";
}

function outcomes({ input, board }: WorkflowContext): WorkflowOutcome["tasks"] {
  return input.plan.tasks.flatMap(({ id }, at) => {
    const outcome = itemAt(board.tasks, at)?.outcome;
    return outcome === undefined ? [] : [{ id, ...outcome }];
  });
}

function faults(context: WorkflowContext): Pick<WorkflowFailed["data"], "failed" | "skipped"> {
  const ends = outcomes(context);
  return {
    failed: ends.flatMap(({ id, status }) => (status === "FAILED" ? [id] : [])),
    skipped: ends.flatMap(({ id, blockedBy }) =>
      blockedBy === undefined ? [] : [{ task: id, blockedBy }],
    ),
  };
}

/**
 * One task of a plan: a command, and what is done about its failure.
 *
 *     PENDING ─START→ RUNNING ──→ COMPLETED
 *        │             ↑   │ └──→ FAILED
 *        │             └ WAITING (for the next attempt)
 *        ├─SKIP→ SKIPPED
 *        └─CANCEL (or from RUNNING, WAITING)→ CANCELLED
 *
 * - Pure: the runtime runs `command` and keeps the time. Leaving RUNNING stops the command.
 * - T-R1: the wait before attempt n + 1 is `retryDelayMs · 2^(n−1)`, at most {@link MAX_RETRY_DELAY_MS}.
 * - A task that fails is done, with an output that says so: it is no error of the actor.
 * - The context stays small: what the command printed is in the record, not here.
 */
import { resolve } from "node:path";
import { assign, emit, fromPromise, setup } from "xstate";
import { TroupeError } from "../errors.ts";
import type { CommandInput, CommandResult } from "../events/command-result.ts";
import type { TaskCommand, TaskInput } from "../events/commands.ts";
import type { Failure, TaskFact, TaskOutcome } from "../events/facts/task.ts";
import { argvOf } from "../events/plan/plan.ts";
import { attemptOf, failureOf, mayRetry, type Attempt } from "./attempt.ts";

/** The longest wait between two attempts. */
export const MAX_RETRY_DELAY_MS = 300_000;

/** What its workflow sends it, beside what anybody may. */
export type TaskEvent =
  | TaskCommand
  | { readonly type: "START" }
  | { readonly type: "SKIP"; readonly blockedBy: string };

export interface TaskContext {
  readonly input: TaskInput;
  /** Attempts begun. */
  readonly attempts: number;
  /** How the last attempt that ended did so. */
  readonly last: Attempt;
  readonly reason?: string;
  readonly blockedBy?: string;
}

const NOT_RUN: Attempt = { exitCode: null, durationMs: 0, summary: "" };

export const taskMachine = setup({
  types: {
    context: {} as TaskContext,
    events: {} as TaskEvent,
    input: {} as TaskInput,
    output: {} as TaskOutcome,
    emitted: {} as TaskFact,
  },
  actors: {
    /** Provided by whoever runs the machine. */
    command: fromPromise<CommandResult, CommandInput>(() =>
      Promise.reject(
        new TroupeError("KIND_INVALID", 'the task machine was given no "command"', {
          hint: "Register taskMachine.provide({ actors: { command } }).",
        }),
      ),
    ),
  },
  delays: {
    retry: ({ context }) => retryDelayMs(context),
  },
  guards: {
    completed: (_, attempt: Attempt) => attempt.failure === undefined,
    attemptsLeft: ({ context }, failure: Failure | undefined) =>
      context.attempts <= context.input.task.maxRetries && mayRetry(failure),
  },
  actions: {
    keep: assign((_, last: Attempt) => ({ last })),
  },
}).createMachine({
  id: "task",
  context: ({ input }) => ({ input, attempts: 0, last: NOT_RUN }),
  initial: "PENDING",
  states: {
    PENDING: {
      entry: emit(({ context: { input } }) => ({
        type: "task.requested",
        v: 1,
        data: { task: input.task.id, title: input.task.title ?? input.task.id },
      })),
      on: {
        START: "RUNNING",
        SKIP: {
          target: "SKIPPED",
          actions: assign(({ event }) => ({ blockedBy: event.blockedBy })),
        },
      },
    },
    RUNNING: {
      entry: [
        assign(({ context }) => ({ attempts: context.attempts + 1 })),
        emit(({ context }) => ({
          type: "task.started",
          v: 1,
          data: { task: context.input.task.id, attempt: context.attempts },
        })),
      ],
      invoke: {
        id: "command",
        src: "command",
        input: ({ context }) => commandOf(context),
        onDone: [
          {
            guard: { type: "completed", params: ({ event }) => attemptOf(event.output) },
            target: "COMPLETED",
            actions: { type: "keep", params: ({ event }) => attemptOf(event.output) },
          },
          {
            guard: {
              type: "attemptsLeft",
              params: ({ event }) => attemptOf(event.output).failure,
            },
            target: "WAITING",
            actions: { type: "keep", params: ({ event }) => attemptOf(event.output) },
          },
          {
            target: "FAILED",
            actions: { type: "keep", params: ({ event }) => attemptOf(event.output) },
          },
        ],
        onError: [
          {
            guard: { type: "attemptsLeft", params: ({ event }) => failureOf(event.error).failure },
            target: "WAITING",
            actions: { type: "keep", params: ({ event }) => failureOf(event.error) },
          },
          {
            target: "FAILED",
            actions: { type: "keep", params: ({ event }) => failureOf(event.error) },
          },
        ],
      },
    },
    WAITING: {
      entry: emit(({ context }) => ({
        type: "task.retried",
        v: 1,
        data: {
          task: context.input.task.id,
          attempt: context.attempts,
          delayMs: retryDelayMs(context),
          failure: failureIn(context),
        },
      })),
      after: { retry: "RUNNING" },
    },
    COMPLETED: {
      type: "final",
      entry: emit(({ context: { input, attempts, last } }) => ({
        type: "task.completed",
        v: 1,
        data: {
          task: input.task.id,
          attempts,
          durationMs: last.durationMs,
          summary: last.summary,
        },
      })),
    },
    FAILED: {
      type: "final",
      entry: emit(({ context }) => ({
        type: "task.failed",
        v: 1,
        data: {
          task: context.input.task.id,
          attempts: context.attempts,
          exitCode: context.last.exitCode,
          durationMs: context.last.durationMs,
          failure: failureIn(context),
        },
      })),
    },
    CANCELLED: {
      type: "final",
      entry: emit(({ context }) => ({
        type: "task.cancelled",
        v: 1,
        data: { task: context.input.task.id, reason: context.reason ?? "" },
      })),
    },
    SKIPPED: {
      type: "final",
      entry: emit(({ context }) => ({
        type: "task.skipped",
        v: 1,
        data: { task: context.input.task.id, blockedBy: context.blockedBy ?? "" },
      })),
    },
  },
  on: {
    CANCEL: {
      target: ".CANCELLED",
      actions: assign(({ event }) => ({ reason: event.reason ?? "" })),
    },
  },
  output: ({ context }) => outcomeOf(context),
});

function commandOf({ input, attempts }: TaskContext): CommandInput {
  const { task, run, folder, artifacts, env, passEnv } = input;
  return {
    argv: argvOf(task.run),
    folder: resolve(folder, task.cwd ?? "."),
    artifacts,
    env: {
      ...env,
      ...task.env,
      TROUPE_RUN: run,
      TROUPE_TASK: task.id,
      TROUPE_ATTEMPT: String(attempts),
      TROUPE_ARTIFACTS: artifacts,
    },
    passEnv,
    ...(task.timeoutMs === undefined ? {} : { timeoutMs: task.timeoutMs }),
  };
}

function retryDelayMs({ input, attempts }: TaskContext): number {
  return Math.min(input.task.retryDelayMs * 2 ** (attempts - 1), MAX_RETRY_DELAY_MS);
}

function failureIn({ last }: TaskContext): Failure {
  return last.failure ?? { code: "COMMAND_FAILED", message: "it failed" };
}

function outcomeOf({ attempts, last, reason, blockedBy }: TaskContext): TaskOutcome {
  const base = { ...last, attempts };
  if (blockedBy !== undefined) return { ...base, status: "SKIPPED", blockedBy };
  if (reason !== undefined) return { ...base, status: "CANCELLED", reason };
  return { ...base, status: last.failure === undefined ? "COMPLETED" : "FAILED" };
}

/**
 * Executions: every attempt of every task, who did it and how, what came of it, what it cost, and
 * what people think of it (S2-030). A view over runs; nothing is stored for it.
 */
import type { Failure } from "../events/failure.ts";
import type { Strategy } from "../events/healing.ts";
import type { Purpose } from "../events/work.ts";
import { attemptsOf, type RunAttempt } from "./run-attempts.ts";
import type { FeedbackView } from "./runs-feedback.ts";
import type { RunView } from "./runs-view.ts";

export interface TaskExecution {
  readonly run: string;
  readonly task: string;
  /** 1 for the task's first start, one more with each restart of the run from before it. */
  readonly start: number;
  readonly attempt: number;
  readonly purpose: Purpose;
  /** Absent: a command of the task. */
  readonly agent?: string;
  /** Of a try to heal what failed before (T-H1). */
  readonly strategy?: Strategy;
  /** `COMPLETED`, `FAILED`, `TIMED_OUT`, `REWORK`, `BROKEN`, `HELD`, `CANCELLED`; absent while it runs. */
  readonly outcome?: string;
  readonly failure?: Failure;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly durationMs?: number;
  /** Of an agent that is an actor: all its calls of models. */
  readonly calls: number;
  readonly tokens: number;
  readonly money: number;
  readonly feedback: readonly FeedbackView[];
}

/** Which executions; what is left out is not asked about. */
export interface ExecutionFilter {
  readonly run?: string;
  readonly task?: string;
  readonly agent?: string;
  readonly outcome?: string;
  readonly strategy?: Strategy;
  /** Of the failure. */
  readonly code?: string;
  /** At least this rating, by anybody. */
  readonly rating?: number;
}

/** The executions of runs, the earliest first. */
export function executionsOf(
  views: readonly RunView[],
  filter: ExecutionFilter = {},
): readonly TaskExecution[] {
  return views
    .flatMap((view) => attemptsOf(view).map((one) => executionOf(view.run, one)))
    .filter((execution) => fits(execution, filter))
    .toSorted((a, b) => a.startedAt - b.startedAt);
}

function executionOf(
  run: string,
  { task, start, attempt, agent, endedAt, spent, feedback }: RunAttempt,
): TaskExecution {
  const { outcome, failure, strategy, startedAt, purpose } = attempt;
  const { calls, tokens, money } = spent;
  return {
    run,
    task: task.id,
    start: start.n,
    attempt: attempt.attempt,
    purpose,
    ...(agent !== undefined && { agent }),
    ...(strategy !== undefined && { strategy }),
    ...(outcome !== undefined && { outcome }),
    ...(failure !== undefined && { failure }),
    startedAt,
    ...(endedAt !== undefined && { durationMs: endedAt - startedAt }),
    calls,
    tokens,
    money,
    feedback,
  };
}

function fits(execution: TaskExecution, { rating, code, ...wanted }: ExecutionFilter): boolean {
  const fields = Object.entries(wanted).every(
    ([field, value]) => value === undefined || Reflect.get(execution, field) === value,
  );
  return (
    fields &&
    (code === undefined || execution.failure?.code === code) &&
    (rating === undefined || execution.feedback.some((one) => one.rating >= rating))
  );
}

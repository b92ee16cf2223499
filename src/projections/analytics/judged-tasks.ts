/**
 * Of a run's tasks, those that can be judged, and what is known of them. Pure; lengths in ms.
 *
 * - Judged is what somebody worked at in this run and what is over, by its present start; and, as
 *   not done, what never began since something that it needs had failed.
 * - Not judged is what is open or was cancelled, what its own condition skipped, and what the run
 *   that this one starts over had done: that counts there.
 */
import type { Failure } from "../../events/failure.ts";
import type { AttemptView, RunView, TaskView } from "../runs-view.ts";

export interface WorkedTask {
  readonly id: string;
  /** Who did it last; `task/ID` where a command of its own did. */
  readonly agent: string;
  readonly succeeded: boolean;
  /** Null where nobody knows. */
  readonly ms: number | null;
  readonly estimateMs: number | null;
  /** Attempts that failed, timed out or broke off; at least one of a task that failed. */
  readonly errors: number;
  /**
   * Of the work that was looked at, the share that was taken, 0 to 1: attempts that completed, of
   * these and those that a check refused or a gate sent back. What nobody looked at counts as taken
   * if the task completed.
   */
  readonly acceptance: number;
  /** Paths that it writes. */
  readonly outputs: number;
  readonly failure: Failure | undefined;
}

export interface JudgedTasks {
  readonly worked: readonly WorkedTask[];
  /** Ids of tasks that never began, since something that they need had failed. */
  readonly blocked: readonly string[];
}

const ERRORS: ReadonlySet<string> = new Set(["FAILED", "TIMED_OUT", "BROKEN"]);
const BAD: ReadonlySet<string> = new Set(["FAILED", "ERROR"]);

export function judgedTasks({ tasks }: Pick<RunView, "tasks">): JudgedTasks {
  return {
    worked: tasks.flatMap(workedTask),
    blocked: tasks
      .filter(({ status, blockedBy }) => status === "SKIPPED" && blockedBy !== undefined)
      .map(({ id }) => id),
  };
}

/** Whether an attempt came to nothing by itself. */
function isError({ outcome = "" }: Pick<AttemptView, "outcome">): boolean {
  return ERRORS.has(outcome);
}

function workedTask(task: TaskView): readonly WorkedTask[] {
  const succeeded = task.status === "COMPLETED";
  const start = task.starts.findLast(({ n, status }) => n > task.stale && status !== undefined);
  if (start === undefined || !(succeeded || BAD.has(task.status))) return [];
  const { attempts } = start;
  return [
    {
      id: task.id,
      agent: attempts.at(-1)?.agent ?? task.agent ?? `task/${task.id}`,
      succeeded,
      ms: task.durationMs ?? null,
      estimateMs: task.estimateMs ?? null,
      errors: Math.max(succeeded ? 0 : 1, attempts.filter(isError).length),
      acceptance: acceptanceOf(attempts, succeeded),
      outputs: task.outputs.length,
      failure: task.failure,
    },
  ];
}

function acceptanceOf(attempts: readonly AttemptView[], succeeded: boolean): number {
  const taken = attempts.filter(({ outcome }) => outcome === "COMPLETED").length;
  const refused = attempts.filter(
    ({ outcome, issues = [] }) =>
      outcome === "REWORK" || (outcome !== "COMPLETED" && issues.length > 0),
  ).length;
  if (taken + refused === 0) return succeeded ? 1 : 0;
  return taken / (taken + refused);
}

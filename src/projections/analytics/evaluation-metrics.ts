/** The numbers of an evaluation (S4-048). Pure; lengths in ms. */
import type { RunView } from "../runs-view.ts";
import type { ExecutionRow, HandoffRow, WorkflowRow } from "../tables/columns.ts";
import { meanOf, medianOf, shareOf, sumOf } from "./averages.ts";
import { estimateRatio } from "./estimates.ts";
import type { History } from "./evaluation-history.ts";
import type { EvaluationMetrics, TaskScore } from "./evaluation.ts";
import type { JudgedTasks } from "./judged-tasks.ts";
import { outcomesOf, successRate } from "./success.ts";

/** What a run comes to: the rows that tables have of it, and what was judged. */
export interface Measured {
  readonly view: RunView;
  readonly history: History;
  readonly row: WorkflowRow;
  readonly executions: readonly ExecutionRow[];
  readonly handoffs: readonly HandoffRow[];
  readonly judged: JudgedTasks;
  readonly tasks: readonly TaskScore[];
  /** 0 to 1. */
  readonly speed: number;
}

export function metricsOf(measured: Measured): EvaluationMetrics {
  const { view, history, row, handoffs, judged, tasks, speed } = measured;
  return {
    ...taskCounts(judged),
    meanTaskScore: meanOf(tasks.map(({ score }) => score)),
    speed,
    durationMs: row.durationMs,
    usualDurationMs: medianOf(history.runsMs),
    estimateRatio: estimateRatio(row.durationMs, row.estimatedMs),
    ...executionCounts(measured),
    restarts: sumOf(view.tasks.flatMap(({ starts }) => starts.map(({ restarts }) => restarts))),
    overheadPct: row.overheadPct,
    parallelism: shareOf(row.agentMs ?? 0, row.busyMs ?? 0),
    criticalPathPct:
      row.criticalMs === null ? null : shareOf(100 * row.criticalMs, row.durationMs ?? 0),
    handoffs: handoffs.length,
    handoffSuccessRate: successRate({
      success: handoffs.filter(({ success }) => success === 1).length,
      failure: handoffs.filter(({ success }) => success === 0).length,
    }),
  };
}

function taskCounts({ worked, blocked }: JudgedTasks) {
  const completed = worked.filter(({ succeeded }) => succeeded).length;
  const tasks = worked.length + blocked.length;
  return {
    tasks,
    tasksCompleted: completed,
    tasksFailed: worked.length - completed,
    tasksBlocked: blocked.length,
    successRate: shareOf(completed, tasks),
    errorFreeRate: shareOf(worked.filter(({ errors }) => errors === 0).length, worked.length),
    acceptanceRate: meanOf(worked.map(({ acceptance }) => acceptance)),
  };
}

function executionCounts({ row, executions }: Pick<Measured, "row" | "executions">) {
  const { failure, partial } = outcomesOf(executions);
  return {
    executions: executions.length,
    agents: row.agents ?? 0,
    errors: failure,
    reworks: partial,
    calls: row.calls ?? 0,
    tokens: row.tokens ?? 0,
    money: row.money ?? 0,
  };
}

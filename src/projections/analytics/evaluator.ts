/**
 * The evaluator (T-E1, S4-047 to S4-051): what a run is worth, from 0 to 100. Pure; lengths in ms.
 *
 * - A task without a history, and one of which the length is not known, is as fast as usual: its
 *   speed is 0, as it is for one that takes its median. So the first run of a workflow is measured
 *   like those that follow.
 * - A run in which nothing can be judged is worth 100 for each share if it completed, else 0.
 * - No division by nothing: the score is finite and within 0..100 for every run.
 */
import type { RunView } from "../runs-view.ts";
import { handoffRows } from "../tables/run-handoffs.ts";
import { executionRows } from "../tables/run-executions.ts";
import { workflowRow } from "../tables/run-workflows.ts";
import { meanOf, medianOf, shareOf } from "./averages.ts";
import { agentPerformances } from "./evaluation-agents.ts";
import { historyOf, lengthOf, NO_HISTORY, type History } from "./evaluation-history.ts";
import { metricsOf } from "./evaluation-metrics.ts";
import { gradeOf, type Evaluation, type EvaluationFormula, type TaskScore } from "./evaluation.ts";
import { judgedTasks, type WorkedTask } from "./judged-tasks.ts";
import { recommendationsOn } from "./recommendations.ts";

/** What `v1` takes a task to last. */
const V1_TASK_MS = 30_000;
/** What `v1` takes a task to write. */
const V1_OUTPUTS = 5;

/**
 * T-E1. With shares from 0 to 1:
 *
 * - run = `30 · success + .4 · mean task + 20 · error-free + 10 · speed`. Success: of the tasks that
 *   were judged, those that completed. Speed: `max(0, 1 − length / median of earlier runs of the
 *   name)` of a run that completed, else 0: failing early is not fast.
 * - task = `40 · success + 20 · max(0, 1 − t / median of its own history) + 20 without errors (10
 *   with exactly one) + 20 · acceptance`.
 * - `v1`: t against 30 s, `min(20, outputs / 5 · 20)` in the place of acceptance, and as speed the
 *   mean of the tasks'. A path that a task writes is what it called a key.
 */
export function evaluate(
  view: RunView,
  history: History = NO_HISTORY,
  formula: EvaluationFormula = "default",
): Evaluation {
  const judged = judgedTasks(view);
  const tasks = judged.worked.map((task) => taskScore(task, history, formula));
  const row = workflowRow(view);
  const executions = executionRows(view);
  const handoffs = handoffRows(view);
  const speed = formula === "v1" ? meanSpeed(tasks) : runSpeed(view, history);
  const metrics = metricsOf({ view, history, row, executions, handoffs, judged, tasks, speed });
  const agents = agentPerformances(executions, tasks);
  const score = scoreOf(metrics, view.status === "COMPLETED" ? 1 : 0);
  return {
    run: view.run,
    name: view.name,
    version: row.version,
    formula,
    startedAt: view.startedAt,
    final: !view.open,
    score,
    grade: gradeOf(score),
    tasks,
    agents,
    metrics,
    recommendations: recommendationsOn({ view, history, judged, metrics, agents }),
  };
}

/**
 * S4-051: every run evaluated against those of its name that were over before it began, by its id.
 */
export function evaluateAll(
  views: readonly RunView[],
  formula: EvaluationFormula = "default",
): ReadonlyMap<string, Evaluation> {
  const names = Map.groupBy(views, ({ name }) => name);
  return new Map(
    views.map((view) => [
      view.run,
      evaluate(view, historyOf(view, names.get(view.name) ?? []), formula),
    ]),
  );
}

function taskScore(task: WorkedTask, history: History, formula: EvaluationFormula): TaskScore {
  if (formula === "v1")
    return scored(task, speedOf(task.ms, V1_TASK_MS), Math.min(1, task.outputs / V1_OUTPUTS));
  const usualMs = medianOf(history.tasksMs.get(task.id) ?? []);
  return scored(task, speedOf(task.ms, usualMs), task.acceptance);
}

function scored(
  { id, agent, succeeded, errors }: WorkedTask,
  speed: number,
  acceptance: number,
): TaskScore {
  const parts = {
    success: succeeded ? 40 : 0,
    speed: 20 * speed,
    errors: [20, 10][errors] ?? 0,
    acceptance: 20 * acceptance,
  };
  const score = parts.success + parts.speed + parts.errors + parts.acceptance;
  return { task: id, agent, score, ...parts };
}

/** 0 to 1: how much faster than usual. */
function speedOf(ms: number | null, usualMs: number | null): number {
  const share = ms === null ? null : shareOf(Math.max(0, ms), usualMs ?? 0);
  return share === null ? 0 : Math.max(0, 1 - share);
}

function runSpeed(view: RunView, history: History): number {
  const ms = view.status === "COMPLETED" ? lengthOf(view) : undefined;
  return speedOf(ms ?? null, medianOf(history.runsMs));
}

function meanSpeed(tasks: readonly TaskScore[]): number {
  return (meanOf(tasks.map(({ speed }) => speed)) ?? 0) / 20;
}

function scoreOf(
  { successRate, meanTaskScore, errorFreeRate, speed }: Evaluation["metrics"],
  otherwise: number,
): number {
  const score =
    30 * (successRate ?? otherwise) +
    0.4 * (meanTaskScore ?? 100 * otherwise) +
    20 * (errorFreeRate ?? otherwise) +
    10 * speed;
  return Math.round(100 * score) / 100;
}

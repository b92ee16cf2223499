/** Runs as tables: what `troupe ls` shows of each, and what analytics ask for. */
import { sumOf } from "../analytics/averages.ts";
import { createHash } from "node:crypto";
import {
  coordinationOf,
  criticalByDependencies,
  type Coordination,
  type Interval,
} from "../analytics/coordination.ts";
import { mean, plannedMs } from "../progress.ts";
import { attemptsOf, doerOf, type RunAttempt } from "../run-attempts.ts";
import { spentBy } from "../runs-agents.ts";
import { endedTasks, type RunView, type TaskView } from "../runs-view.ts";
import { defineTable } from "../table.ts";
import { WORKFLOW, type WorkflowRow } from "./columns.ts";
import { WORKFLOW_INDEXES } from "./indexes.ts";
import { qualityOf } from "./run-executions.ts";
import { workflowsTotals } from "./totals.ts";

/** One row per run: what lists show. */
export const runsTable = defineTable({
  name: "runs",
  columns: {
    run: "text",
    name: "text",
    goal: "text",
    pattern: "text",
    status: "text",
    /** Whether it may still move. */
    open: "integer",
    /** Whether somebody has cancelled it. */
    cancelled: "integer",
    /** Whether it is paused now. */
    paused: "integer",
    startedAt: "integer",
    /** Of its last record. */
    movedAt: "integer",
    endedAt: "integer",
    records: "integer",
    tasks: "integer",
    /** Tasks that have ended. */
    ended: "integer",
    /** How often it was started over from a task on. */
    restarts: "integer",
    /** The run that it starts over. */
    startsOver: "text",
    /** The run that it is a fork of, and the position of the cut there. */
    forkOf: "text",
    forkAt: "integer",
    /** Whether it is a fork that was cut short: nobody runs it. */
    cutShort: "integer",
    /** The folder of its artifacts. */
    artifacts: "text",
    /** Code of its failure. */
    failure: "text",
  },
  indexes: [["run"], ["startedAt"], ["open", "run"]],
  spread: (view: RunView) => [
    {
      run: view.run,
      name: view.name,
      goal: view.goal ?? null,
      pattern: view.pattern,
      status: view.status,
      open: view.open ? 1 : 0,
      cancelled: view.cancelled ? 1 : 0,
      paused: view.paused === undefined ? 0 : 1,
      startedAt: view.startedAt,
      movedAt: view.movedAt,
      endedAt: view.endedAt ?? null,
      records: view.records,
      tasks: view.tasks.length,
      ended: endedTasks(view),
      restarts: view.rounds.length,
      startsOver: view.startsOver?.run ?? null,
      ...forkCells(view),
      artifacts: view.artifacts,
      failure: view.failure?.code ?? null,
    },
  ],
});

function forkCells({ forkOf }: RunView) {
  return {
    forkOf: forkOf?.run ?? null,
    forkAt: forkOf?.at ?? null,
    cutShort: forkOf?.cutShort === true ? 1 : 0,
  };
}

/** Without forks: their beginning is another run's, so that no statistics of whole runs fit them. */
export const runWorkflows = defineTable<RunView, typeof WORKFLOW>({
  name: "run_workflows",
  columns: WORKFLOW,
  indexes: WORKFLOW_INDEXES,
  totals: workflowsTotals("run"),
  spread: (view) => (view.forkOf === undefined ? [workflowRow(view)] : []),
});

export function workflowRow(view: RunView): WorkflowRow {
  const { endedAt, startedAt, tasks } = view;
  const attempts = attemptsOf(view);
  const agents = agentsInOrder(attempts);
  const { calls, tokens, money } = spentBy(view.agents);
  const starts = tasks.flatMap((task) => task.starts);
  const quality = mean(attempts.flatMap((one) => qualityOf(one) ?? []));
  const estimated = plannedMs(view);
  const done = countOf(tasks, "COMPLETED");
  return {
    workflow: view.run,
    source: "run",
    name: view.name,
    version: planVersion(view),
    pattern: view.pattern,
    status: view.status,
    success: successOf(view),
    startedAt,
    endedAt: endedAt ?? null,
    durationMs: endedAt === undefined ? null : endedAt - startedAt,
    estimatedMs: estimated === undefined ? null : Math.round(estimated),
    tasks: tasks.length,
    tasksCompleted: done,
    tasksFailed: countOf(tasks, "FAILED") + countOf(tasks, "ERROR"),
    agents: new Set(agents).size,
    executions: attempts.length,
    variant: JSON.stringify(agents),
    ...coordinationCells(view, attempts),
    calls,
    tokens,
    money,
    retries: sumOf(starts.map((start) => Math.max(0, start.attempts.length - 1))),
    refinements: sumOf(starts.map(({ reworks }) => reworks)) + cyclesAgain(view),
    quality: quality ?? null,
  };
}

function countOf(tasks: readonly TaskView[], status: string): number {
  return tasks.filter((task) => task.status === status).length;
}

/** Cycles of a hub that another went before. */
function cyclesAgain({ syntheses }: RunView): number {
  return syntheses.filter(({ cycle }) => cycle > 1).length;
}

/** A run that was cancelled neither succeeded nor failed by itself. */
function successOf({ open, cancelled, status }: RunView): 0 | 1 | null {
  if (open || cancelled || status === "STOPPED") return null;
  return status === "COMPLETED" ? 1 : 0;
}

/** Who executed, in the order in which executions began (T-O5); at the same time, in that of the plan. */
function agentsInOrder(attempts: readonly RunAttempt[]): readonly string[] {
  return attempts.toSorted((a, b) => a.attempt.startedAt - b.attempt.startedAt).map(doerOf);
}

/** T-O1: for runs, the critical path follows the dependencies of the plan. */
function coordinationCells(
  view: RunView,
  attempts: readonly RunAttempt[],
): Record<keyof Coordination, number | null> {
  const { startedAt, endedAt } = view;
  const ended = attempts.flatMap((one) => intervalOf(one) ?? []);
  const known =
    endedAt === undefined
      ? undefined
      : coordinationOf({ startedAt, endedAt }, ended, criticalMs(view, attempts));
  return known === undefined
    ? { busyMs: null, agentMs: null, criticalMs: null, overheadPct: null }
    : { ...known };
}

function intervalOf({ attempt, endedAt }: RunAttempt): Interval | undefined {
  return endedAt === undefined ? undefined : { startedAt: attempt.startedAt, endedAt };
}

/** A task takes as long as all its attempts, and as those of the branch todos that it waits for. */
function criticalMs(view: RunView, attempts: readonly RunAttempt[]): number {
  const parents = new Map(view.tasks.map(({ id, parent }) => [id, parent]));
  const took = new Map<string, number>();
  for (const { task, attempt, endedAt = attempt.startedAt } of attempts) {
    const id = mendedBy(task.id, parents);
    took.set(id, (took.get(id) ?? 0) + endedAt - attempt.startedAt);
  }
  return criticalByDependencies(
    view.tasks.map(({ id, dependsOn }) => ({ id, dependsOn, ms: took.get(id) ?? 0 })),
  );
}

/** The task of the plan that a branch todo mends in the end. */
function mendedBy(id: string, parents: ReadonlyMap<string, string | undefined>): string {
  const seen = new Set<string>();
  let at = id;
  for (let parent = parents.get(at); parent !== undefined && !seen.has(at); parent = parents.get(at)) {
    seen.add(at);
    at = parent;
  }
  return at;
}

/**
 * A short hash of a plan's shape: its tasks by id, who does each, what it depends on; what was added
 * on the way does not count. Null until the plan is known.
 */
function planVersion({ tasks }: RunView): string | null {
  const planned = tasks
    .filter(({ added, parent }) => added === undefined && parent === undefined)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, agent = null, dependsOn }) => [id, agent, dependsOn.toSorted()]);
  if (planned.length === 0) return null;
  return createHash("sha256").update(JSON.stringify(planned)).digest("hex").slice(0, 12);
}

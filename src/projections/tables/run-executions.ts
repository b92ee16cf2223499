/** Executions of runs as a table: every attempt of every start of every task. */
import { keywordCell } from "../analytics/keywords.ts";
import { mean } from "../progress.ts";
import { attemptsOf, doerOf, type RunAttempt } from "../run-attempts.ts";
import { ownWork } from "../runs-agents.ts";
import type { RunView } from "../runs-view.ts";
import { defineTable } from "../table.ts";
import { EXECUTION, type ExecutionRow } from "./columns.ts";
import { EXECUTION_INDEXES } from "./indexes.ts";
import { executionTotals } from "./totals.ts";

export const runExecutions = defineTable<RunView, typeof EXECUTION>({
  name: "run_executions",
  columns: EXECUTION,
  indexes: EXECUTION_INDEXES,
  totals: executionTotals("run"),
  spread: executionRows,
});

export function executionRows(view: RunView): readonly ExecutionRow[] {
  const words = keywordsByTitle();
  const own = view.forkOf === undefined ? view : { ...view, agents: view.agents.map(ownWork) };
  return attemptsOf(own)
    .filter(({ attempt }) => attempt.copied !== true) // it counts in the run where it was
    .map((one) => executionRow(view, one, words(one.task.title)));
}

/** Attempts of one task share its title. */
function keywordsByTitle(): (title: string) => string {
  let last: readonly [title: string, cell: string] | undefined;
  return (title) => {
    if (last?.[0] !== title) last = [title, keywordCell(title)];
    return last[1];
  };
}

function executionRow(view: RunView, one: RunAttempt, keywords: string): ExecutionRow {
  const { task, start, attempt, again, endedAt, spent } = one;
  const status = executionStatus(view, one);
  const end = status === "running" ? undefined : endedAt;
  const nth = again === 0 ? "" : `+${again}`;
  return {
    id: `${view.run}/${task.id}~${start.n}#${attempt.attempt}${nth}`,
    source: "run",
    workflow: view.run,
    task: task.id,
    agent: doerOf(one),
    role: task.agent ?? null,
    model: one.model ?? null,
    description: task.title,
    keywords,
    startedAt: attempt.startedAt,
    endedAt: end ?? null,
    durationMs: end === undefined ? null : end - attempt.startedAt,
    status,
    failure: attempt.failure?.code ?? null,
    calls: spent.calls,
    tokens: spent.tokens,
    money: spent.money,
    quality: qualityOf(one) ?? null,
    refinements: one.sentBack,
  };
}

const STATUS: Readonly<Record<string, "success" | "failure" | "partial" | "unknown">> = {
  COMPLETED: "success",
  FAILED: "failure",
  TIMED_OUT: "failure",
  BROKEN: "failure",
  REWORK: "partial",
  HELD: "unknown",
  CANCELLED: "unknown",
};

/** What came of an attempt; of one that never ended in a run that is over nobody knows. */
function executionStatus({ open }: RunView, { attempt, start, endedAt }: RunAttempt): string {
  const { outcome } = attempt;
  if (outcome !== undefined) return STATUS[outcome] ?? "unknown";
  if (start.status === "ERROR") return "failure";
  return open && (endedAt === undefined || start.endedAt === undefined) ? "running" : "unknown";
}

/** Mean of what a gate (0 to 10) and people (1 to 5) made of it, 0 to 1; undefined where nobody has said. */
export function qualityOf({ attempt, feedback }: RunAttempt): number | undefined {
  const { scores } = attempt;
  const gate = scores === undefined ? [] : [clipped((scores.completeness + scores.accuracy) / 20)];
  return mean([...gate, ...feedback.map(({ rating }) => (rating - 1) / 4)]);
}

function clipped(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** The metrics by which a rollout is watched (S3-048). Pure; rates 0 to 1, lengths ms. */
import type { ExecutionRow, WorkflowRow } from "../tables/columns.ts";
import { meanOf, shareOf, sumOf } from "./averages.ts";
import { completedOf } from "./statistics.ts";
import { successRate } from "./success.ts";

/** What tests and scans said of some work. */
export interface Check {
  /** Share of the lines that its tests run, 0 to 1; null where nobody measured. */
  readonly coverage: number | null;
  /** How many were found; null where nobody looked. */
  readonly securityIssues: number | null;
}

export interface RoleMetrics {
  /** Null: of agents without one. */
  readonly role: string | null;
  /** Tasks of which the last execution ended well, and those of which it failed. */
  readonly passed: number;
  readonly failed: number;
  /** `passed / (passed + failed)`; null of none. */
  readonly passRate: number | null;
  /** Of all executions. */
  readonly money: number;
}

export interface QualityMetrics {
  /** Over the workflows that completed (T-O5); null of none. */
  readonly workflowSuccessRate: number | null;
  readonly meanWorkflowDurationMs: number | null;
  /** `Σ money / workflows that have started`; null of none. */
  readonly moneyPerWorkflow: number | null;
  /** By name, agents without a role first. */
  readonly roles: readonly RoleMetrics[];
  /** Mean of what was measured; null where nothing was. */
  readonly testCoverage: number | null;
  readonly securityIssues: number;
}

export interface QualityInput {
  readonly workflows: readonly Pick<WorkflowRow, "success" | "durationMs" | "money">[];
  readonly executions: readonly RoleExecution[];
  readonly checks: readonly Check[];
}

export type RoleExecution = Pick<
  ExecutionRow,
  "id" | "workflow" | "task" | "role" | "startedAt" | "status" | "money"
>;

/** S3-048. */
export function qualityMetrics({ workflows, executions, checks }: QualityInput): QualityMetrics {
  const over = completedOf(workflows);
  return {
    workflowSuccessRate: shareOf(sumOf(over.map(({ success }) => success)), over.length),
    meanWorkflowDurationMs: meanOf(over.map(({ durationMs }) => durationMs)),
    moneyPerWorkflow: shareOf(sumOf(workflows.map(({ money }) => money)), workflows.length),
    roles: roleMetrics(executions),
    testCoverage: meanOf(checks.map(({ coverage }) => coverage)),
    securityIssues: sumOf(checks.map(({ securityIssues }) => securityIssues)),
  };
}

/**
 * Pass rate and money by role. A task passes if its last execution ended well, however often it
 * was tried before, and counts for the role of that one; an execution without a task is one of its
 * own.
 */
export function roleMetrics(executions: readonly RoleExecution[]): readonly RoleMetrics[] {
  const tasks = Map.groupBy(executions, ({ id, workflow, task }) =>
    JSON.stringify(task === null ? [id] : [workflow, task]),
  );
  const last = [...tasks.values()].flatMap((tries) => tries.toSorted(later).slice(0, 1));
  return [...Map.groupBy(executions, ({ role }) => role)]
    .toSorted(([a], [b]) => ((a ?? "") < (b ?? "") ? -1 : 1))
    .map(([role, some]) => {
      const ended = (status: string): number =>
        last.filter((one) => one.role === role && one.status === status).length;
      const [passed, failed] = [ended("success"), ended("failure")];
      return {
        role,
        passed,
        failed,
        passRate: successRate({ success: passed, failure: failed }),
        money: sumOf(some.map(({ money }) => money)),
      };
    });
}

/** The one that started later first; of two at once the one with the greater id. */
function later(a: RoleExecution, b: RoleExecution): number {
  return (b.startedAt ?? 0) - (a.startedAt ?? 0) || ((b.id ?? "") < (a.id ?? "") ? -1 : 1);
}

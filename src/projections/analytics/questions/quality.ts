/** The metrics by which a rollout is watched (S3-048). */
import { z } from "zod";
import { shareOf } from "../averages.ts";
import type { QualityMetrics, RoleMetrics } from "../quality-metrics.ts";
import { successRate } from "../success.ts";
import { countedWhere, Known, Maybe, meanWhere, Name, rowOf, rowsOf, type Asking } from "./asking.ts";

/** What telemetry and runs tell of a rollout. Telemetry knows nothing of coverage and security. */
export type RolloutMetrics = QualityMetrics;

/**
 * S3-048. A task of a run passes if it is COMPLETED, and fails if it is FAILED or in error; an
 * imported one by its last invocation, and an invocation without a task is one of its own.
 */
export async function askQualityMetrics(asking: Asking): Promise<RolloutMetrics> {
  const over = "success IS NOT NULL";
  const all = await rowOf(asking, {
    text: `SELECT ${countedWhere()} AS total, ${countedWhere(over)} AS completed,
      ${countedWhere("success = 1")} AS succeeded, ${meanWhere("durationMs", over)} AS durationMs,
      TOTAL(money) AS money FROM workflow_totals`,
    row: z.object({
      total: Known,
      completed: Known,
      succeeded: Known,
      durationMs: Maybe,
      money: Known,
    }),
  });
  const found = await rowOf(asking, {
    text: "SELECT AVG(coverage) AS coverage, TOTAL(securityIssues) AS issues FROM checks",
    row: z.object({ coverage: Maybe, issues: Known }),
  });
  return {
    testCoverage: found.coverage,
    securityIssues: found.issues,
    workflowSuccessRate: shareOf(all.succeeded, all.completed),
    meanWorkflowDurationMs: all.durationMs,
    moneyPerWorkflow: shareOf(all.money, all.total),
    roles: await askRoles(asking),
  };
}

/** Pass rate and money by role, agents without a role first. */
async function askRoles(asking: Asking): Promise<readonly RoleMetrics[]> {
  const rows = await rowsOf(asking, {
    text: `
      SELECT role, TOTAL(passed) AS passed, TOTAL(failed) AS failed, TOTAL(money) AS money FROM (
        SELECT agent AS role, n * (status = 'COMPLETED') AS passed,
          n * (status IN ('FAILED', 'ERROR')) AS failed, 0 AS money FROM task_totals
        UNION ALL SELECT role, n * (status = 'success'), n * (status = 'failure'), 0
          FROM telemetry_single_totals
        UNION ALL SELECT role, status = 'success', status = 'failure', 0 FROM (
          SELECT role, status, ROW_NUMBER() OVER (
            PARTITION BY workflow, task ORDER BY startedAt DESC, id DESC) AS nth
          FROM telemetry_executions WHERE task >= '') WHERE nth = 1
        UNION ALL SELECT role, 0, 0, money FROM agent_totals
      ) GROUP BY role ORDER BY role`,
    row: z.object({ role: Name, passed: Known, failed: Known, money: Known }),
  });
  return rows.map(({ role, passed, failed, money }) => ({
    role,
    passed,
    failed,
    passRate: successRate({ success: passed, failure: failed }),
    money,
  }));
}

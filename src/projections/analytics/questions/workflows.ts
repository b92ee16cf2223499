/** What all workflows come to (S0-062, S1-008, T-O5), and against their estimates (S1-016). */
import { z } from "zod";
import { estimateRatio, type Estimates } from "../estimates.ts";
import type { NoStatistics, OrchestrationStatistics } from "../statistics.ts";
import { shareOf } from "../averages.ts";
import {
  agentsIn,
  type Variant,
  type VariantOptions,
  type WorkflowStatistics,
} from "../workflow-statistics.ts";
import { countedWhere, Known, Maybe, meanWhere, Name, rowOf, rowsOf, type Asking } from "./asking.ts";

export interface VariantsOptions extends VariantOptions {
  /** At most so many, the most common ones. Default 10. */
  readonly top?: number | undefined;
}

const OVER = "success IS NOT NULL";

/** S1-008, T-O5: of all workflows that have started; rates and means over those that completed. */
export async function askWorkflowStatistics(
  asking: Asking,
  options: VariantsOptions = {},
): Promise<WorkflowStatistics> {
  const all = await rowOf(asking, {
    text: `SELECT ${countedWhere()} AS total, ${countedWhere(OVER)} AS completed,
      ${countedWhere("success = 1")} AS succeeded, ${meanWhere("durationMs", OVER)} AS durationMs,
      ${meanWhere("agents", OVER)} AS agents FROM workflow_totals`,
    row: z.object({
      total: Known,
      completed: Known,
      succeeded: Known,
      durationMs: Maybe,
      agents: Maybe,
    }),
  });
  return {
    total: all.total,
    completed: all.completed,
    meanDurationMs: all.durationMs ?? 0,
    successRate: shareOf(all.succeeded, all.completed) ?? 0,
    meanAgents: all.agents ?? 0,
    variants: await askVariants(asking, options),
  };
}

/** T-O5: the ways that completed workflows went, the most common first, then by their names. */
export async function askVariants(
  asking: Asking,
  { collapse = false, top = 10 }: VariantsOptions = {},
): Promise<readonly Variant[]> {
  const way = collapse ? "collapsed" : "variant";
  const rows = await rowsOf(asking, {
    text: `SELECT ${way} AS way, SUM(n) AS count, SUM(SUM(n)) OVER () AS whole FROM variants
      GROUP BY ${way} ORDER BY count DESC, way LIMIT ?`,
    values: [top],
    row: z.object({ way: z.string(), count: Known, whole: Known }),
  });
  return rows.map(({ way: agents, count, whole }) => ({
    agents: agentsIn(agents),
    count,
    share: count / whole,
  }));
}

/** S0-062: of one pattern, or of all. `{}` where there is no workflow. */
export async function askOrchestrationStatistics(
  asking: Asking,
  pattern: string | null = null,
): Promise<OrchestrationStatistics | NoStatistics> {
  const { total, completed, succeeded, tokens, ...means } = await rowOf(asking, {
    text: `SELECT ${countedWhere()} AS total, ${countedWhere(OVER)} AS completed,
      ${countedWhere("success = 1")} AS succeeded, TOTAL(tokens) AS tokens,
      ${["durationMs", "quality", "agents", "refinements"]
        .map((sum) => `${meanWhere(sum, OVER)} AS ${sum}`)
        .join(", ")}
      FROM workflow_totals WHERE ?1 IS NULL OR pattern = ?1`,
    values: [pattern],
    row: z.object({
      total: Known,
      completed: Known,
      succeeded: Known,
      tokens: Known,
      durationMs: Maybe,
      quality: Maybe,
      agents: Maybe,
      refinements: Maybe,
    }),
  });
  if (total === 0) return {};
  return {
    pattern: pattern ?? "all",
    total,
    completed,
    successRate: shareOf(succeeded, completed),
    meanDurationMs: means.durationMs,
    meanQuality: means.quality,
    meanAgents: means.agents,
    meanRefinements: means.refinements,
    tokens,
  };
}

export interface EstimatesOptions {
  /** So many single workflows, the latest. Default 20. */
  readonly top?: number | undefined;
}

/** S1-016, T-O4: the ratios over all workflows that completed and have an estimate, and the latest of these. */
export async function askEstimates(
  asking: Asking,
  { top = 20 }: EstimatesOptions = {},
): Promise<Estimates> {
  const all = await rowOf(asking, {
    text: `SELECT ${meanWhere("ratio")} AS meanRatio,
      SUM(actualMs) / NULLIF(SUM(estimatedMs), 0) AS pooledRatio, TOTAL(overrun) AS overruns
      FROM workflow_totals`,
    row: z.object({ meanRatio: Maybe, pooledRatio: Maybe, overruns: Known }),
  });
  if (all.meanRatio === null) return { ...all, workflows: [] };
  const latest = (table: string): string => `SELECT * FROM (
    SELECT workflow, name, estimatedMs, durationMs AS actualMs, startedAt FROM ${table}
    WHERE ${OVER} AND estimatedMs > 0 AND durationMs IS NOT NULL ORDER BY startedAt DESC LIMIT ?1)`;
  const rows = await rowsOf(asking, {
    text: `${latest("run_workflows")} UNION ALL ${latest("telemetry_workflows")}
      ORDER BY startedAt DESC, workflow LIMIT ?1`,
    values: [top],
    row: z.object({ workflow: Name, name: Name, estimatedMs: Known, actualMs: Known }),
  });
  const workflows = rows.map((row) => ({
    ...row,
    ratio: estimateRatio(row.actualMs, row.estimatedMs) ?? 0,
  }));
  return { ...all, workflows };
}

/**
 * What all rows of runs and of telemetry come to, kept as they are written: a question about a
 * million records reads some hundred rows.
 *
 * - Of both sources there is one each, with `run_` and `telemetry_` before its name; what the two
 *   have in common is what both add up to.
 */
import { estimateRatio, OVERRUN } from "../analytics/estimates.ts";
import { collapsedVariant } from "../analytics/workflow-statistics.ts";
import type { Totals } from "../table.ts";
import type { ExecutionRow, WorkflowRow } from "./columns.ts";

export type Source = "run" | "telemetry";

/** What agents have done and spent. */
const agentTotals = (source: Source): Totals<ExecutionRow> => ({
  name: `${source}_agent_totals`,
  by: { agent: "text", role: "text", model: "text", status: "text" },
  sums: ["durationMs", "quality", "calls", "tokens", "money", "refinements"],
});

/** What agents have been asked for: how often with which keywords. */
const agentKeywords = (source: Source): Totals<ExecutionRow> => ({
  name: `${source}_agent_keywords`,
  by: { agent: "text", role: "text", keywords: "text", status: "text" },
  sums: [],
});

/** What workflows came to, by pattern and outcome. */
const workflowTotals = (source: Source): Totals<WorkflowRow> => ({
  name: `${source}_workflow_totals`,
  by: { pattern: "text", success: "integer" },
  sums: [
    "durationMs",
    "agents",
    "quality",
    "refinements",
    "tokens",
    "money",
    // of those that are over by themselves and of which an overhead is known (T-O1)
    "overheadPct",
    "lengthMs",
    "busyMs",
    "agentMs",
    "idleMs",
    "criticalPct",
    // of those that are over by themselves and have an estimate (T-O4)
    "ratio",
    "actualMs",
    "estimatedMs",
    "overrun",
  ],
  of: (row) => ({ ...row, ...overheadCells(row), ...estimateCells(row) }),
});

function overheadCells({ success, durationMs, busyMs, agentMs, criticalMs, overheadPct }: WorkflowRow) {
  const length = durationMs ?? 0;
  if (success === null || overheadPct === null)
    return {
      overheadPct: null,
      lengthMs: null,
      busyMs: null,
      agentMs: null,
      idleMs: null,
      criticalPct: null,
    };
  return {
    overheadPct,
    lengthMs: durationMs,
    busyMs,
    agentMs,
    idleMs: Math.max(0, length - (busyMs ?? 0)),
    criticalPct: criticalMs === null || length <= 0 ? null : (100 * criticalMs) / length,
  };
}

function estimateCells({ success, durationMs, estimatedMs }: WorkflowRow) {
  const ratio = success === null ? null : estimateRatio(durationMs, estimatedMs);
  if (ratio === null) return { ratio, actualMs: null, estimatedMs: null, overrun: null };
  return { ratio, actualMs: durationMs, estimatedMs, overrun: ratio > OVERRUN ? 1 : 0 };
}

/** The ways that completed workflows went (T-O5), and what is left of each where repeats are joined. */
const variants = (source: Source): Totals<WorkflowRow> => ({
  name: `${source}_variants`,
  by: { variant: "text", collapsed: "text" },
  sums: [],
  of({ success, variant }) {
    if (success === null || variant === null || variant === "[]") return undefined;
    return { variant, collapsed: collapsedVariant(variant) };
  },
});

/** Imported invocations that belong to no task: each is one of its own. */
export const telemetrySingles: Totals<ExecutionRow> = {
  name: "telemetry_single_totals",
  by: { role: "text", status: "text" },
  sums: [],
  of: ({ task, role, status }) => (task === null ? { role, status } : undefined),
};

export const executionTotals = (source: Source): readonly Totals<ExecutionRow>[] => [
  agentTotals(source),
  agentKeywords(source),
];
export const workflowsTotals = (source: Source): readonly Totals<WorkflowRow>[] => [
  workflowTotals(source),
  variants(source),
];

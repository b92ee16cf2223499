/** Coordination overhead over many workflows (T-O1, S1-013, S1-014). Pure; lengths in ms. */
import type { WorkflowRow } from "../tables/columns.ts";
import { meanOf, shareOf, sumOf } from "./averages.ts";
import { adviceOn, type Advice } from "./coordination.ts";

export interface Overhead {
  /** Workflows of which an overhead is known. */
  readonly workflows: number;
  /** Mean of their percentages, 0 to 100; null of none. */
  readonly overheadPct: number | null;
  /** `100 · Σ idle / Σ length`: long workflows weigh more. */
  readonly pooledPct: number | null;
  /** Mean time in which nobody worked. */
  readonly meanIdleMs: number | null;
  /** `Σ agent time / Σ busy`: 1 where one agent works at a time; null where nobody was busy. */
  readonly parallelism: number | null;
  /** Mean share of the critical path in its workflow, 0 to 100. */
  readonly criticalPathPct: number | null;
  /** On the headline. */
  readonly recommendation: Advice;
}

export type OverheadWorkflow = Pick<
  WorkflowRow,
  "success" | "durationMs" | "busyMs" | "agentMs" | "criticalMs" | "overheadPct"
>;

/** T-O1 over the workflows that are over by themselves and have executions and a length. */
export function overheadOf(workflows: readonly OverheadWorkflow[]): Overhead {
  const known = workflows.filter(
    ({ success, overheadPct }) => success !== null && overheadPct !== null,
  );
  const total = (column: "durationMs" | "busyMs" | "agentMs"): number =>
    sumOf(known.map((one) => one[column]));
  const overheadPct = meanOf(known.map((one) => one.overheadPct));
  const idle = known.map(({ durationMs, busyMs }) => Math.max(0, (durationMs ?? 0) - (busyMs ?? 0)));
  return {
    workflows: known.length,
    overheadPct,
    pooledPct: shareOf(100 * sumOf(idle), total("durationMs")),
    meanIdleMs: meanOf(idle),
    parallelism: shareOf(total("agentMs"), total("busyMs")),
    criticalPathPct: meanOf(
      known.map(({ criticalMs, durationMs }) =>
        criticalMs === null ? null : shareOf(100 * criticalMs, durationMs ?? 0),
      ),
    ),
    recommendation: adviceOn(overheadPct ?? undefined),
  };
}

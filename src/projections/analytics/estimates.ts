/** How long workflows took against what their authors guessed (S1-016, T-O4). Pure; lengths in ms. */
import type { WorkflowRow } from "../tables/columns.ts";
import { meanOf, shareOf, sumOf } from "./averages.ts";

/** Longer than so many times the estimate is worth a recommendation (T-E3). */
export const OVERRUN = 2;

export interface Estimate {
  readonly workflow: string | null;
  readonly name: string | null;
  readonly estimatedMs: number;
  readonly actualMs: number;
  /** `actual / estimated` (T-O4): 1 as guessed, 2 twice as long. */
  readonly ratio: number;
}

export interface Estimates {
  /** In the order in which they were given. */
  readonly workflows: readonly Estimate[];
  /** Mean of the ratios; null of none. */
  readonly meanRatio: number | null;
  /** `Σ actual / Σ estimated`; null of none. */
  readonly pooledRatio: number | null;
  /** How many took more than twice their estimate (T-E3). */
  readonly overruns: number;
}

/** T-O4: `actual / estimated`; null where one of them is not known, or nothing was estimated. */
export function estimateRatio(
  actualMs: number | null | undefined,
  estimatedMs: number | null | undefined,
): number | null {
  if (actualMs === null || actualMs === undefined) return null;
  return shareOf(actualMs, estimatedMs ?? 0);
}

/** Of the workflows that are over by themselves and have an estimate. */
export function estimatesOf(
  workflows: readonly Pick<
    WorkflowRow,
    "workflow" | "name" | "success" | "durationMs" | "estimatedMs"
  >[],
): Estimates {
  const known = workflows.flatMap(({ workflow, name, success, durationMs, estimatedMs }) => {
    const ratio = success === null ? null : estimateRatio(durationMs, estimatedMs);
    if (ratio === null) return [];
    return [{ workflow, name, estimatedMs: estimatedMs ?? 0, actualMs: durationMs ?? 0, ratio }];
  });
  return {
    workflows: known,
    meanRatio: meanOf(known.map(({ ratio }) => ratio)),
    pooledRatio: shareOf(
      sumOf(known.map(({ actualMs }) => actualMs)),
      sumOf(known.map(({ estimatedMs }) => estimatedMs)),
    ),
    overruns: known.filter(({ ratio }) => ratio > OVERRUN).length,
  };
}

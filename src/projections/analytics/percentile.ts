/** Percentiles by nearest rank (T-A2), and the latencies of each minute (S2-015). Pure. */
import type { ExecutionRow } from "../tables/columns.ts";
import { isKnown, meanOf, sumOf } from "./averages.ts";
import { outcomesOf } from "./success.ts";

/** Fewer samples say nothing of a p95 (T-A2). */
const ENOUGH_SAMPLES = 20;

/**
 * T-A2: the smallest value that at least `p` percent of the values do not exceed: the one at rank
 * `⌈p·n / 100⌉` of the sorted values. Always one of them, in their unit.
 *
 * @param p above 0, at most 100; whole numbers are exact.
 * @param atLeast so many samples it takes. Default 20.
 * @returns undefined where there are fewer: insufficient.
 */
export function percentile(
  values: readonly number[],
  p: number,
  atLeast = ENOUGH_SAMPLES,
): number | undefined {
  if (values.length < Math.max(1, atLeast)) return undefined;
  return nearestRank(
    values.toSorted((a, b) => a - b),
    p,
  );
}

function nearestRank(sorted: readonly number[], p: number): number | undefined {
  const rank = Math.ceil((p * sorted.length) / 100);
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1];
}

/** What ended in one minute. */
export interface MinuteRollup {
  /** When the minute began, epoch ms: a multiple of 60,000. */
  readonly minute: number;
  /** Executions that ended in it. */
  readonly executions: number;
  readonly successes: number;
  readonly failures: number;
  /** Of the durations that are known, ms; null of none. */
  readonly meanMs: number | null;
  /** Null where there are too few samples (T-A2). */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly tokens: number;
  readonly money: number;
}

export type RollupExecution = Pick<
  ExecutionRow,
  "endedAt" | "durationMs" | "status" | "tokens" | "money"
>;

const MINUTE_MS = 60_000;

/**
 * S2-015: one rollup per minute in which an execution ended, the earliest first. What has not ended
 * is in none.
 *
 * @param atLeast samples that a percentile takes (T-A2). Default 20.
 */
export function minuteRollups(
  executions: readonly RollupExecution[],
  atLeast = ENOUGH_SAMPLES,
): readonly MinuteRollup[] {
  const ended = executions.flatMap((one) =>
    one.endedAt === null ? [] : [{ minute: Math.floor(one.endedAt / MINUTE_MS) * MINUTE_MS, one }],
  );
  return [...Map.groupBy(ended, ({ minute }) => minute)]
    .toSorted(([a], [b]) => a - b)
    .map(([minute, group]) =>
      rollup(
        minute,
        group.map(({ one }) => one),
        atLeast,
      ),
    );
}

function rollup(minute: number, executions: readonly RollupExecution[], atLeast: number): MinuteRollup {
  const { success, failure } = outcomesOf(executions);
  const sorted = executions
    .map(({ durationMs }) => durationMs)
    .filter(isKnown)
    .toSorted((a, b) => a - b);
  const at = (p: number): number | null =>
    sorted.length < atLeast ? null : (nearestRank(sorted, p) ?? null);
  return {
    minute,
    executions: executions.length,
    successes: success,
    failures: failure,
    meanMs: meanOf(sorted),
    p50Ms: at(50),
    p95Ms: at(95),
    p99Ms: at(99),
    tokens: sumOf(executions.map(({ tokens }) => tokens)),
    money: sumOf(executions.map(({ money }) => money)),
  };
}

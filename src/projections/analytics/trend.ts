/** Whether an agent gets better or worse (T-O2, S1-015). Pure: the time is given. */
import type { ExecutionRow } from "../tables/columns.ts";
import { shareOf } from "./averages.ts";

/** One execution that ended well or badly. */
export interface Sample {
  /** When it ended, epoch ms. */
  readonly at: number;
  readonly success: boolean;
}

export type TrendName = "improving" | "stable" | "declining" | "insufficient_data";

export interface Trend {
  readonly trend: TrendName;
  /** Recent minus historical rate in percentage points; null where there is too little data. */
  readonly changePp: number | null;
  /** 0 to 1 (T-M1), as the next; null of no sample. */
  readonly recentRate: number | null;
  readonly historicalRate: number | null;
  /** How many samples there are. */
  readonly recent: number;
  readonly historical: number;
}

const DAY_MS = 86_400_000;
/** Days 1 to 7 are recent. */
export const RECENT_DAYS = 7;
const LEAST_SAMPLES = 3;
/** A change of so many percentage points is none that is stable. */
const STABLE_PP = 5;

/**
 * T-O2. Day n back from now is what is at least (n − 1)·24 h and less than n·24 h old: days 1 to 7
 * are recent, days 8 to `days` historical. With fewer than 3 samples in either, nothing is said.
 *
 * @param days 8 or more; default 30.
 */
export function trendOf(samples: readonly Sample[], now: number, days = 30): Trend {
  const aged = (from: number, to: number): Counts =>
    counted(samples.filter(({ at }) => isAged(now - at, from, to)));
  return countedTrend(aged(0, RECENT_DAYS), aged(RECENT_DAYS, days));
}

/** T-O2 of samples that are counted already. */
export function countedTrend(recent: Counts, historical: Counts): Trend {
  const enough = Math.min(recent.n, historical.n) >= LEAST_SAMPLES;
  return {
    trend: enough ? named(recent, historical) : "insufficient_data",
    changePp: enough ? (100 * crossed(recent, historical)) / (recent.n * historical.n) : null,
    recentRate: shareOf(recent.successes, recent.n),
    historicalRate: shareOf(historical.successes, historical.n),
    recent: recent.n,
    historical: historical.n,
  };
}

/** The samples among executions (T-M1): those that ended well or badly. */
export function samplesOf(
  executions: readonly Pick<ExecutionRow, "status" | "startedAt" | "endedAt">[],
): readonly Sample[] {
  return executions.flatMap(({ status, startedAt, endedAt }) => {
    const at = endedAt ?? startedAt;
    if (at === null || (status !== "success" && status !== "failure")) return [];
    return [{ at, success: status === "success" }];
  });
}

/** How many samples there are, and how many of them are successes. */
export interface Counts {
  readonly n: number;
  readonly successes: number;
}

function counted(samples: readonly Sample[]): Counts {
  return { n: samples.length, successes: samples.filter(({ success }) => success).length };
}

function isAged(ageMs: number, fromDays: number, toDays: number): boolean {
  return ageMs >= fromDays * DAY_MS && ageMs < toDays * DAY_MS;
}

/** The difference of two rates, times the product of their sizes: a whole number. */
function crossed(recent: Counts, historical: Counts): number {
  return recent.successes * historical.n - historical.successes * recent.n;
}

/** Whole numbers only: .95 − .9 is not .05 in floating point. */
function named(recent: Counts, historical: Counts): TrendName {
  const difference = crossed(recent, historical);
  if (100 * Math.abs(difference) < STABLE_PP * recent.n * historical.n) return "stable";
  return difference > 0 ? "improving" : "declining";
}

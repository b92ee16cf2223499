/** How often work succeeds (T-M1), and how sure that is. Pure. */
import type { ExecutionRow } from "../tables/columns.ts";
import { shareOf } from "./averages.ts";

/** How many executions ended in each way. */
export interface Outcomes {
  readonly success: number;
  readonly failure: number;
  /** Sent back. */
  readonly partial: number;
  /** Stopped, or nobody knows. */
  readonly unknown: number;
  readonly running: number;
}

const COUNTED: ReadonlySet<string> = new Set<keyof Outcomes>([
  "success",
  "failure",
  "partial",
  "running",
]);

/** Counts executions by their status; one that is not known is `unknown`. */
export function outcomesOf(executions: readonly Pick<ExecutionRow, "status">[]): Outcomes {
  const counts = { success: 0, failure: 0, partial: 0, unknown: 0, running: 0 };
  for (const { status } of executions) {
    const known = status !== null && COUNTED.has(status);
    counts[known ? (status as keyof Outcomes) : "unknown"] += 1; // it was just looked for
  }
  return counts;
}

/**
 * T-M1: `success / (success + failure)`, 0 to 1; null of nothing. What was sent back, stopped or
 * still runs is neither and counted apart.
 */
export function successRate({
  success,
  failure,
}: Pick<Outcomes, "success" | "failure">): number | null {
  return shareOf(success, success + failure);
}

/**
 * Lower bound of Wilson's score interval for a rate of successes (E. B. Wilson, 1927): what the
 * rate is at least, with 97.5 % certainty at z = 1.96. 0 to 1; 0 of nothing. It rises with each
 * success, falls with each failure, and at one rate it rises with `n`.
 *
 * `(p + z²/2n − z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)`, p = successes / n
 */
export function wilsonLowerBound(successes: number, n: number, z = 1.96): number {
  if (n <= 0 || successes <= 0) return 0;
  const zz = z * z;
  // multiplied out by n, so that few things are rounded
  const spread = z * Math.sqrt((successes * (n - successes)) / n + zz / 4);
  return Math.max(0, (successes + zz / 2 - spread) / (n + zz));
}

/** Whether one of two samples tends to be larger (Mann and Whitney, 1947). Pure. */
import { errorFunction, wilcoxonRankSum } from "simple-statistics";

export interface RankTest {
  /** Two-sided, 0 to 1; 1 where a sample is empty, or all values are one. */
  readonly p: number;
  /** Whether values of the first sample tend to be smaller than those of the second. */
  readonly lower: boolean;
}

/**
 * The U test by the normal approximation, with correction for ties and for continuity; good from
 * some 20 values on either side.
 *
 * `z = (|U − n₁n₂/2| − ½) / √(n₁n₂/12 · (N + 1 − Σ(t³ − t) / (N(N − 1))))`, t = values of each tie
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): RankTest {
  if (a.length === 0 || b.length === 0) return { p: 1, lower: false };
  const n = a.length + b.length;
  const pairs = a.length * b.length;
  const above = wilcoxonRankSum([...a], [...b]) - (a.length * (a.length + 1)) / 2 - pairs / 2;
  const variance = (pairs / 12) * (n + 1 - tieSum([...a, ...b]) / (n * (n - 1)));
  if (!(variance > 0)) return { p: 1, lower: false };
  const z = Math.max(0, Math.abs(above) - 0.5) / Math.sqrt(variance);
  const p = Math.min(1, Math.max(0, 1 - errorFunction(z / Math.SQRT2)));
  return { p, lower: above < 0 };
}

/** `Σ(t³ − t)` over the groups of equal values. */
function tieSum(values: readonly number[]): number {
  return [...Map.groupBy(values, (value) => value).values()].reduce(
    (sum, { length: t }) => sum + (t ** 3 - t),
    0,
  );
}

/** Whether runs of a workflow get worse (T-E2, S4-020, S4-049). Pure. */
import { meanOf } from "./averages.ts";
import type { Evaluation, EvaluationMetrics } from "./evaluation.ts";
import { mannWhitney } from "./mann-whitney.ts";

/** What of an evaluation is compared. */
export type Compared = Pick<
  Evaluation,
  "run" | "name" | "version" | "startedAt" | "final" | "score"
> & {
  readonly metrics: Pick<EvaluationMetrics, (typeof RATES)[number]>;
};

/** One thing that got worse. */
export interface Worse {
  readonly what: "score" | (typeof RATES)[number] | "score-distribution";
  /** Mean of the baseline: points, or percent. */
  readonly baseline: number;
  readonly current: number;
  /** Baseline minus current: points, or percentage points. */
  readonly drop: number;
  /** Of the distribution. */
  readonly p?: number;
  /** In words. */
  readonly text: string;
}

export interface Regression {
  readonly name: string;
  readonly version: string | null;
  /** The run that is compared: the last one. */
  readonly run: string;
  /** Evaluations in the baseline. */
  readonly baseline: number;
  /** `insufficient_data`: fewer than 5 evaluations before it. */
  readonly verdict: "regressed" | "steady" | "insufficient_data";
  readonly details: readonly Worse[];
}

const RATES = ["successRate", "errorFreeRate", "acceptanceRate", "handoffSuccessRate"] as const;
const WORDS: Readonly<Record<(typeof RATES)[number], string>> = {
  successRate: "success rate",
  errorFreeRate: "share of tasks without errors",
  acceptanceRate: "share of work taken",
  handoffSuccessRate: "share of hand-offs that end well",
};

const LEAST_BASELINE = 5;
const MOST = 20;
const SIGNIFICANT = 0.05;
/** Means are rounded: a drop of exactly the threshold is none. */
const ROUNDING = 1e-9;

/**
 * T-E2, for each name and version, by name: the last evaluation against the baseline, the up to 20
 * before it, at least 5. Regressed if the score drops by more than 10 points, or a rate by more than
 * 10 percentage points, against the baseline's mean; exactly 10 is none. And, once there are 40: if
 * the scores of the last 20 are lower than those of the 20 before with p < .05 (Mann–Whitney,
 * two-sided): a slow decline, that no single run shows.
 *
 * @param evaluations in any order; those of open runs do not count.
 * @param threshold points, and percentage points. Default 10 (S4-049).
 */
export function regressionsIn(evaluations: readonly Compared[], threshold = 10): readonly Regression[] {
  const over = evaluations.filter(({ final }) => final).toSorted((a, b) => a.startedAt - b.startedAt);
  return [...Map.groupBy(over, ({ name, version }) => JSON.stringify([name, version]))]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, some]) => compared(some, threshold));
}

/** Evaluations of one name and version, the earliest first. */
function compared(some: readonly Compared[], threshold: number): readonly Regression[] {
  const last = some.at(-1);
  if (last === undefined) return [];
  const { name, version, run } = last;
  const before = some.slice(-1 - MOST, -1);
  const found = { name, version, run, baseline: before.length };
  if (before.length < LEAST_BASELINE) return [{ ...found, verdict: "insufficient_data", details: [] }];
  const details = [
    ...dropIn("score", scores(before), last.score, threshold),
    ...RATES.flatMap((rate) => {
      const [now] = percents([last], rate);
      return now === undefined ? [] : dropIn(rate, percents(before, rate), now, threshold);
    }),
    ...declineIn(scores(some)),
  ];
  return [{ ...found, verdict: details.length > 0 ? "regressed" : "steady", details }];
}

function dropIn(
  what: Exclude<Worse["what"], "score-distribution">,
  before: readonly number[],
  current: number,
  threshold: number,
): readonly Worse[] {
  const baseline = meanOf(before);
  if (baseline === null) return [];
  const drop = baseline - current;
  if (drop <= threshold + ROUNDING) return [];
  const [name, unit] = what === "score" ? ["score", "points"] : [WORDS[what], "percentage points"];
  const text = `The ${name} dropped by ${drop.toFixed(1)} ${unit}, from ${baseline.toFixed(1)} to ${current.toFixed(1)}.`;
  return [{ what, baseline, current, drop, text }];
}

/** The last 20 against the 20 before. */
function declineIn(all: readonly number[]): readonly Worse[] {
  const recent = all.slice(-MOST);
  const before = all.slice(-2 * MOST, -MOST);
  const [baseline, current] = [meanOf(before), meanOf(recent)];
  if (before.length < MOST || baseline === null || current === null) return [];
  const { p, lower } = mannWhitney(recent, before);
  if (p >= SIGNIFICANT || !lower) return [];
  const text = `The last ${MOST} scores are lower than the ${MOST} before: ${current.toFixed(1)} against ${baseline.toFixed(1)} on average, p = ${p.toPrecision(2)}.`;
  return [{ what: "score-distribution", baseline, current, drop: baseline - current, p, text }];
}

function scores(some: readonly Compared[]): readonly number[] {
  return some.map(({ score }) => score);
}

function percents(some: readonly Compared[], rate: (typeof RATES)[number]): readonly number[] {
  return some.flatMap(({ metrics }) => {
    const value = metrics[rate];
    return value === null ? [] : [100 * value];
  });
}

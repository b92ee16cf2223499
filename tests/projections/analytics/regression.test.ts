/** S4-020, S4-049, T-E2: whether runs of a workflow get worse. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { mannWhitney } from "../../../src/projections/analytics/mann-whitney.ts";
import { regressionsIn, type Compared } from "../../../src/projections/analytics/regression.ts";

type Rates = Partial<Compared["metrics"]>;

/** Evaluations of these scores, one after the other. */
function scored(
  scores: readonly number[],
  { rates = () => ({}), ...known }: Partial<Compared> & { rates?: (at: number) => Rates } = {},
): Compared[] {
  return scores.map((score, at) => ({
    run: `r${at}`,
    name: "n",
    version: "v",
    startedAt: at,
    final: true,
    score,
    ...known,
    metrics: {
      successRate: 1,
      errorFreeRate: 1,
      acceptanceRate: 1,
      handoffSuccessRate: null,
      ...rates(at),
    },
  }));
}

const verdicts = (found: ReturnType<typeof regressionsIn>) => found.map(({ verdict }) => verdict);

describe("S4-020: regressions", () => {
  it("S4-020: a baseline of 5 runs at about 90 and a run of 70 is one, with details", () => {
    const [found, ...others] = regressionsIn(scored([90, 91, 89, 90, 90, 70]));
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      run: "r5",
      name: "n",
      version: "v",
      baseline: 5,
      verdict: "regressed",
    });
    expect(found?.details).toEqual([
      {
        what: "score",
        baseline: 90,
        current: 70,
        drop: 20,
        text: "The score dropped by 20.0 points, from 90.0 to 70.0.",
      },
    ]);
  });

  it("T-E2: fewer than 5 evaluations before it are no baseline, and open runs do not count", () => {
    expect(verdicts(regressionsIn(scored([90, 90, 90, 90, 10])))).toEqual(["insufficient_data"]);
    const open = scored([90], { final: false, startedAt: 9 });
    expect(regressionsIn([...scored([90, 90, 90, 90, 90, 70]), ...open])[0]?.run).toBe("r5");
    expect(regressionsIn(open)).toEqual([]);
  });

  it("T-E2: other names and versions are compared with their own", () => {
    const runs = [
      ...scored([90, 90, 90]),
      ...scored([90, 90, 20], { version: "w" }),
      ...scored([50, 50, 50, 50, 50, 50], { name: "m" }),
    ];
    expect(regressionsIn(runs).map(({ name, version, verdict }) => [name, version, verdict])).toEqual([
      ["m", "v", "steady"],
      ["n", "v", "insufficient_data"],
      ["n", "w", "insufficient_data"],
    ]);
  });

  it("S4-049: a drop by exactly 10 is none, whatever floating point makes of the mean", () => {
    expect(verdicts(regressionsIn(scored([90, 90, 90, 90, 90, 80])))).toEqual(["steady"]);
    expect(verdicts(regressionsIn(scored([90, 90, 90, 90, 90, 79.99])))).toEqual(["regressed"]);
    const tenths = [80.1, 80.1, 80.1, 80.1, 80.1, 80.1, 70.1];
    expect(verdicts(regressionsIn(scored(tenths)))).toEqual(["steady"]);
    expect(verdicts(regressionsIn(scored([90, 90, 90, 90, 90, 84]), 5))).toEqual(["regressed"]);
  });

  it("T-E2: a rate that drops by more than 10 percentage points is one", () => {
    const of = (last: number) =>
      regressionsIn(
        scored([90, 90, 90, 90, 90, 90], {
          rates: (at) => ({
            handoffSuccessRate: at === 5 ? last : 1,
            acceptanceRate: at === 5 ? 1 : 0.2,
          }),
        }),
      )[0];
    expect(of(0.9)?.verdict).toBe("steady");
    expect(of(0.75)?.details).toEqual([
      {
        what: "handoffSuccessRate",
        baseline: 100,
        current: 75,
        drop: 25,
        text: "The share of hand-offs that end well dropped by 25.0 percentage points, from 100.0 to 75.0.",
      },
    ]);
  });

  it("T-E2: a rate that nobody knows is not compared", () => {
    const rates = (at: number) => ({ successRate: at === 5 ? null : 1 });
    expect(verdicts(regressionsIn(scored([90, 90, 90, 90, 90, 90], { rates })))).toEqual(["steady"]);
  });

  it("T-E2: with 20 and 20 runs, a slow decline is one by Mann–Whitney", () => {
    const spread = (from: number, n: number) => Array.from({ length: n }, (_, at) => from + (at % 5));
    const slow = regressionsIn(scored([...spread(85, 20), ...spread(82, 20)]))[0];
    expect(slow?.verdict).toBe("regressed");
    expect(slow?.details).toMatchObject([
      { what: "score-distribution", baseline: 87, current: 84, drop: 3 },
    ]);
    expect(slow?.details[0]?.p).toBeLessThan(0.05);
    expect(verdicts(regressionsIn(scored([...spread(85, 19), ...spread(82, 20)])))).toEqual(["steady"]);
    expect(verdicts(regressionsIn(scored([...spread(82, 20), ...spread(85, 20)])))).toEqual(["steady"]);
    expect(verdicts(regressionsIn(scored([...spread(85, 20), ...spread(85, 20)])))).toEqual(["steady"]);
  });
});

describe("T-E2: Mann–Whitney", () => {
  const before = [90, 92, 93, 89, 91, 90, 95, 88, 92, 94, 90, 91, 93, 89, 92, 90, 91, 94, 92, 90];
  const recent = [88, 90, 91, 85, 87, 90, 92, 86, 88, 89, 90, 91, 84, 88, 87, 90, 89, 86, 85, 88];

  it("T-E2: has the p-values of SciPy 1.17, ties corrected", () => {
    expect(mannWhitney(recent, before).p / 0.0001398225953739793).toBeCloseTo(1, 3);
    const upTo = (from: number) => Array.from({ length: 20 }, (_, at) => from + at);
    expect(mannWhitney(upTo(0), upTo(1)).p).toBeCloseTo(0.606965138923621, 6);
    expect(mannWhitney([1, 2, 3], [2, 3, 4, 5]).p).toBeCloseTo(0.20761741115484578, 6);
  });

  it("T-E2: says nothing of empty samples and of values that are all one", () => {
    expect(mannWhitney([], [1])).toEqual({ p: 1, lower: false });
    expect(mannWhitney([3, 3, 3], [3, 3])).toEqual({ p: 1, lower: false });
  });

  const sample = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 });
  test.prop({ a: sample, b: sample })(
    "T-E2: for all samples, p is a probability, the same from either side",
    ({ a, b }) => {
      const [one, other] = [mannWhitney(a, b), mannWhitney(b, a)];
      expect(one.p).toBeGreaterThanOrEqual(0);
      expect(one.p).toBeLessThanOrEqual(1);
      expect(one.p).toBeCloseTo(other.p, 12);
      expect(one.lower && other.lower).toBe(false);
    },
  );
});

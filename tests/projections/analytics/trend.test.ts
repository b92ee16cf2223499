/** S1-015, T-O2: trends of an agent. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { samplesOf, trendOf, type Sample } from "../../../src/projections/analytics/trend.ts";
import { execution } from "./rows.ts";

const DAY = 86_400_000;
const NOW = 1_760_000_000_000;

/** So many samples of an age, of which so many are successes. */
const some = (ageMs: number, n: number, successes: number): Sample[] =>
  Array.from({ length: n }, (_, at) => ({ at: NOW - ageMs, success: at < successes }));

describe("S1-015: the trend of an agent", () => {
  it.each([
    ["improving", 18, 10, 80],
    ["declining", 10, 18, -80],
    ["stable", 15, 15, 0],
  ] as const)("S1-015: is %s", (trend, recent, historical, change) => {
    const found = trendOf([...some(DAY, 20, recent), ...some(9 * DAY, 20, historical)], NOW);
    expect(found.trend).toBe(trend);
    expect(found.changePp).toBe(change / 2);
    expect(found.recentRate).toBe(recent / 20);
    expect(found.historicalRate).toBe(historical / 20);
  });

  it("T-O2: is not stable at exactly 5 points, whatever floating point makes of them", () => {
    const found = trendOf([...some(0, 20, 19), ...some(8 * DAY, 20, 18)], NOW);
    expect(found).toMatchObject({ trend: "improving", changePp: 5 });
    expect(trendOf([...some(0, 20, 18), ...some(8 * DAY, 20, 19)], NOW).trend).toBe("declining");
    expect(trendOf([...some(0, 101, 96), ...some(8 * DAY, 20, 18)], NOW).trend).toBe("improving");
    expect(trendOf([...some(0, 100, 94), ...some(8 * DAY, 20, 18)], NOW).trend).toBe("stable");
  });

  test.prop({ n: fc.integer({ min: 1, max: 40 }), k: fc.nat({ max: 19 }) })(
    "T-O2: for every pair of rates that differ by exactly 5 points, is not stable",
    ({ n, k }) => {
      const samples = [...some(0, 20 * n, (k + 1) * n), ...some(8 * DAY, 20, k)];
      expect(trendOf(samples, NOW)).toMatchObject({ trend: "improving", changePp: 5 });
    },
  );

  it("T-O2: has windows of exact hours: 7 days, then up to `days`", () => {
    const count = (ageMs: number, days?: number) => {
      const { recent, historical } = trendOf(some(ageMs, 1, 1), NOW, days);
      return [recent, historical];
    };
    expect(count(-1)).toEqual([0, 0]);
    expect(count(0)).toEqual([1, 0]);
    expect(count(7 * DAY - 1)).toEqual([1, 0]);
    expect(count(7 * DAY)).toEqual([0, 1]);
    expect(count(30 * DAY - 1)).toEqual([0, 1]);
    expect(count(30 * DAY)).toEqual([0, 0]);
    expect(count(30 * DAY, 90)).toEqual([0, 1]);
  });

  it("T-O2: takes 3 samples in either window", () => {
    const two = trendOf([...some(0, 2, 2), ...some(8 * DAY, 9, 0)], NOW);
    expect(two).toMatchObject({ trend: "insufficient_data", changePp: null, recentRate: 1 });
    expect(trendOf([...some(0, 9, 9), ...some(8 * DAY, 2, 0)], NOW).trend).toBe("insufficient_data");
    expect(trendOf([...some(0, 3, 3), ...some(8 * DAY, 3, 0)], NOW).trend).toBe("improving");
    expect(trendOf([], NOW)).toMatchObject({ recentRate: null, historicalRate: null });
  });

  it("T-M1: counts executions that ended well or badly, when they ended", () => {
    const rows = [
      execution({ startedAt: 1, endedAt: 5 }),
      execution({ startedAt: 2, status: "failure" }),
      execution({ startedAt: 3, status: "partial" }),
      execution({ startedAt: 4, status: "running" }),
    ];
    expect(samplesOf(rows)).toEqual([
      { at: 5, success: true },
      { at: 2, success: false },
    ]);
  });
});

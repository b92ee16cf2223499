/** T-A2 and S2-015: percentiles by nearest rank, and one rollup per minute. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { minuteRollups, percentile } from "../../../src/projections/analytics/percentile.ts";
import { execution } from "./rows.ts";

const upTo = (n: number): number[] => Array.from({ length: n }, (_, at) => at + 1);

describe("T-A2: percentiles", () => {
  it("T-A2: are by nearest rank, of 20 samples or more", () => {
    expect(percentile(upTo(20).toReversed(), 95)).toBe(19);
    expect(percentile(upTo(21), 95)).toBe(20);
    expect(percentile(upTo(200), 50)).toBe(100);
    expect(percentile(upTo(20), 100)).toBe(20);
    expect(percentile(upTo(19), 95)).toBeUndefined();
  });

  it("T-A2: take fewer samples where they are asked to, but never none", () => {
    expect(percentile([7], 99, 1)).toBe(7);
    expect(percentile([], 99, 0)).toBeUndefined();
  });

  test.prop({
    values: fc.array(fc.integer(), { minLength: 20, maxLength: 300 }),
    p: fc.integer({ min: 1, max: 100 }),
  })(
    "T-A2: for all values, the first of them, sorted, that p percent do not exceed",
    ({ values, p }) => {
      const sorted = values.toSorted((a, b) => a - b);
      const reference = sorted.find(
        (value) => 100 * values.filter((other) => other <= value).length >= p * values.length,
      );
      expect(percentile(values, p)).toBe(reference);
    },
  );
});

describe("S2-015: one rollup per minute", () => {
  const at = (endedAt: number | null, durationMs: number | null, status = "success") =>
    execution({ endedAt, durationMs, status, tokens: 10, money: 0.5 });

  it("S2-015: counts what ended in it, well or badly, and what that cost", () => {
    const rows = [at(60_000, 5), at(119_999, 15, "failure"), at(120_000, null, "unknown"), at(null, 9)];
    const none = { p50Ms: null, p95Ms: null, p99Ms: null };
    expect(minuteRollups(rows)).toEqual([
      {
        minute: 60_000,
        executions: 2,
        successes: 1,
        failures: 1,
        meanMs: 10,
        ...none,
        tokens: 20,
        money: 1,
      },
      {
        minute: 120_000,
        executions: 1,
        successes: 0,
        failures: 0,
        meanMs: null,
        ...none,
        tokens: 10,
        money: 0.5,
      },
    ]);
  });

  it("S2-015: has the percentiles of 20 durations or more (T-A2), or of as many as are asked for", () => {
    const rows = upTo(100).map((ms) => at(1_000, ms));
    expect(minuteRollups(rows)[0]).toMatchObject({ p50Ms: 50, p95Ms: 95, p99Ms: 99 });
    expect(minuteRollups(rows.slice(0, 2), 1)[0]).toMatchObject({ p50Ms: 1, p95Ms: 2 });
    expect(minuteRollups([at(1_000, null)], 0)[0]).toMatchObject({ p50Ms: null });
  });

  test.prop({ ends: fc.array(fc.integer({ min: -500_000, max: 500_000 })) })(
    "S2-015: for all executions, each is in one minute, and the minutes are in order",
    ({ ends }) => {
      const rollups = minuteRollups(ends.map((end) => at(end, 1)));
      expect(rollups.reduce((sum, { executions }) => sum + executions, 0)).toBe(ends.length);
      const minutes = rollups.map(({ minute }) => minute);
      expect(minutes).toEqual([...new Set(minutes)].toSorted((a, b) => a - b));
      expect(minutes.every((minute) => Math.abs(minute % 60_000) === 0)).toBe(true);
    },
  );
});

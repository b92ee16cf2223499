/** T-M1 and Wilson's bound. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import {
  outcomesOf,
  successRate,
  wilsonLowerBound,
} from "../../../src/projections/analytics/success.ts";

const counts = fc
  .tuple(fc.nat({ max: 3_000 }), fc.nat({ max: 3_000 }))
  .map(([successes, failures]) => ({ successes, n: successes + failures }));

describe("T-M1: success rate", () => {
  it("T-M1: is successes of successes and failures; the rest is counted apart", () => {
    const outcomes = outcomesOf(
      ["success", "success", "failure", "partial", "unknown", "running", "odd", null].map((status) => ({
        status,
      })),
    );
    expect(outcomes).toEqual({ success: 2, failure: 1, partial: 1, unknown: 3, running: 1 });
    expect(successRate(outcomes)).toBe(2 / 3);
  });

  it("T-M1: of nothing is null", () => {
    expect(successRate(outcomesOf([{ status: "unknown" }]))).toBeNull();
  });
});

describe("Wilson's lower bound", () => {
  it("is the published one", () => {
    expect(wilsonLowerBound(10, 10)).toBeCloseTo(0.7225, 4);
    expect(wilsonLowerBound(81, 263)).toBeCloseTo(0.2553, 4); // R. G. Newcombe, 1998, table I
    expect(wilsonLowerBound(15, 148)).toBeCloseTo(0.0624, 4);
    expect(wilsonLowerBound(0, 20)).toBe(0);
    expect(wilsonLowerBound(0, 0)).toBe(0);
  });

  test.prop({ counts })(
    "for every count, is at most the rate, rises with a success and falls with a failure",
    ({ counts: { successes, n } }) => {
      const bound = wilsonLowerBound(successes, n);
      expect(bound).toBeGreaterThanOrEqual(0);
      expect(bound).toBeLessThanOrEqual(n === 0 ? 0 : successes / n);
      expect(wilsonLowerBound(successes + 1, n + 1)).toBeGreaterThan(bound);
      expect(wilsonLowerBound(successes, n + 1)).toBeLessThanOrEqual(bound);
    },
  );

  test.prop({ counts, k: fc.integer({ min: 2, max: 9 }) })(
    "for every rate, is no lower with more of the same",
    ({ counts: { successes, n }, k }) => {
      expect(wilsonLowerBound(k * successes, k * n)).toBeGreaterThanOrEqual(
        wilsonLowerBound(successes, n),
      );
    },
  );
});

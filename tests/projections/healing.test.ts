/** What is learned of tries to heal failures (T-H1). */
import { describe, expect, it } from "vitest";
import { fc, test } from "@fast-check/vitest";
import { isPattern, learned, type HealingRow } from "../../src/projections/healing.ts";
import type { Strategy } from "../../src/events/healing.ts";

const row = (strategy: Strategy, samples: number, successes: number, agent?: string): HealingRow => ({
  subject: "a",
  reason: "timeout",
  strategy,
  samples,
  successes,
  ...(agent !== undefined && { agent }),
});
const QUESTION = { subject: "a", reason: "timeout" } as const;

describe("T-H1: patterns", () => {
  it.each([
    [9, 9, false],
    [10, 7, true],
    [10, 6, false],
    [100, 69, false],
    [100, 70, true],
  ])("%j samples with %j successes are a pattern: %j", (samples, successes, is) => {
    expect(isPattern(row("add_context", samples, successes))).toBe(is);
  });

  it("S2-029: the best comes first, and only what was learned of such failures", () => {
    const rows = [
      row("simpler_approach", 10, 8),
      row("different_agent", 20, 16, "c"),
      row("different_agent", 20, 16, "b"),
      row("add_context", 10, 9),
      { ...row("add_context", 10, 10), reason: "flaky_test" as const },
      { ...row("add_context", 10, 10), subject: "z" },
      row("different_agent", 5, 5, "d"),
    ];
    const found = learned(rows, QUESTION).map(({ strategy, agent = "" }) =>
      `${strategy} ${agent}`.trim(),
    );
    expect(found).toEqual([
      "add_context",
      "different_agent b",
      "different_agent c",
      "simpler_approach",
    ]);
    expect(learned(rows, QUESTION)[0]).toEqual({
      strategy: "add_context",
      confidence: 0.9,
      samples: 10,
    });
  });

  test.prop([fc.array(fc.tuple(fc.nat(30), fc.nat(30)))])(
    "nothing is learned from fewer than ten samples, or below 0.7, in whatever order rows come",
    (pairs) => {
      const rows = pairs.map(([a, b], n) =>
        row("different_agent", Math.max(a, b), Math.min(a, b), `x${n}`),
      );
      const found = learned(rows, QUESTION);
      for (const { confidence, samples } of found) {
        expect(samples).toBeGreaterThanOrEqual(10);
        expect(confidence).toBeGreaterThanOrEqual(0.7);
      }
      expect(learned(rows.toReversed(), QUESTION)).toEqual(found);
    },
  );
});

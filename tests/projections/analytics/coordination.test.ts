/** T-O1 of one workflow: union, chain, dependencies, and what is advised. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import {
  adviceOn,
  coordinationOf,
  criticalByDependencies,
  longestChain,
  type Interval,
} from "../../../src/projections/analytics/coordination.ts";

const span = (startedAt: number, endedAt: number): Interval => ({ startedAt, endedAt });
const times = fc.integer({ min: 0, max: 60 });
const intervals = fc.array(fc.record({ startedAt: times, endedAt: times }), { maxLength: 9 });

describe("T-O1: coordination of a workflow", () => {
  it("T-O1: measures the union of executions, where their sum would be more than the whole", () => {
    const three = [span(0, 90), span(0, 90), span(10, 90)];
    expect(coordinationOf(span(0, 100), three)).toEqual({
      busyMs: 90,
      agentMs: 260,
      criticalMs: 90,
      overheadPct: 10,
    });
  });

  it("T-O1: clips executions to the workflow, and leaves out those that lie outside", () => {
    const found = coordinationOf(span(100, 200), [span(50, 120), span(190, 500), span(300, 400)]);
    expect(found).toEqual({ busyMs: 30, agentMs: 30, criticalMs: 30, overheadPct: 70 });
    expect(coordinationOf(span(100, 200), [span(300, 400)])).toBeUndefined();
  });

  it("T-O1: says nothing where there is no execution or no length", () => {
    expect(coordinationOf(span(0, 100), [])).toBeUndefined();
    expect(coordinationOf(span(5, 5), [span(0, 10)])).toBeUndefined();
    expect(coordinationOf(span(9, 5), [span(0, 10)])).toBeUndefined();
  });

  it("T-O1: takes the critical path of a plan where one is given, at most the whole", () => {
    expect(coordinationOf(span(0, 100), [span(0, 50)], 80)?.criticalMs).toBe(80);
    expect(coordinationOf(span(0, 100), [span(0, 50)], 800)?.criticalMs).toBe(100);
  });

  test.prop({
    whole: fc.record({ startedAt: fc.double({ noNaN: true }), endedAt: fc.double({ noNaN: true }) }),
    executions: fc.array(
      fc.record({ startedAt: fc.double({ noNaN: true }), endedAt: fc.double({ noNaN: true }) }),
    ),
  })("T-O1: for every set of intervals, the overhead is within 0..100", ({ whole, executions }) => {
    const found = coordinationOf(whole, executions);
    if (found === undefined) return;
    expect(found.overheadPct).toBeGreaterThanOrEqual(0);
    expect(found.overheadPct).toBeLessThanOrEqual(100);
  });

  test.prop({ whole: fc.tuple(times, times), executions: intervals })(
    "T-O1: for every set of intervals, busy is what a count of the milliseconds says",
    ({ whole: [a, b], executions }) => {
      const whole = span(Math.min(a, b), Math.max(a, b));
      const found = coordinationOf(whole, executions);
      if (found === undefined) return;
      const moments = Array.from({ length: whole.endedAt - whole.startedAt }, (_, at) =>
        a < b ? a + at : b + at,
      );
      const at = (moment: number) =>
        executions.filter((one) => one.startedAt <= moment && moment < one.endedAt).length;
      expect(found.busyMs).toBe(moments.filter((moment) => at(moment) > 0).length);
      expect(found.agentMs).toBe(moments.reduce((sum, moment) => sum + at(moment), 0));
      expect(found.criticalMs).toBeLessThanOrEqual(found.busyMs);
    },
  );
});

describe("S1-014: advice on an overhead", () => {
  it.each([
    [100, "Consider Phase 3"],
    [30.000001, "Consider Phase 3"],
    [30, "Monitor"],
    [15.000001, "Monitor"],
    [15, "Efficient"],
    [0, "Efficient"],
    [undefined, "Insufficient data"],
  ])("T-O1: %s gets %s", (overheadPct, advice) => {
    expect(adviceOn(overheadPct)).toBe(advice);
  });

  test.prop({ k: fc.integer({ min: 1, max: 10 ** 9 }) })(
    "S1-014: for every length, exactly 30 % is not yet > 30, and exactly 15 % not yet > 15",
    ({ k }) => {
      const of = (busy: number) => coordinationOf(span(0, 20 * k), [span(0, busy)])?.overheadPct;
      expect(adviceOn(of(14 * k))).toBe("Monitor");
      expect(adviceOn(of(14 * k - 1))).toBe("Consider Phase 3");
      expect(adviceOn(of(17 * k))).toBe("Efficient");
      expect(adviceOn(of(17 * k - 1))).toBe(k === 1 ? "Monitor" : adviceOn(15.1));
    },
  );
});

describe("T-O1: the critical path", () => {
  it("T-O1: is the longest chain in which each starts at or after the end of the one before", () => {
    expect(longestChain([span(0, 10), span(10, 30), span(5, 24), span(24, 25)])).toBe(30);
    expect(longestChain([])).toBe(0);
  });

  test.prop({ executions: intervals })(
    "T-O1: for every set of intervals, no chain is longer",
    ({ executions }) => {
      const longest = (from: number): number =>
        executions
          .filter((one) => one.endedAt > one.startedAt && one.startedAt >= from)
          .reduce((most, one) => Math.max(most, one.endedAt - one.startedAt + longest(one.endedAt)), 0);
      expect(longestChain(executions)).toBe(longest(0));
    },
  );

  it("T-O1: by dependencies, is the longest path; unknown ids do not count", () => {
    const tasks = [
      { id: "d", dependsOn: ["b", "c"], ms: 5 },
      { id: "a", dependsOn: ["gone"], ms: 10 },
      { id: "b", dependsOn: ["a", "a"], ms: 1 },
      { id: "c", dependsOn: ["a"], ms: 20 },
    ];
    expect(criticalByDependencies(tasks)).toBe(35);
    expect(criticalByDependencies([])).toBe(0);
  });

  it("T-O1: by dependencies, ends on a cycle, and knows what leads to it", () => {
    const tasks = [
      { id: "a", dependsOn: [], ms: 10 },
      { id: "b", dependsOn: ["a", "c"], ms: 2 },
      { id: "c", dependsOn: ["b"], ms: 3 },
      { id: "self", dependsOn: ["self"], ms: 4 },
    ];
    expect(criticalByDependencies(tasks)).toBe(12);
  });

  it("T-O1: by dependencies, goes through a chain of 20,000", () => {
    const tasks = Array.from({ length: 20_000 }, (_, n) => ({
      id: `t${n}`,
      dependsOn: [`t${n - 1}`],
      ms: 1,
    }));
    expect(criticalByDependencies(tasks.toReversed())).toBe(20_000);
  });
});

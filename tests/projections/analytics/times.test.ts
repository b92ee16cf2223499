/** Estimates (S1-016), overheads of many workflows (S1-013) and bottlenecks (S1-017). */
import { describe, expect, it } from "vitest";
import { bottlenecksOf } from "../../../src/projections/analytics/bottlenecks.ts";
import { estimateRatio, estimatesOf } from "../../../src/projections/analytics/estimates.ts";
import { overheadOf } from "../../../src/projections/analytics/overhead.ts";
import { execution, handoff, workflow } from "./rows.ts";

describe("S1-016: estimates against what it took", () => {
  it("S1-016, T-O4: the ratio is actual by estimated, of each workflow that is over", () => {
    const rows = [
      workflow({ workflow: "a", durationMs: 5_400_000, estimatedMs: 3_600_000 }),
      workflow({ workflow: "b", durationMs: 900, estimatedMs: 300, success: 0 }),
      workflow({ workflow: "open", durationMs: null, estimatedMs: 300, success: null }),
      workflow({ workflow: "unguessed", durationMs: 900 }),
    ];
    const found = estimatesOf(rows);
    expect(found.workflows.map((one) => [one.workflow, one.ratio])).toEqual([
      ["a", 1.5],
      ["b", 3],
    ]);
    expect(found.meanRatio).toBe(2.25);
    expect(found.pooledRatio).toBe(5_400_900 / 3_600_300);
    expect(found.overruns).toBe(1);
  });

  it("T-O4: there is none without a length or with an estimate of nothing", () => {
    expect(estimateRatio(null, 5)).toBeNull();
    expect(estimateRatio(5, 0)).toBeNull();
    expect(estimateRatio(5, undefined)).toBeNull();
    expect(estimatesOf([])).toMatchObject({ meanRatio: null, pooledRatio: null, overruns: 0 });
  });
});

describe("S1-013: coordination overhead of many workflows", () => {
  const one = (durationMs: number, busyMs: number, overheadPct: number) =>
    workflow({ durationMs, busyMs, agentMs: 2 * busyMs, criticalMs: busyMs / 2, overheadPct });

  it("S1-013, T-O1: the headline is the mean of the percentages, the pooled one beside it", () => {
    expect(overheadOf([one(100, 50, 50), one(900, 900, 0)])).toEqual({
      workflows: 2,
      overheadPct: 25,
      pooledPct: 5,
      meanIdleMs: 25,
      parallelism: 2,
      criticalPathPct: 37.5,
      recommendation: "Monitor",
    });
  });

  it("S1-014: more than 30 % in the mean asks to consider phase 3", () => {
    expect(overheadOf([one(100, 65, 35)]).recommendation).toBe("Consider Phase 3");
  });

  it("S1-009, T-O1: of nothing is insufficient, and its parallelism null", () => {
    const found = overheadOf([workflow({ success: null, overheadPct: 10 }), workflow()]);
    expect(found).toEqual({
      workflows: 0,
      overheadPct: null,
      pooledPct: null,
      meanIdleMs: null,
      parallelism: null,
      criticalPathPct: null,
      recommendation: "Insufficient data",
    });
    expect(overheadOf([{ ...one(100, 0, 100), agentMs: 0 }]).parallelism).toBeNull();
  });
});

describe("S1-017: bottlenecks", () => {
  it("S1-017: names the slowest agent by mean and by total, and the longest hand-off gap", () => {
    const executions = [
      execution({ agent: "slow", durationMs: 100 }),
      execution({ agent: "busy", durationMs: 60 }),
      execution({ agent: "busy", durationMs: 60 }),
      execution({ agent: "busy", durationMs: null }),
      execution({ agent: null, durationMs: 999 }),
    ];
    const handoffs = [
      handoff({ toAgent: "b", gapMs: 10 }),
      handoff({ toAgent: "c", gapMs: 90 }),
      handoff({ toAgent: "d", gapMs: null }),
    ];
    const found = bottlenecksOf({ executions, handoffs, stays: [] });
    expect(found.slowestByMean).toEqual({ agent: "slow", executions: 1, totalMs: 100, meanMs: 100 });
    expect(found.slowestByTotal).toEqual({ agent: "busy", executions: 2, totalMs: 120, meanMs: 60 });
    expect(found.longestGap).toMatchObject({ fromAgent: "a", toAgent: "c", gapMs: 90 });
  });

  it("S1-017: of nothing names nobody; who began before the other had ended waited for nothing", () => {
    expect(bottlenecksOf({ executions: [], handoffs: [handoff({ gapMs: -5 })], stays: [] })).toEqual({
      slowestByMean: null,
      slowestByTotal: null,
      longestGap: null,
      dwell: [],
    });
  });

  it("S1-017: says how long things dwell in each state, the longest in all first", () => {
    const stays = [
      { state: "RUNNING", ms: 10 },
      { state: "WAITING approval", ms: 80 },
      { state: "RUNNING", ms: 30 },
      { state: "PENDING", ms: 40 },
    ];
    expect(bottlenecksOf({ executions: [], handoffs: [], stays }).dwell).toEqual([
      { state: "WAITING approval", stays: 1, totalMs: 80, meanMs: 80, longestMs: 80 },
      { state: "PENDING", stays: 1, totalMs: 40, meanMs: 40, longestMs: 40 },
      { state: "RUNNING", stays: 2, totalMs: 40, meanMs: 20, longestMs: 30 },
    ]);
  });
});

/** Statistics of executions and workflows. */
import { describe, expect, it } from "vitest";
import { qualityMetrics, roleMetrics } from "../../../src/projections/analytics/quality-metrics.ts";
import {
  agentStatistics,
  orchestrationStatistics,
  summaryOf,
} from "../../../src/projections/analytics/statistics.ts";
import {
  variantsOf,
  workflowStatistics,
} from "../../../src/projections/analytics/workflow-statistics.ts";
import { execution, workflow } from "./rows.ts";

describe("S0-061: statistics of agents", () => {
  const rows = [
    execution({ agent: "a", durationMs: 100, tokens: 10, quality: 0.5, refinements: 1 }),
    execution({ agent: "a", durationMs: 300, tokens: 20, status: "failure" }),
    execution({ agent: "a", status: "unknown" }),
    execution({ agent: "b", status: "running" }),
    execution({ agent: "b", status: "partial", durationMs: 50 }),
  ];

  it("S0-061: of one agent, T-M1 for its rate, and means of what is known", () => {
    expect(agentStatistics(rows, "a")).toEqual({
      agent: "a",
      total: 3,
      successful: 1,
      failed: 1,
      partial: 0,
      unknown: 1,
      running: 0,
      successRate: 0.5,
      meanDurationMs: 200,
      meanQuality: 0.5,
      tokens: 30,
      meanRefinements: 1 / 3,
    });
  });

  it("S0-061: of all, and {} without data", () => {
    expect(agentStatistics(rows)).toMatchObject({ agent: "all", total: 5, running: 1, partial: 1 });
    expect(agentStatistics(rows, "nobody")).toEqual({});
    expect(agentStatistics([])).toEqual({});
  });
});

describe("S0-062: statistics of orchestrations", () => {
  const rows = [
    workflow({
      pattern: "parallel",
      durationMs: 100,
      agents: 3,
      tokens: 5,
      quality: 0.9,
      refinements: 2,
    }),
    workflow({ pattern: "parallel", durationMs: 300, agents: 1, tokens: 5, success: 0 }),
    workflow({ pattern: "parallel", durationMs: 999, agents: 9, tokens: 5, success: null }),
    workflow({ pattern: "sequential", durationMs: 100, agents: 2 }),
  ];

  it("S0-062, T-O5: of one pattern: all that started, rate and means of those that completed", () => {
    expect(orchestrationStatistics(rows, "parallel")).toEqual({
      pattern: "parallel",
      total: 3,
      completed: 2,
      successRate: 0.5,
      meanDurationMs: 200,
      meanQuality: 0.9,
      meanAgents: 2,
      meanRefinements: 1,
      tokens: 15,
    });
  });

  it("S0-062: of all, and {} without data", () => {
    expect(orchestrationStatistics(rows)).toMatchObject({ pattern: "all", total: 4, completed: 3 });
    expect(orchestrationStatistics(rows, "hub-spoke")).toEqual({});
  });
});

describe("S2-013: the summary", () => {
  it("S2-013: executions, success rate, cost, tokens, mean latency and agents", () => {
    const rows = [
      execution({ agent: "b", durationMs: 100, tokens: 10, money: 0.5 }),
      execution({ agent: "a", durationMs: 200, tokens: 20, money: 0.25, status: "failure" }),
      execution({ agent: "b", status: "unknown" }),
    ];
    expect(summaryOf(rows)).toEqual({
      executions: 3,
      successRate: 0.5,
      money: 0.75,
      tokens: 30,
      meanLatencyMs: 150,
      agents: ["a", "b"],
    });
  });

  it("S2-013: of nothing says that nothing was collected", () => {
    expect(summaryOf([])).toEqual({ message: "No metrics collected yet" });
  });
});

describe("S1-008: statistics of workflows", () => {
  const of = (agents: readonly string[], success: number | null = 1, durationMs = 60_000) =>
    workflow({ success, durationMs, agents: new Set(agents).size, variant: JSON.stringify(agents) });

  it("S1-010: 3 workflows of 2 agents, of which one fails", () => {
    const found = workflowStatistics([of(["a", "b"]), of(["a", "b"]), of(["a", "b"], 0)]);
    expect(found).toMatchObject({ total: 3, completed: 3, meanAgents: 2, meanDurationMs: 60_000 });
    expect(found.successRate).toBeCloseTo(0.667, 2);
  });

  it("S1-009: of nothing are zeros and an empty list", () => {
    const zeros = { completed: 0, meanDurationMs: 0, successRate: 0, meanAgents: 0, variants: [] };
    expect(workflowStatistics([])).toEqual({ total: 0, ...zeros });
    expect(workflowStatistics([of(["a"], null)])).toEqual({ total: 1, ...zeros });
  });

  it("S1-008, T-O5: total is what started; rates, means and variants are of what completed", () => {
    expect(workflowStatistics([of(["a"], 1, 100), of(["a", "b", "c"], null, 900)])).toEqual({
      total: 2,
      completed: 1,
      meanDurationMs: 100,
      successRate: 1,
      meanAgents: 1,
      variants: [{ agents: ["a"], count: 1, share: 1 }],
    });
  });

  it("S1-008: most common patterns first, then by name", () => {
    const rows = [of(["b"]), of(["a", "b"]), of(["a"]), of(["a", "b"]), of([]), workflow()];
    expect(variantsOf(rows)).toEqual([
      { agents: ["a", "b"], count: 2, share: 0.5 },
      { agents: ["a"], count: 1, share: 0.25 },
      { agents: ["b"], count: 1, share: 0.25 },
    ]);
  });

  it("T-O5: a variant keeps repeats, and joins those that follow each other where it is asked to", () => {
    const rows = [of(["a", "a", "b", "a"]), of(["a", "b", "a"])];
    expect(variantsOf(rows)).toHaveLength(2);
    expect(variantsOf(rows, { collapse: true })).toEqual([
      { agents: ["a", "b", "a"], count: 2, share: 1 },
    ]);
  });
});

describe("S3-048: metrics of quality", () => {
  it("S3-048: success, duration and cost of workflows, coverage and security", () => {
    const found = qualityMetrics({
      workflows: [
        workflow({ durationMs: 100, money: 2 }),
        workflow({ durationMs: 300, money: 1, success: 0 }),
        workflow({ success: null, money: 3 }),
      ],
      executions: [],
      checks: [
        { coverage: 0.8, securityIssues: 1 },
        { coverage: null, securityIssues: 2 },
        { coverage: 0.6, securityIssues: null },
      ],
    });
    expect(found).toEqual({
      workflowSuccessRate: 0.5,
      meanWorkflowDurationMs: 200,
      moneyPerWorkflow: 2,
      roles: [],
      testCoverage: 0.7,
      securityIssues: 3,
    });
  });

  it("S3-048: a task passes for its role if its last execution did; cost is of all", () => {
    const of = (id: string, task: string | null, role: string | null, status: string) =>
      execution({ id, task, role, status, startedAt: Number(id.slice(1)), money: 1 });
    const rows = [
      of("e1", "t", "coder", "failure"),
      of("e2", "t", "coder", "success"),
      of("e0", "t", "coder", "failure"),
      of("e3", "u", "coder", "failure"),
      of("e4", null, "coder", "success"),
      of("e5", null, "coder", "unknown"),
      of("e6", "v", null, "running"),
    ];
    expect(roleMetrics(rows)).toEqual([
      { role: null, passed: 0, failed: 0, passRate: null, money: 1 },
      { role: "coder", passed: 2, failed: 1, passRate: 2 / 3, money: 6 },
    ]);
  });

  it("S3-048: of nothing has no rate, and no NaN", () => {
    expect(qualityMetrics({ workflows: [], executions: [], checks: [] })).toEqual({
      workflowSuccessRate: null,
      meanWorkflowDurationMs: null,
      moneyPerWorkflow: null,
      roles: [],
      testCoverage: null,
      securityIssues: 0,
    });
  });
});

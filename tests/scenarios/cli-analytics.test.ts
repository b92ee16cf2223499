/** Questions over all runs and telemetry of a log, on the command line and for programs. */
import { expect, it } from "vitest";
import type { JsonObject } from "../../src/events/json.ts";
import { openLog } from "../../src/events/log/open.ts";
import { openAnalytics, type Analytics } from "../../src/projections/analytics/questions/analytics.ts";
import { onEachLog } from "../support/cli-logs.ts";
import type { CliBench } from "../support/cli.ts";
import { at, call, DAY_MS, imported, START, workflow } from "../support/imported.ts";
import { S1_011 } from "../support/telemetry.ts";

async function asked<T>(bench: CliBench, ask: (analytics: Analytics) => Promise<T>): Promise<T> {
  await using log = await openLog(bench.log);
  await using analytics = openAnalytics({ log });
  return await ask(analytics);
}

onEachLog("analytics", (open) => {
  it("S1-008, S1-011, S1-016: the example log is one workflow of 90 minutes, half as long again as guessed", async () => {
    using bench = open();
    await imported(bench, S1_011);
    expect(await bench.json(["stats"])).toMatchObject({
      code: 0,
      value: {
        workflows: {
          total: 1,
          completed: 1,
          successRate: 1,
          meanDurationMs: 90 * 60_000,
          meanAgents: 2,
          variants: [{ agents: ["backend-architect", "frontend-developer"], count: 1, share: 1 }],
        },
        estimates: { meanRatio: 1.5, workflows: [{ workflow: "wf-001", ratio: 1.5 }] },
        behindSince: null,
      },
    });
    const { out, code } = await bench.troupe(["stats"]);
    expect(code).toBe(0);
    expect(out).toContain("success rate        100.0 %\nmean duration       1 h 30 min");
    expect(out).toMatch(/1 +100.0 % +backend-architect → frontend-developer$/);
  });

  it("S0-062, S1-010, S1-012, S1-013, S1-014, S1-017, S3-048, T-O1: three workflows of two agents, whatever their zones", async () => {
    using bench = open();
    await imported(
      bench,
      ["w1", "w2", "w3"].flatMap((id) => workflow(id, id !== "w3")),
    );
    const { value } = await bench.json(["stats"]);
    expect(value).toMatchObject({
      workflows: {
        total: 3,
        successRate: expect.closeTo(0.667, 2),
        meanAgents: 2,
        meanDurationMs: 30_000,
        variants: [{ agents: ["ada", "bob"], count: 3 }],
      },
      patterns: { pattern: "all", total: 3, tokens: 30 },
      quality: {
        workflowSuccessRate: expect.closeTo(0.667, 2),
        moneyPerWorkflow: 0.5,
        roles: [
          { role: "ada-type", passed: 3, failed: 0, passRate: 1, money: 0.75 },
          { role: "bob-type", passed: 2, failed: 1 },
        ],
      },
      bottlenecks: { slowestByMean: { agent: "ada", meanMs: 10_000 } },
    });
    expect(await bench.json(["overhead"])).toMatchObject({
      code: 0,
      value: {
        workflows: 3,
        overheadPct: expect.closeTo(33.3, 1),
        pooledPct: expect.closeTo(33.3, 1),
        meanIdleMs: 10_000,
        parallelism: 1,
        recommendation: "Consider Phase 3",
      },
    });
    expect((await bench.troupe(["overhead"])).out).toContain(
      "overhead           33.3 % on average over 3 workflows",
    );
    expect(await asked(bench, (analytics) => analytics.costs("agent"))).toEqual([
      { name: "ada", calls: 0, tokens: 15, money: 0.75 },
      { name: "bob", calls: 0, tokens: 15, money: 0.75 },
    ]);
    expect(await asked(bench, (analytics) => analytics.orchestrationStatistics("hub"))).toEqual({});
  });

  it("S1-009: of nothing, all is zero", async () => {
    using bench = open();
    await imported(bench, []);
    expect(await bench.json(["stats"])).toMatchObject({
      code: 0,
      value: {
        workflows: { total: 0, meanDurationMs: 0, successRate: 0, meanAgents: 0, variants: [] },
        patterns: {},
        executions: { message: "No metrics collected yet" },
      },
    });
    expect(await bench.troupe(["stats"])).toMatchObject({
      code: 0,
      err: expect.stringContaining("nothing yet"),
    });
    for (const command of ["agents", "variants"])
      expect(await bench.troupe([command])).toMatchObject({
        code: 0,
        out: "",
        err: expect.stringContaining("nothing yet"),
      });
    expect(await bench.json(["overhead"])).toMatchObject({
      code: 0,
      value: {
        workflows: 0,
        overheadPct: null,
        parallelism: null,
        recommendation: "Insufficient data",
      },
    });
    expect(await bench.troupe(["best-agent", "--task", "Anything at all"])).toMatchObject({ code: 1 });
  });

  it("S0-061, S1-023, S2-013, S2-015, T-M1, T-A2: agents and latencies of a log without workflows", async () => {
    using bench = open();
    const statuses = ["success", "success", "success", "failure", "unknown"];
    await imported(bench, [
      ...statuses.map((status, n) => call(`a${n}`, "ada", { outcome: { status } })),
      call("b", "bob", { duration_seconds: null, outcome: { status: "unknown" } }),
      ...Array.from({ length: 20 }, (_, n) =>
        call(`c${n}`, "cy", { timestamp: at(START + DAY_MS), duration_seconds: n / 100 }),
      ),
      { timestamp: at(START), session_id: "s", invocation_id: "a0", success: true, quality_rating: 3 },
    ]);
    const { value } = await bench.json(["agents", "ada"]);
    expect(value).toMatchObject({
      agent: "ada",
      total: 5,
      successful: 3,
      failed: 1,
      unknown: 1,
      successRate: 0.75,
      meanDurationMs: 10_000,
      meanQuality: 0.5,
      tokens: 25,
      money: 1.25,
      lastAt: START + 10_000,
    });
    expect((await bench.troupe(["agents", "ada"])).out).toContain(
      "executions        5: 3 succeeded, 1 failed, 0 sent back, 1 unknown, 0 running",
    );
    const { out } = await bench.troupe(["agents"]);
    expect(out.split("\n").map((line) => line.split(/ {2,}/).slice(0, 4))).toEqual([
      ["AGENT", "EXECUTIONS", "SUCCESS", "MEAN"],
      ["cy", "20", "100.0 %", "95 ms"],
      ["ada", "5", "75.0 %", "10.0 s"],
      ["bob", "1", "-", "-"],
    ]);
    await asked(bench, async (analytics) => {
      expect(await analytics.summary()).toMatchObject({
        executions: 26,
        successRate: 23 / 24,
        tokens: 130,
        money: 6.5,
        agents: ["ada", "bob", "cy"],
      });
      // nearest rank: of 0, 10, …, 190 ms the 19th
      expect(await analytics.latencies({ until: START + DAY_MS })).toMatchObject([
        { minute: START + DAY_MS, executions: 20, p95Ms: 180, meanMs: 95 },
      ]);
    });
  });

  it("T-O5: variants by how common they are, with repeats or joined", async () => {
    using bench = open();
    const way = (id: string, agents: readonly string[]): readonly JsonObject[] => [
      { timestamp: at(START), event: "workflow_start", workflow_id: id, session_id: "s" },
      ...agents.map((agent, n) =>
        call(`${id}${n}`, agent, { workflow_id: id, timestamp: at(START + n * 1_000) }),
      ),
      {
        timestamp: at(START + 60_000),
        event: "workflow_complete",
        workflow_id: id,
        session_id: "s",
        duration_seconds: 60,
        success: true,
      },
    ];
    await imported(bench, [
      ...way("w1", ["ada", "ada", "bob"]),
      ...way("w2", ["ada", "bob"]),
      ...way("w3", ["bob"]),
    ]);
    expect(await bench.json(["variants"])).toMatchObject({
      value: {
        variants: [{ agents: ["ada", "ada", "bob"] }, { agents: ["ada", "bob"] }, { agents: ["bob"] }],
      },
    });
    expect((await bench.troupe(["variants", "--collapse", "--top", "1"])).out).toBe(
      "COUNT  SHARE   AGENTS\n2      66.7 %  ada → bob",
    );
  });

  it("runs and telemetry are counted together", async () => {
    using bench = open();
    const plan = bench.write("p.yaml", "name: p\ntasks:\n  - {id: build, run: echo built}\n");
    expect(await bench.troupe(["run", plan, "--id", "r1"])).toMatchObject({ code: 0 });
    await imported(bench, S1_011);
    expect(await bench.json(["stats"])).toMatchObject({
      value: { workflows: { total: 2, completed: 2, successRate: 1 }, executions: { executions: 1 } },
    });
  });
});

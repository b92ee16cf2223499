/** What lines of telemetry come to: the same rows in whatever order, batches and partitions they come. */
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/events/json.ts";
import { S1_011, tables } from "../support/telemetry.ts";

const call = (more: JsonObject): JsonObject => ({
  timestamp: "2025-10-21T10:00:00Z",
  session_id: "s",
  invocation_id: "i1",
  agent_name: "ada",
  agent_type: "backend",
  task_description: "Build the API",
  ...more,
});
const rating = {
  timestamp: "2025-10-21T11:00:00Z",
  invocation_id: "i1",
  success: true,
  quality_rating: 4,
};

describe("invocations", () => {
  it("T-O4: lengths are seconds in lines and ms in rows; a rating from 1 to 5 is a quality from 0 to 1", () => {
    const line = call({ duration_seconds: 2.5, outcome: { status: "success" }, tokens: 7, cost: 0.5 });
    const { telemetry_executions: rows } = tables([line], [rating]);
    expect(rows).toEqual([
      expect.objectContaining({
        id: "i1",
        source: "telemetry",
        agent: "ada",
        role: "backend",
        keywords: " api build ",
        startedAt: Date.parse("2025-10-21T10:00:00Z"),
        endedAt: Date.parse("2025-10-21T10:00:02.500Z"),
        durationMs: 2_500,
        status: "success",
        tokens: 7,
        money: 0.5,
        quality: 0.75,
      }),
    ]);
  });

  it("T-O0: a success metric adds to its invocation and is never an execution of its own", () => {
    expect(tables([rating])["telemetry_executions"]).toEqual([]);
    const { telemetry_executions: rows } = tables([rating, rating], [call({})], [rating]);
    expect(rows).toEqual([
      expect.objectContaining({ status: "success", quality: 0.75, endedAt: null }),
    ]);
  });

  it("T-O0: it runs while neither its length nor its outcome is known; updates say both", () => {
    const status = (...lines: JsonObject[]) => tables(lines)["telemetry_executions"];
    const update = { timestamp: "2025-10-21T10:01:00Z", invocation_id: "i1" };
    expect(status(call({ duration_seconds: null }))).toMatchObject([
      { status: "running", durationMs: null },
    ]);
    expect(status(call({ duration_seconds: 1 }))).toMatchObject([{ status: "unknown" }]);
    expect(
      status(
        { ...update, duration_seconds: 60, outcome: { status: "failure", error_message: "no" } },
        call({ duration_seconds: null, outcome: { status: "unknown" } }),
      ),
    ).toMatchObject([{ status: "failure", failure: "no", durationMs: 60_000 }]);
  });

  it("T-O0: an outcome that is known stands before one that is not, whichever line comes later", () => {
    const later = { timestamp: "2025-10-21T11:00:00Z", invocation_id: "i1" };
    const rows = tables([
      call({ duration_seconds: 1, outcome: { status: "success" } }),
      { ...later, outcome: { status: "unknown" } },
    ]);
    expect(rows["telemetry_executions"]).toMatchObject([{ status: "success" }]);
  });

  it("S0-057: an agent's metrics are an execution", () => {
    const metrics = {
      agent_name: "ada",
      task_id: "t1",
      start_time: 1_761_040_800,
      end_time: 1_761_040_803.5,
      duration: 3.5,
      quality_score: 0.9,
      token_usage: 12,
      refinement_iterations: 2,
      success: false,
      error_message: "no",
    };
    expect(tables([metrics, metrics])["telemetry_executions"]).toEqual([
      expect.objectContaining({
        agent: "ada",
        task: "t1",
        startedAt: 1_761_040_800_000,
        durationMs: 3_500,
        quality: 0.9,
        tokens: 12,
        refinements: 2,
        status: "failure",
        failure: "no",
      }),
    ]);
  });

  it("S2-012: so is a record of an execution, which is written once it is over", () => {
    const line = {
      timestamp: "2025-10-21T10:00:01Z",
      agent_name: "ada",
      duration_ms: 250,
      success: true,
      tokens_used: 3,
      cost: 0.25,
    };
    expect(tables([line])["telemetry_executions"]).toMatchObject([
      {
        startedAt: Date.parse("2025-10-21T10:00:00.750Z"),
        durationMs: 250,
        tokens: 3,
        money: 0.25,
        status: "success",
      },
    ]);
  });

  it.each<[string, JsonObject, JsonObject]>([
    ["counts tokens in fractions", { tokens: 1.5 }, { tokens: 2 }],
    ["holds a number beyond all bounds", { calls: 1e300, tokens: 3 }, { calls: null, tokens: 3 }],
    ["was 285 years before", { timestamp: "1000-01-01T00:00:00Z" }, { durationMs: 1_000 }],
  ])("count a line that %s", (_, more, cells) => {
    const rows = tables([call({ duration_seconds: 1, ...more })]);
    expect(rows["telemetry_executions"]).toMatchObject([cells]);
  });
});

describe("workflows", () => {
  it("S1-011: the example log is one workflow of 90 minutes, two agents, and their order", () => {
    const { telemetry_workflows: rows, telemetry_handoffs: handoffs } = tables(S1_011);
    expect(rows).toMatchObject([
      {
        workflow: "wf-001",
        name: "E-Commerce",
        status: "COMPLETED",
        success: 1,
        durationMs: 90 * 60_000,
        estimatedMs: 60 * 60_000,
        agents: 2,
        executions: 0,
        variant: '["backend-architect","frontend-developer"]',
        overheadPct: null,
      },
    ]);
    expect(handoffs).toMatchObject([
      { fromAgent: "backend-architect", toAgent: "frontend-developer", gapMs: null, artifacts: 1 },
    ]);
  });

  it("S1-012: zones do not matter", () => {
    const inZone = S1_011.map((line) => ({ ...line, timestamp: zoned(line["timestamp"]) }));
    expect(tables(inZone)).toEqual(tables(S1_011));
  });

  it("invocations that name it are its intervals; a hand-off waits from the giver's end to the receiver's begin", () => {
    const part = (id: string, agent: string, timestamp: string, seconds: number): JsonObject =>
      call({
        invocation_id: id,
        agent_name: agent,
        timestamp,
        workflow_id: "wf-001",
        duration_seconds: seconds,
        outcome: { status: "success" },
        tokens: 5,
      });
    const rows = tables(
      [part("i1", "backend-architect", "2025-10-21T10:00:00Z", 2_400)],
      [...S1_011, part("i2", "frontend-developer", "2025-10-21T10:45:00Z", 2_700)],
    );
    expect(rows["telemetry_workflows"]).toMatchObject([
      {
        executions: 2,
        busyMs: 5_100_000,
        agentMs: 5_100_000,
        overheadPct: (100 * 300) / 5_400,
        tokens: 10,
      },
    ]);
    expect(rows["telemetry_handoffs"]).toMatchObject([{ gapMs: 300_000, success: 1 }]);
  });

  it("T-O1: a workflow that says how long it took is measured over that, whenever its end was told", () => {
    const { telemetry_workflows: rows } = tables([
      { timestamp: "2025-10-21T10:00:00Z", event: "workflow_start", workflow_id: "w" },
      call({ workflow_id: "w", duration_seconds: 30, outcome: { status: "success" } }),
      {
        timestamp: "2025-10-21T10:00:01Z",
        event: "workflow_complete",
        workflow_id: "w",
        duration_seconds: 120,
        success: true,
      },
    ]);
    expect(rows).toMatchObject([{ durationMs: 120_000, busyMs: 30_000, overheadPct: 75 }]);
  });

  it("S0-058: an orchestrator's metrics are a workflow", () => {
    const line = {
      orchestration_id: "o1",
      pattern: "hub-spoke",
      start_time: "2025-10-21T10:00:00Z",
      end_time: "2025-10-21T10:01:00Z",
      total_duration: 60,
      agents_used: ["a", "b"],
      tasks_completed: 3,
      tasks_failed: 0,
      average_quality: 0.8,
      total_tokens: 99,
      refinement_cycles: 2,
    };
    expect(tables([line])["telemetry_workflows"]).toMatchObject([
      {
        workflow: "o1",
        pattern: "hub-spoke",
        status: "COMPLETED",
        durationMs: 60_000,
        agents: 2,
        variant: '["a","b"]',
        tasksCompleted: 3,
        tasksFailed: 0,
        quality: 0.8,
        tokens: 99,
        refinements: 2,
      },
    ]);
  });
});

const zoned = (timestamp: unknown): string => {
  const local = new Date(Date.parse(String(timestamp)) + 7_200_000);
  return local.toISOString().replace("Z", "+02:00");
};

describe("workflows with odd numbers", () => {
  const event = (more: JsonObject): JsonObject => ({
    timestamp: "1969-07-20T20:00:00Z",
    event: "workflow_start",
    workflow_id: "w",
    ...more,
  });
  const over = event({ event: "workflow_complete", timestamp: "1969-07-20T21:00:00Z", success: true });

  it("are over, even before 1970", () => {
    expect(tables([event({}), over])["telemetry_workflows"]).toMatchObject([
      { status: "COMPLETED", durationMs: 3_600_000, endedAt: -14_180_400_000 },
    ]);
  });

  it("stand with what of them is sound", () => {
    const odd = {
      tasks: 1.5,
      total_cost: 1e308,
      total_tokens: 1e300,
      critical_path_seconds: 1e308,
      average_quality: 7,
    };
    expect(tables([event(odd), over])["telemetry_workflows"]).toMatchObject([
      { status: "COMPLETED", tasks: 2, money: null, tokens: null, criticalMs: null, quality: null },
    ]);
    const handoff = { event: "agent_handoff", from_agent: "a", to_agent: "a", gap_seconds: 1e308 };
    expect(tables([event({}), event(handoff)])["telemetry_handoffs"]).toMatchObject([
      { fromAgent: "a", toAgent: "a", gapMs: null },
    ]);
  });

  it("S0-058: an orchestration may last a part of a millisecond", () => {
    const line = { orchestration_id: "o", start_time: 1.5, total_duration: 1.00049 };
    expect(tables([line])["telemetry_workflows"]).toMatchObject([
      { endedAt: 2_500, durationMs: 1_000 },
    ]);
  });

  it("have no more tokens than a number can tell", () => {
    const most = { workflow_id: "w", tokens: Number.MAX_SAFE_INTEGER };
    const rows = tables([event({}), call(most), call({ ...most, invocation_id: "i2" })]);
    expect(rows["telemetry_workflows"]).toMatchObject([{ executions: 2, tokens: null }]);
  });
});

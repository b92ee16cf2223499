/** Programs that tell of their agents themselves: into a log, through a host or a client, and into a file. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hostKinds } from "../../src/agents/host-kinds.ts";
import { importTelemetry } from "../../src/agents/telemetry/import.ts";
import type { TelemetryLogger } from "../../src/agents/telemetry/logger.ts";
import { telemetry, telemetryFile } from "../../src/agents/telemetry/telemetry.ts";
import { telemetryKind } from "../../src/agents/telemetry/telemetry-kind.ts";
import { connect } from "../../src/actors/client.ts";
import type { JsonObject } from "../../src/events/json.ts";
import { openProjections } from "../../src/projections/runner.ts";
import { invocations } from "../../src/projections/telemetry/invocations.ts";
import { telemetryWorkflows } from "../../src/projections/telemetry/workflows.ts";
import { freshFolder } from "../support/agent-runs.ts";
import type { Bench } from "../support/laws-bench.ts";
import { DURABLE } from "../support/run-bench.ts";
import { S1_011 } from "../support/telemetry.ts";

/** A workflow of three agents, as S1-005 has it. */
async function threeAgents(log: TelemetryLogger): Promise<void> {
  const [a, b, c] = ["ada", "bob", "cyd"] as const;
  await log.logWorkflowStart({
    workflow: "w",
    project: "Shop",
    agents: [a, b, c],
    estimatedMs: 60_000,
  });
  await log.logAgentHandoff({ workflow: "w", from: a, to: b, artifacts: ["api.md"] });
  await log.logAgentHandoff({ workflow: "w", from: b, to: c });
  await log.logWorkflowComplete({
    workflow: "w",
    durationMs: 90_000,
    success: true,
    agents: [a, b, c],
  });
}

/** All lines that stand in the log of a bench, in the order of their actors. */
async function linesIn(b: Bench): Promise<JsonObject[]> {
  await using log = await b.open();
  const found: JsonObject[] = [];
  for await (const { body } of log.scan()) {
    const { born } = body as unknown as { born: { input: { lines: JsonObject[] } } }; // a batch has one record, its birth
    found.push(...born.input.lines);
  }
  return found;
}

async function rowsIn(b: Bench) {
  await using log = await b.open();
  await using projections = openProjections({ log, place: null });
  return {
    executions: (await projections.rows(invocations)).flatMap(
      ({ row, key }) => (row && invocations.tables?.[0]?.spread(row, key)) ?? [],
    ),
    workflows: (await projections.rows(telemetryWorkflows)).flatMap(
      ({ row, key }) => (row && telemetryWorkflows.tables?.[0]?.spread(row, key)) ?? [],
    ),
  };
}

describe.each(DURABLE)("telemetry into a log, on $name", ({ bench }) => {
  it("S1-001, S1-002, S1-003, S1-005, S1-006: a workflow of three agents is four events of one session", async () => {
    await using b = await bench();
    const { host } = await b.start([telemetryKind]);
    const log = telemetry(host, { clock: b.clock });
    await threeAgents(log);
    const lines = await linesIn(b);
    const timestamp = new Date(b.clock.now()).toISOString();
    const place = { timestamp, workflow_id: "w", session_id: log.sessionId };
    expect(lines).toHaveLength(4);
    expect(lines).toEqual(
      expect.arrayContaining([
        {
          ...place,
          event: "workflow_start",
          project_name: "Shop",
          agent_plan: ["ada", "bob", "cyd"],
          estimated_duration: 60,
        },
        { ...place, event: "agent_handoff", from_agent: "ada", to_agent: "bob", artifacts: ["api.md"] },
        { ...place, event: "agent_handoff", from_agent: "bob", to_agent: "cyd", artifacts: [] },
        {
          ...place,
          event: "workflow_complete",
          duration_seconds: 90,
          success: true,
          agents_executed: ["ada", "bob", "cyd"],
        },
      ]),
    );
    expect(telemetry(host).sessionId).not.toBe(log.sessionId);
    expect((await rowsIn(b)).workflows).toMatchObject([
      { agents: 3, variant: '["ada","bob","cyd"]', durationMs: 90_000, estimatedMs: 60_000 },
    ]);
  });

  it("S1-007: an invocation is logged, updated and rated, and is one execution", async () => {
    await using b = await bench();
    const { host } = await b.start([telemetryKind]);
    const log = telemetry(host, { clock: b.clock, sessionId: "s" });
    const id = await log.logInvocation({ agent: "ada", role: "backend", description: "Build the API" });
    expect((await rowsIn(b)).executions).toMatchObject([{ id, status: "running", durationMs: null }]);
    await log.updateInvocation(id, { durationMs: 5_000, status: "success", tokens: 9 });
    await log.logSuccessMetric(id, { success: true, rating: 5 });
    expect((await rowsIn(b)).executions).toMatchObject([
      {
        id,
        agent: "ada",
        role: "backend",
        status: "success",
        durationMs: 5_000,
        tokens: 9,
        quality: 1,
      },
    ]);
  });

  it("S0-057, S0-058, S2-012: executions and orchestrations that are over", async () => {
    await using b = await bench();
    const { host } = await b.start([telemetryKind]);
    const log = telemetry(host, { clock: b.clock, sessionId: "s" });
    await log.recordAgentExecution({
      agent: "ada",
      durationMs: 250,
      success: true,
      tokens: 3,
      cost: 0.5,
    });
    await log.recordAgentExecution({
      agent: "bob",
      durationMs: 1_500,
      success: false,
      error: "no",
      task: "t1",
      quality: 0.25,
      refinements: 2,
    });
    await log.recordOrchestration({
      id: "o1",
      pattern: "hub-spoke",
      durationMs: 2_000,
      agents: ["ada", "bob"],
      tasksCompleted: 1,
      tasksFailed: 1,
      quality: 0.5,
      tokens: 3,
      refinements: 1,
    });
    const lines = await linesIn(b);
    expect(lines).toContainEqual(
      expect.objectContaining({
        agent_name: "ada",
        duration_ms: 250,
        success: true,
        tokens_used: 3,
        cost: 0.5,
      }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({
        agent_name: "bob",
        task_id: "t1",
        duration: 1.5,
        quality_score: 0.25,
        token_usage: 0,
        refinement_iterations: 2,
        success: false,
        error_message: "no",
      }),
    );
    const { executions, workflows } = await rowsIn(b);
    expect(executions).toHaveLength(2);
    expect(executions).toContainEqual(
      expect.objectContaining({
        agent: "bob",
        status: "failure",
        quality: 0.25,
        endedAt: b.clock.now(),
      }),
    );
    expect(workflows).toMatchObject([
      { workflow: "o1", status: "FAILED", pattern: "hub-spoke", agents: 2, tokens: 3, quality: 0.5 },
    ]);
  });

  it("a value that cannot be is one clear error, and nothing is written", async () => {
    await using b = await bench();
    const { host } = await b.start([telemetryKind]);
    const log = telemetry(host, { clock: b.clock });
    const calls = [
      log.logWorkflowComplete({ workflow: "w", durationMs: -1, success: true, agents: [] }),
      log.logInvocation({ agent: "", durationMs: 1 }),
      log.logInvocation({ agent: "ada", durationMs: Number.NaN }),
      log.logSuccessMetric("i", { success: true, rating: 6 }),
      log.recordAgentExecution({ agent: "ada", durationMs: 1, success: true, quality: 2 }),
    ];
    const faults = await Promise.all(
      calls.map((one) =>
        one.then(
          () => "none",
          (error: unknown) => error,
        ),
      ),
    );
    const code = "INPUT_INVALID";
    expect(faults).toEqual([
      expect.objectContaining({ code, message: expect.stringContaining('"duration_seconds"') }),
      expect.objectContaining({ code, message: expect.stringContaining('"agent_name"') }),
      expect.objectContaining({ code, message: expect.stringContaining("too large") }),
      expect.objectContaining({ code, message: expect.stringContaining('"quality_rating"') }),
      expect.objectContaining({ code, message: expect.stringContaining('"quality_score"') }),
    ]);
    expect(await linesIn(b)).toEqual([]);
  });

  it("S2: a batch that is no telemetry does not pass the border", async () => {
    await using b = await bench();
    const { host } = await b.start([telemetryKind]);
    const start = host.start("telemetry/x", { input: { lines: [{ event: "nothing" }] } });
    await expect(start).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringContaining('"event" is "nothing"'),
    });
  });

  it("where a host owns the log, import and clients go through it", async () => {
    await using b = await bench();
    await b.start(hostKinds());
    await using log = await b.open();
    await using client = await connect({ log, kinds: [telemetryKind] });
    const text = S1_011.map((line) => JSON.stringify(line)).join("\n");
    const bytes = async function* () {
      yield Buffer.from(text);
    };
    expect(await importTelemetry(log, bytes())).toMatchObject({ new: 3, known: 0 });
    expect(await importTelemetry(log, bytes())).toMatchObject({ new: 0, known: 3 });
    await telemetry(client).logInvocation({ agent: "ada" });
    const { executions, workflows } = await rowsIn(b);
    expect([executions.length, workflows.length]).toEqual([1, 1]);
  });
});

describe("telemetry into a file", () => {
  it("S1-004: one line an event, in order, behind what stands there; the file is made on demand", async () => {
    using folder = freshFolder();
    const path = join(folder.path, "events.jsonl");
    const log = telemetryFile(path, { sessionId: "s" });
    await threeAgents(log);
    await Promise.all(Array.from({ length: 20 }, (_, n) => log.logInvocation({ agent: `a${n}` })));
    const lines = readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line): JsonObject => JSON.parse(line));
    expect(lines.slice(0, 4).map(({ event }) => event)).toEqual([
      "workflow_start",
      "agent_handoff",
      "agent_handoff",
      "workflow_complete",
    ]);
    expect(lines.slice(4).map(({ agent_name: name }) => name)).toEqual(
      Array.from({ length: 20 }, (_, n) => `a${n}`),
    );
    const more = telemetryFile(path);
    await more.logSuccessMetric("i", { success: true });
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(26);
  });

  it("a file that cannot be written is said, and the next line is tried again", async () => {
    using folder = freshFolder();
    const log = telemetryFile(join(folder.path, "gone", "events.jsonl"));
    for (const _ of [1, 2])
      await expect(log.logInvocation({ agent: "a" })).rejects.toMatchObject({
        code: "FILE_NOT_WRITTEN",
      });
  });
});

/** The views of runs and telemetry: asked in SQL, of rows that a log was folded into. */
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/events/json.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { openProjections } from "../../src/projections/runner.ts";
import { BUILT_IN_VIEWS } from "../../src/projections/views.ts";
import { ended } from "../support/released.ts";
import { begun, tale, type Tale } from "../support/told.ts";

/** The records of a tale, as a log holds them. */
async function told({ records }: Tale): Promise<EventLog> {
  const log = memoryLog();
  for (const [at, { stream, body, ...record }] of records.entries()) {
    const meta = { id: `id-${at}`, type: "moved", correlation: "c", at: record.at };
    const expected = await log.tip(stream);
    await log.append(stream, [{ ...meta, body: body as unknown as JsonObject }], { expected }); // a body is JSON
  }
  return log;
}

async function asked(sql: string): Promise<readonly unknown[]> {
  await using log = await told(ended());
  await using projections = openProjections({ log, place: null });
  return await projections.sql(sql);
}

describe("the built-in views", () => {
  it.each(BUILT_IN_VIEWS.map(({ name }) => name))("%s can be asked", async (name) => {
    expect((await asked(`SELECT * FROM ${name}`)).length).toBeGreaterThan(0);
  });

  it("T-M1: agents have their rate of those that succeeded or failed, and what they took and cost", async () => {
    expect(await asked("SELECT * FROM agents ORDER BY agent")).toMatchObject([
      {
        agent: "coder",
        executions: 2,
        success: 1,
        failure: 1,
        partial: 0,
        successRate: 0.5,
        meanMs: 60,
        calls: 2,
        tokens: 30,
        money: 0.75,
        quality: null,
      },
      { agent: "task/lint", executions: 1, successRate: 1, meanMs: 30 },
      {
        agent: "tester",
        executions: 3,
        partial: 1,
        successRate: 1,
        meanMs: 10,
        quality: 0.75,
        refinements: 1,
      },
    ]);
  });

  it("T-M1: an agent that has only failed has a rate of 0, and one that has not ended has none", async () => {
    const plan = {
      name: "p",
      tasks: [
        { id: "a", agent: "bad" },
        { id: "b", agent: "slow" },
      ],
    };
    await using log = await told(begun(tale(plan).broke("a", 5), "b"));
    await using projections = openProjections({ log, place: null });
    const rows = await projections.sql("SELECT agent, successRate FROM agents ORDER BY agent");
    expect(rows).toEqual([
      { agent: "bad", successRate: 0 },
      { agent: "slow", successRate: null },
    ]);
  });

  it("costs come to the same whatever they are split by", async () => {
    const rows = await asked("SELECT dimension, name, calls, tokens, money FROM costs");
    const spent = { calls: 2, tokens: 30, money: 0.75 };
    expect(rows).toEqual([
      { dimension: "agent", name: "coder", ...spent },
      { dimension: "model", name: "m-1", ...spent },
      { dimension: "role", name: "coder", ...spent },
      { dimension: "workflow", name: "r1", ...spent },
    ]);
  });

  it("retries say what was lost on the way", async () => {
    expect(await asked("SELECT * FROM retries ORDER BY task")).toMatchObject([
      { task: "build", attempts: 2, failures: 1, sentBack: 0, lostMs: 20, lostMoney: 0.5 },
      { task: "test", attempts: 2, failures: 0, sentBack: 1, succeeded: 1, lostMs: 10 },
    ]);
  });

  it("agents are summed up of totals, not of executions", async () => {
    const plan = await asked("EXPLAIN QUERY PLAN SELECT * FROM agents");
    const lines = plan.map((row) => String(Reflect.get(Object(row), "detail")));
    expect(lines.filter((line) => line.startsWith("SCAN run_executions"))).toEqual([]);
    expect(lines.filter((line) => line.startsWith("SEARCH run_executions"))).toEqual([
      expect.stringContaining("USING COVERING INDEX"),
    ]);
  });
});

/** What SQL can ask of runs and their executions, as functions of their rows. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { executionsOf } from "../../src/projections/executions.ts";
import { metricsOf } from "../../src/projections/metrics.ts";
import { counts, ended, failure, PLAN, released, worked } from "../support/released.ts";
import { mixed, rowsIn, tablesOf } from "../support/tables.ts";
import { begun, folded, T0, tale, type Tale } from "../support/told.ts";

describe("run_executions", () => {
  it("has every attempt, with who, how long, what came of it and what it cost", () => {
    const rows = rowsIn(ended().view(), "run_executions");
    const brief = rows.map(({ id, agent, role, status, durationMs, tokens, money, quality }) => {
      return [id, agent, role, status, durationMs, tokens, money, quality];
    });
    expect(brief).toEqual([
      ["r1/build~1#1", "coder", "coder", "failure", 20, 10, 0.5, null],
      ["r1/build~1#2", "coder", "coder", "success", 100, 20, 0.25, null],
      ["r1/lint~1#1", "task/lint", null, "success", 30, 0, 0, null],
      ["r1/test~1#1", "tester", "tester", "partial", 10, 0, 0, 0.5],
      ["r1/test~1#2", "tester", "tester", "success", 15, 0, 0, 1],
      ["r1/ship~1#1", "tester", "tester", "success", 5, 0, 0, null],
    ]);
    expect(rows[0]).toMatchObject({
      source: "run",
      workflow: "r1",
      task: "build",
      model: "m-1",
      description: "Build the API",
      keywords: " api build ",
      startedAt: T0 + 30,
      endedAt: T0 + 50,
      failure: "MODEL_FAILED",
      calls: 1,
    });
    expect(rows.map(({ refinements }) => refinements)).toEqual([0, 0, 0, 0, 1, 0]);
  });

  it("knows what runs, what was stopped, and what nobody knows the end of", () => {
    const open = begun(tale(PLAN), "build");
    const statusOf = (story: Tale) => rowsIn(story.view(), "run_executions")[0];
    expect(statusOf(open)).toMatchObject({ status: "running", endedAt: null, durationMs: null });
    const all = { ...counts, completed: 0, cancelled: 4 };
    const over = open.flow("workflow.cancelled", { counts: all, reason: "enough" });
    expect(statusOf(over)).toMatchObject({ status: "unknown", endedAt: null });
    const stopped = open.later(7).task("build", "task.cancelled", { reason: "enough" });
    expect(statusOf(stopped)).toMatchObject({ status: "unknown", durationMs: 7 });
    const broken = { reason: "implementation_bug", depth: 1, failure } as const;
    expect(statusOf(open.task("build", "task.broken", broken))).toMatchObject({ status: "failure" });
    expect(statusOf(open.task("build", "task.timed_out", { attempt: 1 }))).toMatchObject({
      status: "failure",
    });
  });

  it("gives an attempt that begins again after a pause an id and costs of its own", () => {
    const first = worked(begun(tale(PLAN), "build"), "build:work", 1, [10, 0]);
    const again = first
      .later(5)
      .task("build", "task.held", {})
      .later(5)
      .task("build", "task.started", { title: "build", purpose: "work", attempt: 1 });
    const view = worked(again, "build:work~2", 1, [7, 0]).view();
    const rows = rowsIn(view, "run_executions");
    expect(rows.map(({ id, status, tokens }) => [id, status, tokens])).toEqual([
      ["r1/build~1#1", "unknown", 10],
      ["r1/build~1#1+1", "running", 7],
    ]);
    expect(executionsOf([view]).map(({ tokens }) => tokens)).toEqual([10, 7]);
  });

  it("takes the mean of what a gate and people made of it", () => {
    const said = (rating: number) => {
      const fact = { type: "feedback.given", v: 1, data: { task: "test", rating } };
      return { facts: [fact] };
    };
    const story = ended().later(1).moved("feedback/r1", said(5)).moved("feedback/r1", said(2));
    const rows = rowsIn(story.view(), "run_executions").filter(({ task }) => task === "test");
    expect(rows.map(({ quality }) => quality)).toEqual([0.5, (1 + 1 + 0.25) / 3]);
  });
});

describe("run_workflows and runs", () => {
  it("sum up a run; T-O1: by its dependencies, with what lies between them", () => {
    const [row] = rowsIn(ended().view(), "run_workflows");
    expect(row).toMatchObject({
      workflow: "r1",
      source: "run",
      name: "Release",
      pattern: "graph",
      status: "COMPLETED",
      success: 1,
      durationMs: 750,
      tasks: 4,
      tasksCompleted: 4,
      tasksFailed: 0,
      agents: 3,
      executions: 6,
      variant: '["task/lint","coder","coder","tester","tester","tester"]',
      busyMs: 180,
      agentMs: 180,
      criticalMs: 150, // build, test, ship: lint lies beside build in the plan
      overheadPct: 76,
      calls: 2,
      tokens: 30,
      money: 0.75,
      retries: 2,
      refinements: 1,
      quality: 0.75,
    });
    expect(rowsIn(ended().view(), "runs")[0]).toMatchObject({
      run: "r1",
      goal: "Ship it",
      open: 0,
      cancelled: 0,
      tasks: 4,
      ended: 4,
      endedAt: T0 + 750,
      records: ended().records.length,
    });
  });

  it("T-O1: the same path by the dependencies holds whatever a branch todo adds to it", () => {
    const branch = {
      branch: "test_branch_01",
      parent_id: "test",
      title: "Mend test",
      agent_role: "fixer",
      branch_reason: "implementation_bug" as const,
      debug_instructions: "Look",
      is_temporary: true as const,
      max_debug_attempts: 3,
      depth: 1,
      blocked: ["ship"],
    };
    const broken = begun(tale(PLAN).done("build", 100).done("lint", 10), "test")
      .later(20)
      .task("test", "task.broken", { reason: "implementation_bug", depth: 1, failure })
      .flow("branch.opened", branch)
      .done("test_branch_01", 50)
      .task("test", "task.started", { title: "test", purpose: "work", attempt: 2 })
      .later(20)
      .task("test", "task.completed", { attempts: 2, durationMs: 20, summary: "" })
      .flow("workflow.completed", { counts });
    expect(rowsIn(broken.view(), "run_workflows")[0]).toMatchObject({ criticalMs: 190 });
  });

  it("knows nothing of what is open, and takes no side in what was cancelled", () => {
    const none = { busyMs: null, criticalMs: null, overheadPct: null, endedAt: null, success: null };
    expect(rowsIn(released().view(), "run_workflows")[0]).toMatchObject(none);
    const cancelled = released().flow("workflow.cancelled", { counts, reason: "enough" });
    expect(rowsIn(cancelled.view(), "run_workflows")[0]).toMatchObject({ success: null });
    const failed = released().flow("workflow.failed", { counts, failed: ["ship"], skipped: [] });
    expect(rowsIn(failed.view(), "run_workflows")[0]).toMatchObject({ success: 0 });
  });

  it("has a version that stays while the plan's shape does", () => {
    const versionOf = (story: Tale) => rowsIn(story.view(), "run_workflows")[0]?.["version"];
    const version = versionOf(tale(PLAN));
    expect(version).toMatch(/^[0-9a-f]{12}$/);
    expect(versionOf(ended())).toBe(version);
    expect(versionOf(tale({ ...PLAN, name: "B", tasks: PLAN.tasks.toReversed() }))).toBe(version);
    const [build, ...rest] = PLAN.tasks;
    expect(versionOf(tale({ ...PLAN, tasks: [{ ...build, agent: "ann" }, ...rest] }))).not.toBe(
      version,
    );
    const grown = tale(PLAN).flow("tasks.added", { tasks: [{ id: "more", title: "More" }] });
    expect(versionOf(grown)).toBe(version);
  });
});

describe("every table", () => {
  test.prop(
    { choices: fc.array(fc.nat(11), { minLength: 1, maxLength: 60 }), cut: fc.nat(50) },
    { numRuns: 100 },
  )("P2: is the same for every interleaving of a run's actors", ({ choices, cut }) => {
    const records = ended().records.slice(0, Math.max(1, cut));
    expect(tablesOf(folded(mixed(records, choices)))).toEqual(tablesOf(folded(records)));
  });

  it("agrees with what metrics say of the same runs", () => {
    const view = ended().view();
    const { retries, reworks, spent } = metricsOf([view]);
    const [row] = rowsIn(view, "run_workflows");
    expect(row).toMatchObject({ retries, refinements: reworks, tokens: spent.tokens });
  });
});

import { describe, expect, it } from "vitest";
import { childEnded } from "../../src/machines/workflow/control.ts";
import { planOf, started } from "./fixture.ts";

const TESTED = {
  id: "t2",
  title: "Indicators",
  run: "x",
  acceptance: [{ cmd: "pytest" }, { cmd: ["lint", "src"] }],
  failureRouting: { implementation_bug: "coder" },
  outputs: ["rsi.py"],
};
const PLAN = [
  TESTED,
  { id: "t3", run: "x", dependsOn: ["t2"] },
  { id: "t4", run: "x", dependsOn: ["t3"] },
  { id: "free", run: "x" },
];

/** The task has failed its tests; its branch todo is open, unless it was refused. */
async function broken(rest: object = {}, printed = "AssertionError: RSI mismatch") {
  const given = started(planOf(PLAN, { concurrency: 2, ...rest }));
  await given.world.find("free").end();
  await given.world.find("t2").end();
  await given.world.find("t2", "checks").endBadly(printed);
  return given;
}

describe("a branch todo", () => {
  it("is made of a failure, and says why, for whom, and who waits for it", async () => {
    const { facts, world } = await broken();
    expect(facts.at(-1)).toMatchObject({
      type: "branch.opened",
      data: {
        branch: "t2_branch_01",
        parent_id: "t2",
        title: "Debug Indicators - implementation_bug",
        agent_role: "coder",
        branch_reason: "implementation_bug",
        is_temporary: true,
        max_debug_attempts: 3,
        depth: 1,
        blocked: ["t3", "t4"],
      },
    });
    const work = world.find("t2_branch_01").package;
    expect(work).toMatchObject({
      purpose: "debug",
      agent: "coder",
      reads: ["/plans/here/rsi.py"],
      outputs: [],
      branch: { parent: "t2", reason: "implementation_bug", depth: 1 },
    });
    for (const known of ["Indicators", "pytest", "lint src", "RSI mismatch"])
      expect(work.branch?.instructions).toContain(known);
    expect(world.starts.has("t3")).toBe(false);
  });

  it.each([
    ["ImportError: pandas", "missing_dependency", "debugger"],
    ["segmentation fault", "test_failure", "debugger"],
    ["AssertionError: 3", "implementation_bug", "coder"],
  ])("of %s (%s) goes to %s", async (printed, branch_reason, agent_role) => {
    const { facts } = await broken({}, printed);
    expect(facts.at(-1)).toMatchObject({ data: { branch_reason, agent_role } });
  });

  it("passed, has the tests of its task run again: good, dependents go on", async () => {
    const { world, run, facts } = await broken();
    await world.find("t2_branch_01").end();
    expect(facts.at(-1)).toMatchObject({
      type: "branch.ended",
      data: { branch: "t2_branch_01", parent_id: "t2", status: "COMPLETED" },
    });
    expect(world.names()).toEqual(["t2:checks"]);
    await world.find("t2", "checks").end();
    expect(world.names()).toEqual(["t3"]);
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
  });

  it("that does not help is followed by a deeper one, then by a human", async () => {
    const { world, run, facts, can } = await broken();
    for (const id of ["t2_branch_01", "t2_branch_01_branch_01"]) {
      await world.find(id).end();
      await world.find("t2", "checks").endBadly();
    }
    const opened = facts.flatMap((fact) => (fact.type === "branch.opened" ? [fact.data] : []));
    expect(opened.map(({ branch, parent_id, depth }) => [branch, parent_id, depth])).toEqual([
      ["t2_branch_01", "t2", 1],
      ["t2_branch_01_branch_01", "t2_branch_01", 2],
    ]);
    expect(world.said.get("t2")?.at(-1)).toMatchObject({
      type: "task.escalated",
      data: { code: "MAX_DEPTH_EXCEEDED" },
    });
    expect(facts.at(-1)).toMatchObject({ type: "approval.requested", data: { gate: "t2:escalation" } });
    expect(world.names()).toEqual([]);
    run.send({ type: "APPROVE", gate: "t2:escalation" });
    await world.find("t2", "checks").endBadly();
    expect(can({ type: "APPROVE", gate: "t2:escalation~2" })).toBe(true);
    run.send({ type: "DENY", gate: "t2:escalation~2" });
    await world.finish();
    expect(run.getSnapshot().value).toBe("FAILED");
  });

  it("is tried so often, then a human decides", async () => {
    const { world, facts } = await broken();
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(world.find("t2_branch_01").attempt).toBe(attempt);
      await world.find("t2_branch_01").fail(new Error("no idea"));
      world.clock.increment(300_000);
    }
    expect(facts.at(-2)).toMatchObject({ type: "branch.ended", data: { status: "FAILED" } });
    expect(world.said.get("t2")?.at(-1)).toMatchObject({ data: { code: "BRANCH_FAILED" } });
    expect(facts.at(-1)).toMatchObject({ data: { kind: "escalation" } });
  });

  it.each([
    ["depth", { limits: { depth: 0 } }, "MAX_DEPTH_EXCEEDED"],
    ["number", { limits: { branches: 0 } }, "BRANCH_LIMIT"],
  ])("is refused at the limit of %s", async (_, rest, code) => {
    const { world, facts } = await broken(rest);
    expect(world.said.get("t2")?.at(-1)).toMatchObject({ type: "task.escalated", data: { code } });
    expect(facts.at(-1)).toMatchObject({ type: "approval.requested" });
  });

  it("has a number of its own each time", async () => {
    const { world, run, facts } = await broken();
    run.send({ type: "RESTART", from: "t2" });
    expect(world.stopped.map(({ task }) => task)).toContain("t2_branch_01");
    await world.find("t2").end();
    await world.find("t2", "checks").endBadly();
    expect(facts.at(-1)).toMatchObject({ data: { branch: "t2_branch_02" } });
  });

  it("keeps the place of its task: no more run at once", async () => {
    const { world, run } = started(planOf([TESTED, { id: "other", run: "x" }], { concurrency: 1 }));
    await world.find("t2").end();
    await world.find("t2", "checks").endBadly();
    expect(world.names()).toEqual(["t2_branch_01:debug"]);
    await world.find("t2_branch_01").end();
    await world.find("t2", "checks").end();
    expect(world.names()).toEqual(["other"]);
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
  });

  it("mended by hand, waits for a place before it is tested again", async () => {
    const limits = { depth: 0 };
    const tasks = [TESTED, { id: "other", run: "x" }];
    const { world, run } = started(planOf(tasks, { concurrency: 1, limits }));
    await world.find("t2").end();
    await world.find("t2", "checks").endBadly();
    expect(world.names()).toEqual(["other"]);
    run.send({ type: "APPROVE", gate: "t2:escalation" });
    expect(world.names()).toEqual(["other"]);
    await world.find("other").end();
    expect(world.names()).toEqual(["t2:checks"]);
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
  });

  it("goes with its task when that is cancelled", async () => {
    const { world, run, ends, facts } = await broken();
    const work = world.find("t2_branch_01");
    run.send({ type: "CANCEL", task: "t2" });
    expect(work.signal.aborted).toBe(true);
    expect(ends()).toMatchObject({ t2: "CANCELLED", t3: "SKIPPED by t2" });
    expect(run.getSnapshot()).toMatchObject({ status: "done", value: "FAILED", children: {} });
    expect(facts.filter(({ type }) => type === "branch.ended")).toHaveLength(1);
  });

  it("is not opened while the run is paused, but when it goes on; once", async () => {
    const { world, run, facts } = started(planOf([TESTED]));
    await world.find("t2").end();
    run.send({ type: "PAUSE" });
    await world.find("t2", "checks").endBadly();
    expect(world.names()).toEqual([]);
    const failure = { code: "X", message: "x" };
    run.send({ type: "TASK_BROKE", task: "t2", depth: 1, parent: "t2", failure, diagnostics: "" });
    run.send({ type: "RESUME" });
    expect(world.names()).toEqual(["t2_branch_01:debug"]);
    run.send({ type: "TASK_BROKE", task: "t2", depth: 1, parent: "t2", failure, diagnostics: "" });
    expect(facts.filter(({ type }) => type === "branch.opened")).toHaveLength(1);
    run.send({ type: "PAUSE", hard: true });
    run.send({ type: "RESUME" });
    expect(world.begun.filter((name) => name === "t2_branch_01:debug#1")).toHaveLength(2);
  });

  const routed = (target_agent: string) => ({
    data: {
      status: "routed",
      target_agent,
      analysis: "pandas is missing",
      fix: "add pandas",
      auto_fixable: true,
    },
  });
  const opened = (facts: Awaited<ReturnType<typeof broken>>["facts"]) =>
    facts.flatMap((fact) => (fact.type === "branch.opened" ? [fact.data] : []));

  it("whose agent gives it on is followed by one of whom that names, with what was found, at once", async () => {
    const { world, run, facts } = await broken({}, "ImportError: pandas");
    await world.find("t2_branch_01").end(routed("coder"));
    expect(facts.at(-2)).toMatchObject({
      type: "branch.ended",
      data: { branch: "t2_branch_01", status: "COMPLETED", target_agent: "coder" },
    });
    expect(opened(facts).map(({ branch, agent_role, depth }) => [branch, agent_role, depth])).toEqual([
      ["t2_branch_01", "debugger", 1],
      ["t2_branch_02", "coder", 1],
    ]);
    expect(world.names()).toEqual(["t2_branch_02:debug"]);
    const { diagnostics } = world.find("t2_branch_02").package.branch ?? {};
    for (const known of ["ImportError", "debugger says: pandas is missing", "add pandas"])
      expect(diagnostics).toContain(known);
    await world.find("t2_branch_02").end();
    await world.find("t2", "checks").end();
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
  });

  it("that two agents give to each other ends with a human", async () => {
    const { world, facts } = await broken();
    await world.find("t2_branch_01").end(routed("architect"));
    await world.find("t2_branch_02").end(routed("coder"));
    expect(world.said.get("t2")?.at(-1)).toMatchObject({
      type: "task.escalated",
      data: { code: "BRANCH_IN_CIRCLE", message: '"coder" is to mend it again, who gave it on before' },
    });
    expect(opened(facts)).toHaveLength(2);
    expect(facts.at(-1)).toMatchObject({ type: "approval.requested" });
  });

  it("that is given on counts against the limit, and nobody unknown gets it", async () => {
    const limited = await broken({ limits: { branches: 1 } });
    await limited.world.find("t2_branch_01").end(routed("architect"));
    expect(limited.world.said.get("t2")?.at(-1)).toMatchObject({ data: { code: "BRANCH_LIMIT" } });
    const agents = ["coder", "debugger"];
    const strict = started(planOf(PLAN, { concurrency: 2 }), { agents });
    await strict.world.find("t2").end();
    await strict.world.find("t2", "checks").endBadly();
    await strict.world.find("t2_branch_01").end(routed("archtect"));
    expect(strict.world.said.get("t2")?.at(-1)).toMatchObject({ data: { code: "AGENT_UNKNOWN" } });
  });

  it("given on in a run that was cancelled meanwhile is over: nobody gets it", async () => {
    const { run } = await broken();
    const { context } = run.getSnapshot();
    const outcome = {
      status: "COMPLETED",
      attempts: 1,
      exitCode: 0,
      durationMs: 1,
      summary: "",
    } as const;
    const found = { ...outcome, ...routed("architect") };
    expect(childEnded(context, "t2_branch_01", found).starts).toEqual(["t2_branch_02"]);
    const cancelled = { ...context, reason: "enough" };
    expect(childEnded(cancelled, "t2_branch_01", found).starts).toEqual([]);
  });

  it("given on while the run is paused, or its task is cancelled, waits or is dropped", async () => {
    const paused = await broken();
    paused.run.send({ type: "PAUSE" });
    await paused.world.find("t2_branch_01").end(routed("architect"));
    expect(paused.world.names()).toEqual([]);
    paused.run.send({ type: "RESUME" });
    expect(paused.world.names()).toEqual(["t2_branch_02:debug"]);
    paused.run.send({ type: "CANCEL", task: "t2" });
    expect(paused.run.getSnapshot().status).toBe("done");
  });

  it("whose end comes while the run is paused is taken in when it goes on", async () => {
    const { world, run } = await broken();
    run.send({ type: "PAUSE" });
    await world.find("t2_branch_01").end();
    expect(world.names()).toEqual([]);
    run.send({ type: "RESUME" });
    expect(world.names()).toEqual(["t2:checks"]);
  });
});

import { describe, expect, it } from "vitest";
import { factTypes, startedTask } from "./fixture.ts";

const JUDGED = { agent: "writer", gate: { agent: "judge" } };

const verdict = (completeness: number, accuracy = 9, issues: readonly string[] = []) => ({
  data: { completeness, accuracy, issues },
});

describe("checks behind the work", () => {
  it("are none where nothing is to be checked", async () => {
    const { world, state } = startedTask();
    await world.find("t1").end();
    expect(state()).toBe("COMPLETED");
    expect(world.begun).toEqual(["t1#1"]);
  });

  it("fail a task whose output is not there, or whose test does not pass, and say which", async () => {
    const { world, task, facts } = startedTask({ outputs: ["a.md"], acceptance: [{ cmd: "wc a.md" }] });
    await world.find("t1").end();
    await world.find("t1", "checks").endBadly("oh", ["/plans/here/a.md"]);
    const issues = ["/plans/here/a.md does not exist", '"wc a.md" ended with 1'];
    expect(facts).toContainEqual({
      type: "task.tested",
      v: 1,
      data: { task: "t1", passed: false, issues },
    });
    expect(task.getSnapshot().output).toMatchObject({
      status: "FAILED",
      failure: { code: "OUTPUT_MISSING", message: issues.join("; ") },
    });
  });

  it("that nobody can make are a failure, too", async () => {
    const { world, task } = startedTask({ acceptance: [{ cmd: "x" }] });
    await world.find("t1").end();
    await world.find("t1", "checks").fail(new Error("no disk"));
    expect(task.getSnapshot().output).toMatchObject({
      status: "FAILED",
      failure: { message: "no disk" },
    });
  });

  it("do not begin behind work that failed", async () => {
    const { world, state } = startedTask({ acceptance: [{ cmd: "x" }] });
    await world.find("t1").end({ exitCode: 1 });
    expect(state()).toBe("FAILED");
    expect(world.begun).toEqual(["t1#1"]);
  });

  it("of a stage without a judge count as its gate: shares of what is good", async () => {
    const rest = { outputs: ["a", "b"], acceptance: [{ cmd: "x" }] };
    const { world, facts } = startedTask(rest, {
      gated: true,
      needed: [{ path: "c", by: "t2" }],
    });
    await world.find("t1").end();
    expect(world.find("t1", "checks").checks.paths).toEqual([
      { path: "/plans/here/a" },
      { path: "/plans/here/b" },
      { path: "/plans/here/c", by: "t2" },
    ]);
    await world.find("t1", "checks").endBadly("", ["/plans/here/c"]);
    expect(facts.find(({ type }) => type === "gate.evaluated")).toMatchObject({
      data: {
        completeness: expect.closeTo(20 / 3),
        accuracy: 0,
        readiness: "FAIL",
        issues: ["/plans/here/c does not exist", '"x" ended with 1'],
        reworks: 0,
      },
    });
  });
});

describe("a gate", () => {
  it("hears what was delivered, and lets it pass at the threshold", async () => {
    const { world, task, facts } = startedTask({ ...JUDGED, outputs: ["a.md"], timeoutMs: 7 });
    await world.find("t1").end({ summary: "written", data: [1] });
    await world.find("t1", "checks").end();
    const { purpose, agent, reads, outputs, delivered, timeoutMs } = world.find("t1", "judge").package;
    expect({ purpose, agent, reads, outputs, timeoutMs }).toEqual({
      purpose: "judge",
      agent: "judge",
      reads: ["/plans/here/a.md"],
      outputs: [],
      timeoutMs: undefined,
    });
    expect(delivered).toEqual({
      status: "COMPLETED",
      summary: "written",
      data: [1],
      outputs: ["/plans/here/a.md"],
    });
    await world.find("t1", "judge").end(verdict(8, 8));
    expect(facts).toContainEqual({
      type: "gate.evaluated",
      v: 1,
      data: { task: "t1", ...verdict(8, 8).data, readiness: "PASS", reworks: 0 },
    });
    expect(task.getSnapshot().output).toMatchObject({
      status: "COMPLETED",
      summary: "written",
      data: [1],
      scores: { completeness: 8, accuracy: 8 },
    });
    expect(task.getSnapshot().output?.reworks).toBeUndefined();
  });

  it.each([
    ["completeness", 7.9, 10],
    ["accuracy", 10, 7.9],
  ])("sends the work back where %s is too low, with its issues", async (_, completeness, accuracy) => {
    const { world, task, facts } = startedTask(JUDGED);
    await world.find("t1").end();
    await world.find("t1", "judge").end(verdict(completeness, accuracy, ["thin"]));
    expect(facts.findLast(({ type }) => type === "gate.evaluated")).toMatchObject({
      data: { readiness: "FAIL", issues: ["thin"], reworks: 0 },
    });
    expect(world.find("t1").package).toMatchObject({ attempt: 2, feedback: ["thin"] });
    await world.find("t1").end();
    await world.find("t1", "judge").end();
    expect(facts.findLast(({ type }) => type === "gate.evaluated")).toMatchObject({
      data: { readiness: "PASS", reworks: 1 },
    });
    expect(task.getSnapshot().output).toMatchObject({ status: "COMPLETED", attempts: 2, reworks: 1 });
  });

  it("has its own threshold where the plan says so", async () => {
    const { world, state } = startedTask({ agent: "a", gate: { agent: "judge", threshold: 0.5 } });
    await world.find("t1").end();
    await world.find("t1", "judge").end(verdict(5, 5));
    expect(state()).toBe("COMPLETED");
  });

  it("asks a human behind three reworks", async () => {
    const { world, task, facts, state } = startedTask({ ...JUDGED, title: "Report" });
    for (let n = 0; n <= 3; n++) {
      await world.find("t1").end();
      await world.find("t1", "judge").end(verdict(2, 2, ["thin"]));
    }
    expect(state()).toEqual({ WAITING: "approval" });
    expect(facts.at(-1)).toEqual({ type: "gate.exhausted", v: 1, data: { task: "t1", reworks: 3 } });
    expect(world.told).toEqual([
      {
        type: "TASK_ASKS",
        task: "t1",
        kind: "quality",
        question: 'the gate sent "Report" back 3 times: thin. Go on as it is?',
      },
    ]);
    task.send({ type: "ANSWER", kind: "escalation", granted: true });
    expect(state()).toEqual({ WAITING: "approval" });
    task.send({ type: "ANSWER", kind: "quality", granted: true, by: "me" });
    expect(task.getSnapshot().output).toMatchObject({
      status: "COMPLETED",
      attempts: 4,
      reworks: 3,
      scores: { completeness: 2 },
    });
  });

  it("is not asked about work whose tests fail: that is a failure, not rework", async () => {
    const { world, task } = startedTask({ ...JUDGED, acceptance: [{ cmd: "t" }] });
    await world.find("t1").end();
    await world.find("t1", "checks").endBadly();
    expect(world.begun).toEqual(["t1#1", "t1:checks#1"]);
    expect(task.getSnapshot().output).toMatchObject({
      status: "FAILED",
      failure: { code: "TESTS_FAILED" },
    });
  });

  it("lets work whose outputs are missing rework, too, and a human refuse it", async () => {
    const rest = { agent: "a", outputs: ["a.md"], gate: { agent: "judge", maxReworks: 1 } };
    const { world, task, facts, state } = startedTask(rest);
    for (let n = 0; n <= 1; n++) {
      await world.find("t1").end();
      await world.find("t1", "checks").endBadly("", ["/plans/here/a.md"]);
    }
    expect(world.begun).toEqual(["t1#1", "t1:checks#1", "t1#2", "t1:checks#2"]);
    expect(factTypes(facts).filter((type) => type === "gate.evaluated")).toHaveLength(2);
    expect(state()).toEqual({ WAITING: "approval" });
    task.send({ type: "ANSWER", kind: "quality", granted: false, by: "me", comment: "no" });
    expect(task.getSnapshot().output).toMatchObject({
      status: "FAILED",
      failure: { code: "APPROVAL_DENIED", message: "it was denied by me: no" },
    });
  });

  it.each([
    ["no data", {}, 'the answer to "judge" has no data'],
    ["a wrong score", { data: { completeness: 11, accuracy: 9 } }, "completeness"],
  ])("that answers with %s is asked again, then a human is", async (_, answer, why) => {
    const { world, state } = startedTask(
      { run: "x", gate: { run: "judge" }, maxRetries: 1 },
      {
        judge: { command: { run: "judge", env: {}, passEnv: [] } },
      },
    );
    await world.find("t1").end();
    await world.find("t1", "judge").end({ data: undefined, ...answer });
    expect(state()).toEqual({ WAITING: "retry" });
    world.clock.increment(1_000);
    expect(world.names()).toEqual(["t1:judge"]);
    await world.find("t1", "judge").end({ data: undefined, ...answer });
    expect(world.told).toMatchObject([{ kind: "quality", question: expect.stringContaining(why) }]);
    expect(world.begun).toEqual(["t1#1", "t1:judge#1", "t1:judge#1"]);
  });

  it("whose judge fails is asked again, then a human is", async () => {
    const { world, task, state } = startedTask(JUDGED);
    await world.find("t1").end();
    await world.find("t1", "judge").fail(new Error("asleep"));
    expect(state()).toEqual({ WAITING: "approval" });
    expect(world.told).toMatchObject([
      { kind: "quality", question: expect.stringContaining("asleep") },
    ]);
    task.send({ type: "ANSWER", kind: "quality", granted: true });
    expect(task.getSnapshot().output).toMatchObject({ status: "COMPLETED" });
    expect(task.getSnapshot().output?.failure).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { classify, FAILURE_RULES } from "../../src/machines/task/classify.ts";
import { settled, startedTask } from "./fixture.ts";

const ROUTED = { run: "x", title: "Indicators", acceptance: [{ cmd: "t" }], failureRouting: {} };

async function broken(rest: object = {}, printed = "AssertionError: RSI mismatch") {
  const given = startedTask({ ...ROUTED, ...rest });
  await given.world.find("t1").end();
  await given.world.find("t1", "checks").endBadly(printed);
  return given;
}

describe("why something failed", () => {
  const evidence = (printed: string, message = "it failed") => ({
    failure: { code: "TESTS_FAILED", message },
    printed,
    durationMs: 5,
  });

  it.each([
    ["ImportError: no module", "missing_dependency"],
    ["ModuleNotFoundError: pandas", "missing_dependency"],
    ["Error: Cannot find module 'x'", "missing_dependency"],
    ["code: 'ERR_MODULE_NOT_FOUND'", "missing_dependency"],
    ["this test is flaky", "flaky_test"],
    ["Intermittent failure", "flaky_test"],
    ["AssertionError: wrong signature of rsi()", "spec_mismatch"],
    ["assert: types differ", "spec_mismatch"],
    ["AssertionError: interface lacks close", "spec_mismatch"],
    ["AssertionError: RSI mismatch", "implementation_bug"],
    ["ValueError: 3", "implementation_bug"],
    ["assertion failed: prototype", "implementation_bug"],
    ["the type is wrong", undefined],
    ["segmentation fault", undefined],
  ])("T-B1: %s → %s", (printed, reason) => {
    expect(classify(evidence(printed))).toBe(reason);
    expect(classify(evidence("", printed))).toBe(reason);
  });

  it("T-B1: the first rule that fits decides, and what took too long is timeout first", () => {
    const all = "ImportError flaky AssertionError signature ValueError";
    expect(classify(evidence(all))).toBe("missing_dependency");
    expect(classify(evidence("flaky AssertionError"))).toBe("flaky_test");
    expect(classify({ ...evidence(all), timeoutMs: 4 })).toBe("timeout");
    expect(classify({ ...evidence(all), timeoutMs: 5 })).toBe("missing_dependency");
    const late = { failure: { code: "COMMAND_TIMEOUT", message: "" }, printed: all, durationMs: 0 };
    expect(classify(late)).toBe("timeout");
  });

  it("T-B1: rules are data with a version", () => {
    expect(structuredClone(FAILURE_RULES)).toEqual(FAILURE_RULES);
    expect(FAILURE_RULES.version).toBe(1);
    expect(FAILURE_RULES.rules.map(({ reason }) => reason)).toEqual([
      "missing_dependency",
      "flaky_test",
      "spec_mismatch",
      "implementation_bug",
    ]);
  });
});

describe("a task whose failure somebody else mends", () => {
  it("asks for a branch todo when its retries are used up", async () => {
    const { world, state, facts } = await broken();
    expect(state()).toEqual({ WAITING: "branch" });
    const failure = { code: "TESTS_FAILED", message: '"t" ended with 1' };
    expect(facts.at(-1)).toEqual({
      type: "task.broken",
      v: 1,
      data: { task: "t1", reason: "implementation_bug", depth: 1, failure },
    });
    expect(world.told).toMatchObject([
      {
        type: "TASK_BROKE",
        task: "t1",
        reason: "implementation_bug",
        depth: 1,
        parent: "t1",
        failure,
        diagnostics: expect.stringContaining("RSI mismatch"),
      },
    ]);
  });

  it("retries first", async () => {
    const { world, state } = await broken({ maxRetries: 1 });
    expect(state()).toEqual({ WAITING: "retry" });
    expect(world.told).toEqual([]);
  });

  it("is asked for a branch todo also where its command fails or is late", async () => {
    const { world } = startedTask({ ...ROUTED, timeoutMs: 3 });
    await world.find("t1").fail(new TroupeError("COMMAND_TIMEOUT", "late", { hint: "Wait." }));
    expect(world.told).toMatchObject([{ type: "TASK_BROKE", reason: "timeout" }]);
  });

  it("is tested again when the branch todo has passed, and done if it is good now", async () => {
    const { world, task, state } = await broken();
    task.send({ type: "BRANCH_ENDED", branch: "t1_branch_01", passed: true });
    expect(state()).toEqual({ RUNNING: "testing" });
    await world.find("t1", "checks").end();
    expect(state()).toBe("COMPLETED");
    expect(world.begun).toEqual(["t1#1", "t1:checks#1", "t1:checks#1"]);
    expect(task.getSnapshot().output?.failure).toBeUndefined();
  });

  it("works again where nothing is tested", async () => {
    const { world, task } = startedTask({ run: "x", failureRouting: {} });
    await world.find("t1").end({ exitCode: 1 });
    task.send({ type: "BRANCH_ENDED", branch: "t1_branch_01", passed: true });
    expect(world.begun).toEqual(["t1#1", "t1#2"]);
  });

  it("asks for a deeper branch todo, of the one before, when it still fails", async () => {
    const { world, task } = await broken();
    task.send({ type: "BRANCH_ENDED", branch: "t1_branch_01", passed: true });
    await world.find("t1", "checks").endBadly();
    expect(world.told.at(-1)).toMatchObject({ depth: 2, parent: "t1_branch_01" });
  });

  it("knows its branch todo: of another it takes no end", async () => {
    const { world, task, state } = await broken();
    task.send({ type: "BRANCH_ENDED", branch: "t2_branch_01", passed: true });
    task.send({ type: "BRANCH_ENDED", branch: "t1_branch_01_branch_01", passed: false });
    expect(state()).toEqual({ WAITING: "branch" });
    task.send({ type: "BRANCH_ENDED", branch: "t1_branch_01", passed: true });
    await world.find("t1", "checks").endBadly();
    task.send({ type: "BRANCH_ENDED", branch: "t1_branch_01", passed: true });
    expect(state()).toEqual({ WAITING: "branch" });
  });

  it.each([
    ["was refused", { type: "BRANCH_REFUSED", code: "MAX_DEPTH_EXCEEDED", message: "deep" }],
    ["failed", { type: "BRANCH_ENDED", branch: "t1_branch_01", passed: false }],
  ] as const)("asks a human when the branch todo %s", async (_, event) => {
    const { world, task, facts, state } = await broken();
    task.send(event);
    const code = event.type === "BRANCH_REFUSED" ? "MAX_DEPTH_EXCEEDED" : "BRANCH_FAILED";
    expect(facts.at(-1)).toMatchObject({ type: "task.escalated", data: { task: "t1", code } });
    expect(world.told.at(-1)).toMatchObject({
      type: "TASK_ASKS",
      kind: "escalation",
      question: expect.stringContaining('"Indicators" failed and could not be mended'),
    });
    task.send({ type: "ANSWER", kind: "escalation", granted: true });
    expect(state()).toEqual({ RUNNING: "testing" });
    await world.find("t1", "checks").end();
    expect(state()).toBe("COMPLETED");
  });

  it("fails where that human will not", async () => {
    const { task } = await broken();
    task.send({ type: "BRANCH_REFUSED", code: "BRANCH_LIMIT", message: "all used" });
    task.send({ type: "ANSWER", kind: "escalation", granted: false });
    expect(task.getSnapshot().output).toMatchObject({
      status: "FAILED",
      failure: { code: "APPROVAL_DENIED", message: "it was denied" },
    });
  });
});

describe("a task that is held", () => {
  it("stops what runs, and does the same attempt again when it is released", async () => {
    const { world, task, facts, state } = startedTask({ maxRetries: 1 });
    const [work] = world.open;
    task.send({ type: "HOLD" });
    expect(state()).toEqual({ WAITING: "held" });
    expect(work?.signal.aborted).toBe(true);
    expect(facts.at(-1)).toEqual({ type: "task.held", v: 1, data: { task: "t1" } });
    task.send({ type: "RELEASE" });
    await world.find("t1").end();
    expect(world.begun).toEqual(["t1#1", "t1#1"]);
    expect(task.getSnapshot().output).toMatchObject({ status: "COMPLETED", attempts: 1 });
  });

  it("tests or judges again what was stopped there, and does not work again", async () => {
    const { world, task, state } = startedTask({
      agent: "a",
      acceptance: [{ cmd: "t" }],
      gate: { agent: "judge" },
    });
    await world.find("t1").end();
    task.send({ type: "HOLD" });
    task.send({ type: "RELEASE" });
    await world.find("t1", "checks").end();
    task.send({ type: "HOLD" });
    task.send({ type: "RELEASE" });
    await world.find("t1", "judge").end();
    expect(state()).toBe("COMPLETED");
    const twice = (name: string): readonly string[] => [name, name];
    expect(world.begun).toEqual(["t1#1", ...twice("t1:checks#1"), ...twice("t1:judge#1")]);
  });

  it("works again where it was stopped in a rework", async () => {
    const { world, task } = startedTask({ agent: "a", gate: { agent: "judge" } });
    await world.find("t1").end();
    await world.find("t1", "judge").end({ data: { completeness: 1, accuracy: 1 } });
    task.send({ type: "HOLD" });
    task.send({ type: "RELEASE" });
    expect(world.names()).toEqual(["t1"]);
    expect(world.find("t1").attempt).toBe(2);
  });

  it("waits no longer for a retry, and makes it when it is released", async () => {
    const { world, task, state } = startedTask({ maxRetries: 1 });
    await world.find("t1").end({ exitCode: 1 });
    task.send({ type: "HOLD" });
    world.clock.increment(10_000);
    await settled();
    expect(state()).toEqual({ WAITING: "held" });
    task.send({ type: "RELEASE" });
    expect(world.find("t1").attempt).toBe(2);
  });

  it("while it waits for a human or a branch todo, has nothing to hold", async () => {
    const { task, state } = await broken();
    task.send({ type: "HOLD" });
    expect(state()).toEqual({ WAITING: "branch" });
    const asking = startedTask({ approval: ["after"] });
    await asking.world.find("t1").end();
    asking.task.send({ type: "HOLD" });
    asking.task.send({ type: "RELEASE" });
    expect(asking.state()).toEqual({ WAITING: "approval" });
    asking.task.send({ type: "ANSWER", kind: "after", granted: true });
    expect(asking.state()).toBe("COMPLETED");
  });
});

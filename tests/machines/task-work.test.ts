import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { TaskOutcome } from "../../src/events/facts/task.ts";
import { MAX_DATA } from "../../src/events/work.ts";
import { settled, startedTask } from "./fixture.ts";

describe("a task", () => {
  it("works at once, and says how it ended", async () => {
    const { world, task, facts, state } = startedTask({
      title: "Collect",
      env: { BOTH: "task" },
      cwd: "sub",
    });
    expect(state()).toEqual({ RUNNING: "working" });
    const { package: work, ...command } = world.find("t1").command;
    expect(command).toEqual({
      argv: ["true"],
      folder: "/plans/here/sub",
      artifacts: "/plans/here/out",
      passEnv: [],
      env: {
        FROM: "plan",
        BOTH: "task",
        TROUPE_RUN: "r1",
        TROUPE_TASK: "t1",
        TROUPE_ATTEMPT: "1",
        TROUPE_ARTIFACTS: "/plans/here/out",
      },
    });
    expect(work).toMatchObject({ purpose: "work", task: "t1", title: "Collect", attempt: 1 });
    await world.find("t1").end({ stdout: "a\n\u001b[32mfound 3\u001b[0m\tfiles\n\n", durationMs: 12 });
    expect(state()).toBe("COMPLETED");
    expect(task.getSnapshot().output).toEqual(
      TaskOutcome.parse({
        status: "COMPLETED",
        attempts: 1,
        exitCode: 0,
        durationMs: 12,
        summary: "found 3 files",
      }),
    );
    expect(facts).toEqual([
      {
        type: "task.started",
        v: 1,
        data: { task: "t1", title: "Collect", purpose: "work", attempt: 1 },
      },
      {
        type: "task.completed",
        v: 1,
        data: { task: "t1", attempts: 1, durationMs: 12, summary: "found 3 files" },
      },
    ]);
  });

  it("hands an agent its package, with absolute paths", async () => {
    const { world, task } = startedTask({
      agent: "writer",
      description: "Write it.",
      input: { n: 3 },
      outputs: ["artifacts/a.md", "b.md"],
      acceptance: [{ cmd: "wc -l b.md" }],
      timeoutMs: 9,
      cwd: "sub",
    });
    expect(world.find("t1").package).toEqual({
      purpose: "work",
      run: "r1",
      task: "t1",
      title: "t1",
      description: "Write it.",
      agent: "writer",
      attempt: 1,
      input: { n: 3 },
      reads: [],
      outputs: ["/plans/here/out/a.md", "/plans/here/sub/b.md"],
      criteria: ["artifacts/a.md exists", "b.md exists", "wc -l b.md ends with 0"],
      upstream: {},
      stages: [],
      feedback: [],
      timeoutMs: 9,
    });
    await world.find("t1").end({ summary: "written", data: { lines: 4 }, durationMs: 3 });
    expect(world.find("t1", "checks").checks).toMatchObject({
      paths: [{ path: "/plans/here/out/a.md" }, { path: "/plans/here/sub/b.md" }],
      tests: [{ argv: ["sh", "-c", "wc -l b.md"], timeoutMs: 300_000 }],
      folder: "/plans/here/sub",
    });
    await world.find("t1", "checks").end();
    expect(task.getSnapshot().output).toMatchObject({
      status: "COMPLETED",
      exitCode: 0,
      summary: "written",
      data: { lines: 4 },
      durationMs: 3,
    });
  });

  it("fails at an exit code, and says what the command said last", async () => {
    const { world, task, state, facts } = startedTask();
    await world.find("t1").end({ exitCode: 3, stderr: "oh\nno such thing\n", stdout: "hm" });
    expect(state()).toBe("FAILED");
    const failure = {
      code: "COMMAND_FAILED",
      message: "the command ended with exit code 3: no such thing",
    };
    expect(task.getSnapshot().output).toEqual({
      status: "FAILED",
      attempts: 1,
      exitCode: 3,
      durationMs: 5,
      summary: "hm",
      failure,
    });
    expect(facts.at(-1)).toEqual({
      type: "task.failed",
      v: 1,
      data: { task: "t1", attempts: 1, exitCode: 3, durationMs: 5, failure },
    });
  });

  it("fails where an answer has more data than a record keeps, or no known form", async () => {
    const most = startedTask({ agent: "a" });
    await most.world.find("t1").end({ data: "x".repeat(MAX_DATA - 2) });
    expect(most.state()).toBe("COMPLETED");
    const more = startedTask({ agent: "a" });
    await more.world.find("t1").end({ data: "x".repeat(MAX_DATA - 1) });
    expect(more.task.getSnapshot().output).toMatchObject({
      status: "FAILED",
      failure: { code: "RESULT_INVALID", message: expect.stringContaining("65537 bytes") },
    });
    expect(more.task.getSnapshot().output?.data).toBeUndefined();
    const odd = startedTask({ agent: "a" });
    await odd.world.find("t1").end({ summary: 3 });
    expect(odd.task.getSnapshot().output?.failure?.code).toBe("RESULT_INVALID");
  });

  it("says when an attempt took too long, and of how long it might have", async () => {
    const { world, facts } = startedTask({ timeoutMs: 60 });
    await world
      .find("t1")
      .fail(new TroupeError("COMMAND_TIMEOUT", "it took too long", { data: { durationMs: 70 } }));
    expect(facts).toContainEqual({
      type: "task.timed_out",
      v: 1,
      data: { task: "t1", attempt: 1, timeoutMs: 60 },
    });
  });

  it("says something of an error that says nothing", async () => {
    const { world, task } = startedTask();
    await world.find("t1").fail(null);
    expect(task.getSnapshot().output?.failure).toEqual({
      code: "AGENT_FAILED",
      message: "it failed without a word",
    });
  });

  it("cuts a long last line without halving a character", async () => {
    const { world, task } = startedTask();
    await world.find("t1").end({ stdout: `${"x".repeat(198)}😀${"y".repeat(9)}` });
    expect(task.getSnapshot().output?.summary).toBe(`${"x".repeat(198)}…`);
  });

  it.each<[state: string, rest: object, ends: readonly (Error | undefined)[]]>([
    ["working", {}, []],
    ["testing", { acceptance: [{ cmd: "t" }] }, [undefined]],
    ["judging", { gate: { agent: "judge" } }, [undefined]],
  ])("can be cancelled while %s, which stops what runs", async (when, rest, ends) => {
    const { world, task, state, facts } = startedTask({ agent: "a", ...rest });
    for (const end of ends) await world.open[0]?.end(end);
    expect(state()).toEqual({ RUNNING: when });
    const [work] = world.open;
    task.send({ type: "CANCEL", reason: "enough" });
    expect(state()).toBe("CANCELLED");
    expect(work?.signal.aborted).toBe(true);
    expect(facts.at(-1)).toEqual({
      type: "task.cancelled",
      v: 1,
      data: { task: "t1", reason: "enough" },
    });
  });

  it.each<[state: string, rest: object, end: Error | undefined]>([
    ["retry", { maxRetries: 1 }, new Error("no")],
    ["approval", { approval: ["after"] }, undefined],
    ["branch", { failureRouting: {} }, new Error("no")],
  ])("can be cancelled while it waits (%s), and stays so", async (when, rest, end) => {
    const { world, task, state } = startedTask({ agent: "a", ...rest });
    await world.find("t1").end(end);
    expect(state()).toEqual({ WAITING: when });
    task.send({ type: "CANCEL" });
    expect(task.getSnapshot().output).toMatchObject({ status: "CANCELLED", reason: "", attempts: 1 });
    world.clock.increment(10_000_000);
    await settled();
    expect(world.begun).toEqual(["t1#1"]);
  });
});

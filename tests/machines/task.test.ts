import { getShortestPaths } from "@xstate/graph";
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { TaskFact, TaskOutcome } from "../../src/events/facts/task.ts";
import { MAX_RETRY_DELAY_MS, taskMachine, type TaskEvent } from "../../src/machines/task.ts";
import { factsOf, GOOD, planOf, settled, World } from "./fixture.ts";

function started(rest: object = {}) {
  const world = new World();
  const task = world.task(rest);
  const facts = factsOf(task);
  task.start();
  const state = (): unknown => task.getSnapshot().value;
  const types = (): readonly string[] => facts.map((fact) => TaskFact.parse(fact).type);
  return { world, task, facts, state, types };
}

describe("a task", () => {
  it("waits to be started, runs its command, and says how it ended", async () => {
    const { world, task, facts, state } = started({
      title: "Collect",
      env: { BOTH: "task" },
      cwd: "sub",
    });
    expect(state()).toBe("PENDING");
    task.send({ type: "START" });
    expect(state()).toBe("RUNNING");
    expect(world.find("t1").input).toEqual({
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
      { type: "task.requested", v: 1, data: { task: "t1", title: "Collect" } },
      { type: "task.started", v: 1, data: { task: "t1", attempt: 1 } },
      {
        type: "task.completed",
        v: 1,
        data: { task: "t1", attempts: 1, durationMs: 12, summary: "found 3 files" },
      },
    ]);
  });

  it("fails at an exit code, and says what the command said last", async () => {
    const { world, task, state, facts } = started();
    task.send({ type: "START" });
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
    expect(TaskFact.parse(facts.at(-1))).toEqual({
      type: "task.failed",
      v: 1,
      data: { task: "t1", attempts: 1, exitCode: 3, durationMs: 5, failure },
    });
  });

  it("T-R1: waits delay·2^(attempt−1), capped, before each retry", async () => {
    const { world, task, state, types, facts } = started({ maxRetries: 3, retryDelayMs: 100_000 });
    task.send({ type: "START" });
    for (const delayMs of [100_000, 200_000, MAX_RETRY_DELAY_MS]) {
      await world.find("t1").end({ exitCode: 1 });
      expect(state()).toBe("WAITING");
      expect(TaskFact.parse(facts.at(-1))).toMatchObject({ type: "task.retried", data: { delayMs } });
      world.clock.increment(delayMs - 1);
      expect(state()).toBe("WAITING");
      world.clock.increment(1);
      expect(state()).toBe("RUNNING");
    }
    await world.find("t1").end({ exitCode: null, signal: "SIGSEGV" });
    expect(state()).toBe("FAILED");
    expect(world.begun).toEqual(["t1#1", "t1#2", "t1#3", "t1#4"]);
    expect(task.getSnapshot().output).toMatchObject({
      attempts: 4,
      exitCode: null,
      failure: { message: "the command was ended by SIGSEGV" },
    });
    const round = ["task.started", "task.retried"];
    expect(types()).toEqual([
      "task.requested",
      ...round,
      ...round,
      ...round,
      "task.started",
      "task.failed",
    ]);
  });

  it("retries what threw, and completes when a later attempt does", async () => {
    const { world, task, state } = started({ maxRetries: 1 });
    task.send({ type: "START" });
    await world
      .find("t1")
      .fail(new TroupeError("COMMAND_TIMEOUT", "it took too long", { data: { durationMs: 70 } }));
    expect(state()).toBe("WAITING");
    expect(task.getSnapshot().context.last).toEqual({
      exitCode: null,
      durationMs: 70,
      summary: "",
      failure: { code: "COMMAND_TIMEOUT", message: "it took too long" },
    });
    world.clock.increment(1_000);
    await world.find("t1").end();
    expect(task.getSnapshot().output).toEqual({
      status: "COMPLETED",
      attempts: 2,
      exitCode: 0,
      durationMs: 5,
      summary: "",
    });
  });

  it("retries no command that does not exist", async () => {
    const { world, task, state } = started({ maxRetries: 5 });
    task.send({ type: "START" });
    await world.find("t1").fail({ code: "COMMAND_NOT_FOUND", message: "gone" });
    expect(state()).toBe("FAILED");
  });

  it("says something of an error that says nothing", async () => {
    const { world, task } = started();
    task.send({ type: "START" });
    await world.find("t1").fail(null);
    expect(task.getSnapshot().output?.failure).toEqual({
      code: "COMMAND_FAILED",
      message: "the command failed without a word",
    });
  });

  it.each(["PENDING", "RUNNING", "WAITING"])(
    "can be cancelled while %s, and stays so",
    async (when) => {
      const { world, task, state, facts } = started({ maxRetries: 1 });
      if (when !== "PENDING") task.send({ type: "START" });
      const command = world.open[0];
      if (when === "WAITING") await world.find("t1").end({ exitCode: 1 });
      expect(state()).toBe(when);
      task.send({ type: "CANCEL", reason: "enough" });
      expect(task.getSnapshot()).toMatchObject({
        value: "CANCELLED",
        output: { status: "CANCELLED", reason: "enough" },
      });
      expect(command?.signal.aborted).toBe(when === "RUNNING" ? true : command && false);
      expect(facts.at(-1)).toEqual({
        type: "task.cancelled",
        v: 1,
        data: { task: "t1", reason: "enough" },
      });
      world.clock.increment(10_000_000);
      await settled();
      expect(world.begun).toHaveLength(when === "PENDING" ? 0 : 1);
    },
  );

  it("is skipped only before it starts", () => {
    const { task, state, facts } = started();
    expect(task.getSnapshot().can({ type: "SKIP", blockedBy: "x" })).toBe(true);
    task.send({ type: "SKIP", blockedBy: "build" });
    expect(state()).toBe("SKIPPED");
    expect(task.getSnapshot().output).toMatchObject({
      status: "SKIPPED",
      attempts: 0,
      blockedBy: "build",
    });
    expect(facts.at(-1)).toMatchObject({ type: "task.skipped", data: { blockedBy: "build" } });
    const running = started();
    running.task.send({ type: "START" });
    expect(running.task.getSnapshot().can({ type: "SKIP", blockedBy: "x" })).toBe(false);
    expect(running.task.getSnapshot().can({ type: "START" })).toBe(false);
  });

  it("cuts a long last line without halving a character", async () => {
    const { world, task } = started();
    task.send({ type: "START" });
    await world.find("t1").end({ stdout: `${"x".repeat(198)}😀${"y".repeat(9)}` });
    expect(task.getSnapshot().output?.summary).toBe(`${"x".repeat(198)}…`);
  });

  it("can reach every state, and from every state an end", () => {
    const [task] = planOf([{ id: "t1", run: "x", maxRetries: 1 }]).tasks;
    const done = (exitCode: number) => ({
      type: "xstate.done.actor.command",
      actorId: "command",
      output: { ...GOOD, exitCode },
    });
    const inner = [
      done(0),
      done(1),
      { type: "xstate.error.actor.command", actorId: "command", error: new Error("x") },
      { type: "xstate.after.retry.task.WAITING" },
    ];
    const outer: TaskEvent[] = [
      { type: "START" },
      { type: "SKIP", blockedBy: "a" },
      { type: "CANCEL" },
    ];
    const paths = getShortestPaths(taskMachine, {
      input: { run: "r", folder: "/", artifacts: "/", task, env: {}, passEnv: [] },
      events: [...outer, ...inner] as TaskEvent[], // what the runtime sends is not in the type
      serializeState: ({ value, context }) => JSON.stringify([value, context]),
    } as Parameters<typeof getShortestPaths<typeof taskMachine>>[1]);
    const reached = new Set(paths.map(({ state }) => state.value));
    expect([...reached].toSorted()).toEqual([
      "CANCELLED",
      "COMPLETED",
      "FAILED",
      "PENDING",
      "RUNNING",
      "SKIPPED",
      "WAITING",
    ]);
    for (const { state } of paths)
      expect(state.status === "done" || state.can({ type: "CANCEL" })).toBe(true);
  });
});

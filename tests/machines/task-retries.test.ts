import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { newTask, retryDelayMs } from "../../src/machines/task/standing.ts";
import { factTypes, startedTask, taskInputOf } from "./fixture.ts";

const delayOf = (failures: number, rest: object, run = "r1"): number =>
  retryDelayMs({ ...newTask(taskInputOf(rest, { run })), attempts: failures, failures });

describe("retries", () => {
  it("T-R1: the wait is delay·2^(attempt−1), capped", () => {
    const waits = (rest: object): readonly number[] =>
      [1, 2, 3, 4, 5].map((failures) => delayOf(failures, rest));
    expect(waits({ retryDelayMs: 100 })).toEqual([100, 200, 400, 800, 1_600]);
    expect(waits({ retryDelayMs: 100, maxRetryDelayMs: 500 })).toEqual([100, 200, 400, 500, 500]);
    expect(waits({})).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
    expect(delayOf(100, {})).toBe(300_000);
  });

  test.prop({
    failures: fc.integer({ min: 1, max: 100 }),
    delay: fc.integer({ min: 1, max: 100_000 }),
    run: fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/),
  })("T-R1: jitter is some share of the wait, the same at every replay", ({ failures, delay, run }) => {
    const rest = { retryDelayMs: delay, retryJitter: true };
    const wait = delayOf(failures, rest, run);
    expect(wait).toBeGreaterThanOrEqual(1);
    expect(wait).toBeLessThanOrEqual(delayOf(failures, { retryDelayMs: delay }));
    expect(Number.isInteger(wait)).toBe(true);
    expect(delayOf(failures, rest, run)).toBe(wait);
  });

  it("T-R1: jitter spreads the waits of many runs over all of the time", () => {
    const waits = Array.from({ length: 400 }, (_, n) =>
      delayOf(1, { retryDelayMs: 100_000, retryJitter: true }, `run-${n}`),
    );
    for (let quarter = 0; quarter < 4; quarter++) {
      const inside = waits.filter((wait) => Math.ceil(wait / 25_000) === quarter + 1);
      expect(inside.length).toBeGreaterThan(40);
    }
  });

  it("wait so long before each, and count", async () => {
    const { world, task, state, facts } = startedTask({
      maxRetries: 3,
      retryDelayMs: 100_000,
      maxRetryDelayMs: 300_000,
    });
    for (const delayMs of [100_000, 200_000, 300_000]) {
      await world.find("t1").end({ exitCode: 1 });
      expect(state()).toEqual({ WAITING: "retry" });
      expect(facts.at(-1)).toMatchObject({ type: "task.retried", data: { delayMs } });
      world.clock.increment(delayMs - 1);
      expect(state()).toEqual({ WAITING: "retry" });
      world.clock.increment(1);
      expect(state()).toEqual({ RUNNING: "working" });
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
    expect(factTypes(facts)).toEqual([...round, ...round, ...round, "task.started", "task.failed"]);
  });

  it("end well with the first attempt that does, and tell it what was wrong", async () => {
    const { world, task, state } = startedTask({ maxRetries: 2 });
    await world
      .find("t1")
      .fail(new TroupeError("COMMAND_TIMEOUT", "it took too long", { data: { durationMs: 70 } }));
    expect(task.getSnapshot().context.last).toEqual({
      exitCode: null,
      durationMs: 70,
      summary: "",
      failure: { code: "COMMAND_TIMEOUT", message: "it took too long" },
    });
    world.clock.increment(1_000);
    expect(world.find("t1").package).toMatchObject({ attempt: 2, feedback: ["it took too long"] });
    await world.find("t1").end({ exitCode: 1, stderr: "no such file" });
    world.clock.increment(2_000);
    expect(world.find("t1").package.feedback.join()).toContain("no such file");
    await world.find("t1").end();
    expect(state()).toBe("COMPLETED");
    expect(task.getSnapshot().output).toEqual({
      status: "COMPLETED",
      attempts: 3,
      exitCode: 0,
      durationMs: 5,
      summary: "",
    });
  });

  it.each(["COMMAND_NOT_FOUND", "KIND_INVALID"])(
    "are not made of %s: another attempt would only meet it again",
    async (code) => {
      const { world, state } = startedTask({ maxRetries: 5 });
      await world.find("t1").fail({ code, message: "gone" });
      expect(state()).toBe("FAILED");
    },
  );
});

describe("generate → test → fix, at most 5 retries, is one task", () => {
  const loop = { run: "generate", acceptance: [{ cmd: "test" }], maxRetries: 5 };

  it("fixes what the tests say until they pass", async () => {
    const { world, task, state } = startedTask(loop);
    for (let attempt = 1; attempt <= 3; attempt++) {
      await world.find("t1").end();
      await world.find("t1", "checks").endBadly(`AssertionError: ${attempt}`);
      expect(state()).toEqual({ WAITING: "retry" });
      world.clock.increment(300_000);
      expect(world.find("t1").package.feedback.join()).toContain(`AssertionError: ${attempt}`);
    }
    await world.find("t1").end();
    await world.find("t1", "checks").end();
    expect(state()).toBe("COMPLETED");
    expect(task.getSnapshot().output?.attempts).toBe(4);
  });

  it("gives up behind the fifth retry", async () => {
    const { world, task, state } = startedTask(loop);
    for (let attempt = 1; attempt <= 6; attempt++) {
      await world.find("t1").end();
      await world.find("t1", "checks").endBadly();
      world.clock.increment(300_000);
    }
    expect(state()).toBe("FAILED");
    expect(task.getSnapshot().output).toMatchObject({
      attempts: 6,
      failure: { code: "TESTS_FAILED", message: '"test" ended with 1' },
    });
    expect(world.open).toEqual([]);
  });
});

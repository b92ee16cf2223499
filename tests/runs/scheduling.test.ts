/** Order, retries and results: which task runs when, and what a failure means for the others. */
import { describe, expect, it } from "vitest";
import type { Work } from "../../src/agents/agent.ts";
import { DURABLE, endsOf, runBench, task } from "../support/run-bench.ts";

/** Fails until its nth attempt. */
const failsUntil = (good: number) => async (work: Work) => {
  if (work.attempt < good) throw new Error(`attempt ${work.attempt} failed`);
  return { summary: `attempt ${work.attempt} worked` };
};

describe.each(DURABLE)("the order of tasks, on $name", (engine) => {
  it("S3-004: by dependency, then by priority, then by plan", async () => {
    await using w = await runBench(engine);
    await w.run({
      concurrency: 1,
      tasks: [
        task("low", "works", { priority: "LOW" }),
        task("normal", "works"),
        task("behind", "works", { priority: "URGENT", dependsOn: ["urgent"] }),
        task("second", "works"),
        task("urgent", "works", { priority: "URGENT" }),
      ],
    });
    expect(w.begun).toEqual(["urgent#1", "normal#1", "second#1", "low#1", "behind#1"]);
  });

  it("S3-005: independent tasks run at once, as many as the plan allows", async () => {
    await using w = await runBench(engine);
    await w.start({ concurrency: 2, tasks: ["a", "b", "c"].map((id) => task(id, "held")) });
    const [a, b] = [await w.held("a"), await w.held("b")];
    expect(w.begun).toEqual(["a#1", "b#1"]);
    a.end();
    (await w.held("c")).end();
    b.end();
    expect((await w.over()).status).toBe("COMPLETED");
  });

  it("S3-006: a failure is tried again as often as it may be; then all that rests on it is blocked", async () => {
    await using w = await runBench(engine);
    const tasks = [
      task("a", "fails", { maxRetries: 2, retryDelayMs: 10 }),
      task("b", "works", { dependsOn: ["a"] }),
      task("c", "works", { dependsOn: ["b"] }),
      task("d", "works"),
    ];
    await w.start({ tasks });
    for (const [delay, tried] of [
      [10, 1],
      [20, 2],
    ] as const) {
      await w.until("it waits", async () => (await w.told("task.retried")).length === tried);
      await w.bench.pass(delay);
    }
    const outcome = await w.over();
    expect(outcome.status).toBe("FAILED");
    expect(endsOf(outcome)).toBe("a=FAILED b=SKIPPED c=SKIPPED d=COMPLETED");
    expect(outcome.tasks[0]?.attempts).toBe(3);
    expect((await w.facts("workflow.failed"))[0]?.data).toMatchObject({
      failed: ["a"],
      skipped: [
        { task: "b", blockedBy: "a" },
        { task: "c", blockedBy: "a" },
      ],
    });
  });

  it("S3-008: generate, test and fix is one task, at most five times again", async () => {
    await using w = await runBench(engine);
    const test = { cmd: 'test "$TROUPE_ATTEMPT" -ge 3 || { echo "AssertionError: RSI" >&2; exit 1; }' };
    const fix = task("fix", "works", { acceptance: [test], maxRetries: 5, retryDelayMs: 1 });
    await w.start({ tasks: [fix] });
    const over = async () => {
      await w.bench.pass(16);
      return (await w.workflow.snapshot()).status === "done";
    };
    await w.until("it passes", over);
    const outcome = await w.over();
    expect(outcome.tasks[0]).toMatchObject({ status: "COMPLETED", attempts: 3 });
    expect((await w.facts("task.tested")).map(({ data }) => data["passed"])).toEqual([
      false,
      false,
      true,
    ]);
    expect(w.works[1]?.feedback.join("\n")).toContain("AssertionError: RSI");
  });

  it("S3-013: what takes longer than its time says TIMEOUT in the log", async () => {
    await using w = await runBench(engine);
    await w.start({ tasks: [task("a", "held", { timeoutMs: 1_500 })] });
    await w.held("a");
    await w.bench.pass(1_500);
    expect((await w.over()).tasks[0]?.failure?.code).toBe("ACTIVITY_TIMEOUT");
    const [late] = await w.facts("task.timed_out");
    expect(late?.data).toEqual({ task: "a", attempt: 1, timeoutMs: 1_500 });
  });

  it("S4-003, S4-006: one after the other, each with the results of those that it depends on, by id", async () => {
    const says = async ({ task: id }: Work) => ({ summary: id, data: { from: id } });
    await using w = await runBench(engine, { says });
    const tasks = [
      task("c", "says", { dependsOn: ["b"] }),
      task("b", "says", { dependsOn: ["a"] }),
      task("a", "says"),
    ];
    expect((await w.run({ tasks })).status).toBe("COMPLETED");
    expect(w.begun).toEqual(["a#1", "b#1", "c#1"]);
    expect(w.works.map(({ upstream }) => upstream)).toEqual([
      {},
      { a: { status: "COMPLETED", summary: "a", data: { from: "a" }, outputs: [] } },
      { b: { status: "COMPLETED", summary: "b", data: { from: "b" }, outputs: [] } },
    ]);
  });

  it("S4-005, S4-025, T-R1: two failures, then success: two retries, and the wait has doubled", async () => {
    await using w = await runBench(engine, { third: failsUntil(3) });
    await w.start({ tasks: [task("a", "third", { maxRetries: 2 })] });
    const waiting = (n: number) =>
      w.until("it waits", async () => (await w.told("task.retried")).length === n);
    await waiting(1);
    await w.bench.pass(999);
    expect(w.begun).toEqual(["a#1"]);
    await w.bench.pass(1);
    await waiting(2);
    await w.bench.pass(1_999);
    expect(w.begun).toEqual(["a#1", "a#2"]);
    await w.bench.pass(1);
    const outcome = await w.over();
    expect(outcome.tasks[0]).toMatchObject({ status: "COMPLETED", attempts: 3 });
    const retries = await w.facts("task.retried");
    expect(retries.map(({ data }) => data["delayMs"])).toEqual([1_000, 2_000]);
  });

  it("S4-025: a wait between attempts is never longer than its cap", async () => {
    await using w = await runBench(engine, { third: failsUntil(4) });
    await w.start({
      tasks: [task("a", "third", { maxRetries: 3, retryDelayMs: 100, maxRetryDelayMs: 150 })],
    });
    for (let n = 1; n <= 3; n++) {
      await w.until("it waits", async () => (await w.told("task.retried")).length === n);
      await w.bench.pass(150);
    }
    expect((await w.over()).status).toBe("COMPLETED");
    const retries = await w.facts("task.retried");
    expect(retries.map(({ data }) => data["delayMs"])).toEqual([100, 150, 150]);
  });

  it("S4-022: a task whose condition is not true is skipped, and the log says why", async () => {
    const rates = async () => ({ data: { score: 3 } });
    await using w = await runBench(engine, { rates });
    const outcome = await w.run({
      pattern: "conditional",
      tasks: [
        task("rate", "rates"),
        task("good", "works", { dependsOn: ["rate"], when: "tasks.rate.data.score > 5" }),
        task("bad", "works", { dependsOn: ["rate"], when: "tasks.rate.data.score <= 5" }),
        task("print", "works", { dependsOn: ["good"] }),
      ],
    });
    expect(outcome.status).toBe("COMPLETED");
    expect(endsOf(outcome)).toBe("rate=COMPLETED good=SKIPPED bad=COMPLETED print=SKIPPED");
    expect((await w.facts("task.skipped")).map(({ data }) => data)).toEqual([
      { task: "good", reason: "not so: tasks.rate.data.score > 5" },
      { task: "print", blockedBy: "good" },
    ]);
  });

  it("S4-022: a condition may ask for a failure; without one, a task needs that all before it completed", async () => {
    await using w = await runBench(engine);
    const outcome = await w.run({
      pattern: "conditional",
      tasks: [
        task("a", "fails"),
        task("clean", "works", { dependsOn: ["a"], when: 'tasks.a.status == "FAILED"' }),
        task("go", "works", { dependsOn: ["a"] }),
      ],
    });
    expect(endsOf(outcome)).toBe("a=FAILED clean=COMPLETED go=SKIPPED");
  });

  it("S4-021, S4-028: a generator is asked with the results until it has no more tasks", async () => {
    const rounds = [["b", "c"], ["d"], []];
    const generates = async ({ task: id }: Work) => {
      const ids = rounds[Number(id.replace("generate_", "")) - 1] ?? [];
      return { data: { tasks: ids.map((one) => ({ id: one, agent: "works" })) } };
    };
    await using w = await runBench(engine, { generates });
    const outcome = await w.run({
      pattern: "dynamic",
      tasks: [task("a", "works")],
      generate: { agent: "generates" },
    });
    expect(outcome.status).toBe("COMPLETED");
    expect(endsOf(outcome).replaceAll("=COMPLETED", "")).toBe(
      "a generate_1 b c generate_2 d generate_3",
    );
    const asked = w.works.filter(({ purpose }) => purpose === "generate");
    expect(asked.map(({ upstream }) => Object.keys(upstream))).toEqual([["a"], ["b", "c"], ["d"]]);
    const added = await w.facts("tasks.added");
    expect(added.map(({ data }) => data["by"])).toContain("generate_2");
  });

  it("S4-021, S4-028: what a generator yields must fit into the plan, else it failed", async () => {
    const generates = async () => ({ data: { tasks: [{ id: "a", agent: "works" }] } });
    await using w = await runBench(engine, { generates });
    const outcome = await w.run({
      pattern: "dynamic",
      tasks: [task("a", "works")],
      generate: { agent: "generates" },
    });
    expect(endsOf(outcome)).toBe("a=COMPLETED generate_1=FAILED");
    expect(outcome.tasks[1]?.failure?.code).toBe("RESULT_INVALID");
  });
});

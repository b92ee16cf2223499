/** Parallel runs: branches that know nothing of each other, and how they are joined. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DURABLE, endsOf, runBench, task, textFor } from "../support/run-bench.ts";

const three = (a: string, b: string, c: string, rest: object = {}) => ({
  pattern: "parallel",
  tasks: [task("a", a), task("b", b), task("c", c)],
  ...rest,
});

describe.each(DURABLE)("parallel runs, on $name", (engine) => {
  it("S0-001: tasks without dependencies are one wave, all delegated before anything of the next", async () => {
    await using w = await runBench(engine);
    const tasks = [
      ...["a", "b", "c", "d"].map((id) => task(id, "works")),
      task("e", "works", { dependsOn: ["a", "b"] }),
    ];
    await w.run({ tasks });
    const delegated = await w.facts("task.delegated");
    expect(delegated.map(({ data }) => [data["task"], data["wave"]])).toEqual([
      ["a", 1],
      ["b", 1],
      ["c", 1],
      ["d", 1],
      ["e", 2],
    ]);
    const order = await w.told("task.delegated", "task.started", "task.completed");
    expect(order.slice(0, 4)).toEqual(["a", "b", "c", "d"].map((id) => `task.delegated ${id}`));
    expect(delegated[0]?.data).toMatchObject({ dependsOn: [], outputs: [], agent: "works" });
  });

  it("S0-006: a branch is delegated, begins and completes or fails, each with its time in the log", async () => {
    await using w = await runBench(engine);
    await w.start(three("held", "works", "fails", { join: "settle" }));
    const held = await w.held("a");
    await w.bench.pass(5_000);
    held.end();
    await w.over();
    const of = async (id: string) =>
      (await w.facts()).filter(({ data }) => data["task"] === id).map(({ type, at }) => [type, at]);
    const end = w.bench.clock.now();
    expect(await of("a")).toEqual([
      ["task.delegated", end - 5_000],
      ["task.started", end - 5_000],
      ["task.tested", end],
      ["task.completed", end],
      ["workflow.progressed", end],
    ]);
    expect((await of("c")).map(([type]) => type)).toEqual([
      "task.delegated",
      "task.started",
      "task.failed",
      "workflow.progressed",
    ]);
  });

  it("S0-007: a branch past its time is FAILED for it, and the others go on", async () => {
    await using w = await runBench(engine);
    const tasks = [task("late", "held", { timeoutMs: 30_000 }), task("b", "works"), task("c", "held")];
    await w.start({ pattern: "parallel", join: "settle", tasks });
    const other = await w.held("c");
    await w.held("late");
    await w.bench.pass(30_000);
    expect(await w.told("task.timed_out", "task.failed")).toEqual([
      "task.timed_out late",
      "task.failed late",
    ]);
    expect((await w.workflow.snapshot()).status).toBe("active");
    other.end();
    const outcome = await w.over();
    expect(endsOf(outcome)).toBe("late=FAILED b=COMPLETED c=COMPLETED aggregate=COMPLETED");
    expect(outcome.tasks[0]?.failure?.code).toBe("ACTIVITY_TIMEOUT");
  });

  it("S0-008: by `all` a run with a failed branch fails, makes no result, and keeps the others'", async () => {
    await using w = await runBench(engine);
    const outcome = await w.run(three("works", "fails", "works"));
    expect(outcome.status).toBe("FAILED");
    expect(endsOf(outcome)).toBe("a=COMPLETED b=FAILED c=COMPLETED");
    expect(await w.told("task.delegated")).not.toContain("task.delegated aggregate");
    expect(existsSync(join(w.artifacts, "parallel-r1-1.md"))).toBe(true);
    expect(existsSync(join(w.artifacts, "parallel-r1-3.md"))).toBe(true);
    expect(existsSync(join(w.artifacts, "parallel-result-r1.md"))).toBe(false);
  });

  it("S0-009, S0-012: by `settle` one result is made of what completed, with the rate and the failed branch", async () => {
    await using w = await runBench(engine);
    const outcome = await w.run(three("works", "fails", "works", { join: "settle" }));
    expect(outcome.status).toBe("COMPLETED");
    expect(endsOf(outcome)).toBe("a=COMPLETED b=FAILED c=COMPLETED aggregate=COMPLETED");
    const result = readFileSync(join(w.artifacts, "parallel-result-r1.md"), "utf8");
    expect(result).toContain("# a, attempt 1");
    expect(result).toContain("66.7");
    const report = readFileSync(join(w.artifacts, "report.md"), "utf8");
    for (const line of [
      "Start Time",
      "Expected Completion",
      "Independent Tasks",
      "Specialists",
      "Estimated Time",
      "Total Execution Time",
      "Success Rate",
    ])
      expect(report).toContain(line);
    expect(report).toContain("66.7");
  });

  it("S0-010: outputs are looked for, quality is judged, refinement is asked for, then one result is made", async () => {
    const judge = async ({ task: id, attempt }: { task: string; attempt: number }) => ({
      data: { completeness: id === "b" && attempt < 2 ? 4 : 9, accuracy: 9, issues: ["no sources"] },
    });
    await using w = await runBench(engine, { judge });
    const gate = { agent: "judge" };
    const tasks = ["a", "b"].map((id) => task(id, "works", { gate }));
    const outcome = await w.run({ pattern: "parallel", tasks });
    expect(outcome.tasks.map(({ id, reworks = 0 }) => [id, reworks])).toEqual([
      ["a", 0],
      ["b", 1],
      ["aggregate", 0],
    ]);
    expect(w.works.find(({ task: id, attempt }) => id === "b" && attempt === 2)?.feedback).toEqual([
      "no sources",
    ]);
    expect(await w.said("task/r1:b")).toEqual([
      "task.started",
      "task.tested",
      "gate.evaluated",
      "task.started",
      "task.tested",
      "gate.evaluated",
      "task.completed",
    ]);
    const result = readFileSync(join(w.artifacts, "parallel-result-r1.md"), "utf8");
    expect(result).toContain("## Integration Strategy");
    expect(result).toContain("# b, attempt 2");
  });

  it("S0-010: a branch that leaves its output out is not done", async () => {
    await using w = await runBench(engine, { forgets: async () => ({ summary: "wrote it" }) });
    const outcome = await w.run(three("works", "forgets", "works", { join: "settle" }));
    expect(outcome.tasks[1]?.failure).toMatchObject({ code: "OUTPUT_MISSING" });
  });

  it("S0-013: a branch that ends early is in the log before the others end", async () => {
    await using w = await runBench(engine);
    await w.start(three("works", "held", "held"));
    const [b, c] = [await w.held("b"), await w.held("c")];
    const completed = async () => (await w.board()).counts.completed;
    await w.until("a is over", async () => (await completed()) === 1);
    expect(await w.told("task.completed", "workflow.progressed")).toEqual([
      "task.completed a",
      "workflow.progressed a",
    ]);
    b.end();
    c.end();
    expect((await w.over()).status).toBe("COMPLETED");
  });

  it("T-P2: a quorum joins as soon as so many completed, and calls the rest off", async () => {
    await using w = await runBench(engine);
    await w.start(three("held", "held", "held", { join: "quorum:2" }));
    const [a, b] = [await w.held("a"), await w.held("b"), await w.held("c")];
    a.end();
    b.end();
    const outcome = await w.over();
    expect(endsOf(outcome)).toBe("a=COMPLETED b=COMPLETED c=CANCELLED aggregate=COMPLETED");
    expect(w.works.find(({ task: id }) => id === "c")?.signal.aborted).toBe(true);
  });

  it("S4-004, S3-005: three tasks of 100 ms run beside each other, and take 100 ms in all", async () => {
    const nap = () => new Promise<void>((wake) => void w.bench.clock.after(100, wake));
    const naps = async (work: Parameters<typeof textFor>[0]) => (await nap(), textFor(work));
    await using w = await runBench(engine, { naps });
    const begun = w.bench.clock.now();
    await w.start({ tasks: ["a", "b", "c"].map((id) => task(id, "naps")) });
    await w.until("all are at work", () => w.begun.length === 3);
    await w.bench.pass(100);
    expect((await w.over()).status).toBe("COMPLETED");
    const [end] = await w.facts("workflow.completed");
    expect((end?.at ?? Infinity) - begun).toBeLessThan(200);
  });
});

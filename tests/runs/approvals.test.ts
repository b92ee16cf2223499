/** Humans who decide: waits that survive everything, and answers of which the first counts. */
import { describe, expect, it } from "vitest";
import { DURABLE, endsOf, runBench, task } from "../support/run-bench.ts";

const guarded = (...approval: readonly string[]) => ({
  tasks: [task("a", "works", { approval }), task("b", "works", { dependsOn: ["a"] })],
});

describe.each(DURABLE)("approvals, on $name", (engine) => {
  it("S3-009: it waits for the approval; granted, the task starts", async () => {
    await using w = await runBench(engine);
    await w.start(guarded("before"));
    expect((await w.facts("approval.requested"))[0]?.data).toMatchObject({
      gate: "a:before",
      task: "a",
      kind: "before",
    });
    await w.bench.pass(3_600_000);
    expect(w.begun).toEqual([]);
    await w.tell({ type: "APPROVE", gate: "a:before", by: "eva", comment: "go" });
    expect((await w.over()).status).toBe("COMPLETED");
    expect((await w.facts("approval.granted"))[0]?.data).toEqual({
      gate: "a:before",
      by: "eva",
      comment: "go",
    });
  });

  it("S3-009: denied, the task fails, and what rests on it never starts", async () => {
    await using w = await runBench(engine);
    await w.start(guarded("before"));
    await w.tell({ type: "DENY", gate: "a:before", by: "eva" });
    const outcome = await w.over();
    expect(endsOf(outcome)).toBe("a=FAILED b=SKIPPED");
    expect(outcome.tasks[0]?.failure?.code).toBe("APPROVAL_DENIED");
    expect(w.begun).toEqual([]);
  });

  it("S3-009: an approval behind a task lets the next one start", async () => {
    await using w = await runBench(engine);
    await w.start(guarded("after"));
    await w.until("it is asked", async () => (await w.told("approval.requested")).length === 1);
    expect(w.begun).toEqual(["a#1"]);
    await w.tell({ type: "APPROVE", gate: "a:after" });
    expect((await w.over()).status).toBe("COMPLETED");
  });

  it("S3-009, S4-026: the wait survives crashes and restarts, and nothing is asked twice", async () => {
    await using w = await runBench(engine);
    await w.start(guarded("before", "after"));
    await w.crash();
    await w.tell({ type: "APPROVE", gate: "a:before" });
    await w.until("it is asked", async () => (await w.told("approval.requested")).length === 2);
    await w.reopen();
    await w.crash();
    await w.tell({ type: "APPROVE", gate: "a:after" });
    expect((await w.over()).status).toBe("COMPLETED");
    expect(await w.facts("approval.requested")).toHaveLength(2);
    expect(w.begun).toEqual(["a#1", "b#1"]);
  });

  it("S3-009: the first answer counts; a later one changes nothing, and the log says that it was refused", async () => {
    await using w = await runBench(engine);
    const tasks = [task("a", "held", { approval: ["before"] })];
    await w.start({ tasks });
    await w.tell({ type: "APPROVE", gate: "a:before", by: "eva" });
    await w.crash();
    await w.tell({ type: "DENY", gate: "a:before", by: "tom", comment: "no" });
    (await w.held("a")).end();
    expect((await w.over()).status).toBe("COMPLETED");
    expect((await w.facts("approval.refused")).map(({ data }) => data)).toEqual([
      { gate: "a:before", answer: "denied", first: "granted", by: "tom", comment: "no" },
    ]);
  });

  it("S3-009: of two answers that come at once, one counts and one is refused", async () => {
    await using w = await runBench(engine);
    await w.start({ tasks: [task("a", "held", { approval: ["before"] }), task("x", "held")] });
    const x = await w.held("x");
    const answers = await Promise.all([
      w.workflow.send({ type: "DENY", gate: "a:before", by: "tom" }, { id: "one" }),
      w.workflow.send({ type: "APPROVE", gate: "a:before", by: "eva" }, { id: "other" }),
      // the same answer again is the same answer
      w.workflow.send({ type: "DENY", gate: "a:before", by: "tom" }, { id: "one" }),
    ]);
    expect(new Set(answers.map(({ seq }) => seq)).size).toBe(2);
    x.end();
    expect(endsOf(await w.over())).toBe("a=FAILED x=COMPLETED");
    expect(await w.facts("approval.denied")).toHaveLength(1);
    expect(await w.facts("approval.granted")).toHaveLength(0);
    expect(await w.facts("approval.refused")).toHaveLength(1);
  });

  it("S3-009: an unknown gate, and one that nobody asks about yet, are refused, and nothing is written", async () => {
    await using w = await runBench(engine);
    await w.start(guarded("before", "after"));
    const before = (await w.bench.types("workflow/r1")).length;
    for (const gate of ["b:before", "a:after", "a:before~2", "nonsense", "a:quality"])
      await expect(w.workflow.send({ type: "APPROVE", gate })).rejects.toMatchObject({
        code: "EVENT_REFUSED",
      });
    expect(await w.bench.types("workflow/r1")).toHaveLength(before);
  });

  it("S3-009: a task that waits for a human holds no place", async () => {
    await using w = await runBench(engine);
    await w.start({
      concurrency: 1,
      tasks: [task("a", "works", { approval: ["after"] }), task("b", "works")],
    });
    await w.until("b is over", async () => (await w.told("task.completed")).length === 1);
    expect(w.begun).toEqual(["a#1", "b#1"]);
    await w.tell({ type: "APPROVE", gate: "a:after" });
    expect((await w.over()).status).toBe("COMPLETED");
  });
});

/** Leading a run: its states, pause, resume, cancel, and what is refused. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseBody } from "../../src/events/record.ts";
import { DURABLE, endsOf, runBench, task } from "../support/run-bench.ts";

const chain = (...agents: readonly string[]) => ({
  tasks: agents.map((agent, n) => task(`t${n + 1}`, agent, { dependsOn: n === 0 ? [] : [`t${n}`] })),
});

describe.each(DURABLE)("leading a run, on $name", (engine) => {
  it("S4-010, S4-029: a run is PENDING, RUNNING, PAUSED and COMPLETED, in the log as well", async () => {
    await using w = await runBench(engine);
    await w.start(chain("held", "works"));
    const held = await w.held("t1");
    await w.tell({ type: "PAUSE" });
    await w.tell({ type: "RESUME" });
    held.end();
    await w.over();
    const records = await w.bench.records("workflow/r1");
    const states = records.map(({ body: { state } }) =>
      typeof state === "string" ? state : Object.keys(Object(state))[0],
    );
    expect([...new Set(states)]).toEqual(["PENDING", "RUNNING", "PAUSED", "COMPLETED"]);
    expect(await w.said("workflow/r1")).toEqual([
      "workflow.started",
      "task.delegated",
      "workflow.paused",
      "workflow.resumed",
      "workflow.progressed",
      "task.delegated",
      "workflow.completed",
    ]);
  });

  it("S4-029: a run that failed is FAILED, one that was cancelled is CANCELLED", async () => {
    await using w = await runBench(engine);
    expect((await w.run(chain("fails"))).status).toBe("FAILED");
    await using other = await runBench(engine);
    await other.start(chain("held"));
    await other.tell({ type: "CANCEL" });
    expect((await other.over()).status).toBe("CANCELLED");
    expect((await other.workflow.snapshot()).value).toBe("CANCELLED");
  });

  it("S4-010: a command that does not fit the present state is refused, with those that do", async () => {
    await using w = await runBench(engine);
    await w.start(chain("held"));
    const resume = w.workflow.send({ type: "RESUME" });
    await expect(resume).rejects.toMatchObject({ code: "EVENT_REFUSED" });
    const accepts = await resume.catch((error: { data: { accepts: string[] } }) => error.data.accepts);
    expect(accepts).toEqual(expect.arrayContaining(["CANCEL", "PAUSE", "CHECKPOINT"]));
    await w.tell({ type: "PAUSE" });
    const unknown = w.workflow.send({ type: "RESTART", from: "nobody" });
    await expect(unknown).rejects.toMatchObject({ code: "EVENT_REFUSED" });
    (await w.held("t1")).end();
    await w.tell({ type: "RESUME" });
    await w.over();
    const late = w.workflow.send({ type: "PAUSE" });
    await expect(late).rejects.toMatchObject({ code: "EVENT_REFUSED" });
  });

  it("S4-030: starts, ends and failures of tasks and of the run are facts", async () => {
    await using w = await runBench(engine);
    await w.run({ tasks: [task("a", "works"), task("b", "fails")] });
    const types = new Set((await w.facts()).map(({ type }) => type));
    for (const type of [
      "workflow.started",
      "task.started",
      "task.completed",
      "task.failed",
      "workflow.failed",
    ])
      expect(types).toContain(type);
    await using other = await runBench(engine);
    await other.run(chain("works"));
    expect(await other.told("workflow.completed")).toHaveLength(1);
  });

  it("S4-031, T-R7: paused, nothing new starts and what runs finishes; resumed, it goes on from there", async () => {
    await using w = await runBench(engine);
    await w.start(chain("held", "works", "works"));
    const held = await w.held("t1");
    await w.tell({ type: "PAUSE", reason: "lunch" });
    held.end();
    await w.until("t1 is over", async () => (await w.told("task.completed")).length === 1);
    await w.bench.pass(3_600_000);
    expect(w.begun).toEqual(["t1#1"]);
    await w.crash();
    await w.bench.pass(3_600_000);
    expect(w.begun).toEqual(["t1#1"]);
    await w.tell({ type: "RESUME" });
    expect((await w.over()).status).toBe("COMPLETED");
    expect(w.begun).toEqual(["t1#1", "t2#1", "t3#1"]);
    expect((await w.facts("workflow.paused"))[0]?.data).toEqual({ hard: false, reason: "lunch" });
  });

  it("T-R7: a hard pause stops what runs; resumed, it runs again as the same attempt", async () => {
    await using w = await runBench(engine);
    await w.start(chain("held", "works"));
    const held = await w.held("t1");
    await w.tell({ type: "PAUSE", hard: true });
    expect(held.work.signal.aborted).toBe(true);
    expect(await w.told("task.held")).toEqual(["task.held t1"]);
    await w.reopen();
    await w.bench.pass(3_600_000);
    expect(w.begun).toEqual(["t1#1"]);
    await w.tell({ type: "RESUME" });
    (await w.held("t1")).end();
    const outcome = await w.over();
    expect(outcome.tasks[0]?.attempts).toBe(1);
    expect(w.begun).toEqual(["t1#1", "t1#1", "t2#1"]);
  });

  it("S4-031: cancelled, what runs is stopped, nothing new starts, and the run is CANCELLED", async () => {
    await using w = await runBench(engine);
    await w.start({
      concurrency: 1,
      tasks: [task("a", "held"), task("b", "works"), task("c", "works")],
    });
    const held = await w.held("a");
    await w.tell({ type: "CANCEL", reason: "enough" });
    const outcome = await w.over();
    expect(held.work.signal.aborted).toBe(true);
    expect(outcome.status).toBe("CANCELLED");
    expect(endsOf(outcome)).toBe("a=CANCELLED b=CANCELLED c=CANCELLED");
    expect(w.begun).toEqual(["a#1"]);
    expect((await w.facts("workflow.cancelled"))[0]?.data["reason"]).toBe("enough");
  });

  it("S4-031: one task may be cancelled; what rests on it is skipped, the rest goes on", async () => {
    await using w = await runBench(engine);
    await w.start({
      tasks: [task("a", "held"), task("b", "works", { dependsOn: ["a"] }), task("c", "held")],
    });
    const c = await w.held("c");
    await w.held("a");
    await w.tell({ type: "CANCEL", task: "a" });
    c.end();
    expect(endsOf(await w.over())).toBe("a=CANCELLED b=SKIPPED c=COMPLETED");
  });

  it("S3-010: a copy of what was made so far is kept on demand, as it was then", async () => {
    await using w = await runBench(engine);
    await w.start({
      tasks: [
        task("a", "works", { outputs: ["artifacts/a.md"] }),
        task("b", "held", { outputs: ["artifacts/b.md"], dependsOn: ["a"] }),
      ],
    });
    const b = await w.held("b");
    await w.tell({ type: "CHECKPOINT", name: "before-b" });
    expect((await w.facts("workflow.checkpointed"))[0]?.data).toEqual({
      name: "before-b",
      outputs: ["artifacts/a.md"],
    });
    const copy = join(w.artifacts, "checkpoints/before-b/artifacts/a.md");
    b.end();
    await w.over();
    expect(readFileSync(copy, "utf8")).toContain("# a, attempt 1");
  });

  it("S4-011: two of four done is half of it, in the log and in the run's state", async () => {
    await using w = await runBench(engine);
    await w.start(chain("works", "works", "held", "works"));
    const held = await w.held("t3");
    const { counts } = await w.board();
    expect(counts).toEqual({ total: 4, completed: 2, failed: 0, cancelled: 0, skipped: 0 });
    expect((await w.facts("workflow.progressed")).at(-1)?.data).toEqual({
      task: "t2",
      status: "COMPLETED",
      counts,
    });
    held.end();
    await w.over();
  });

  it("S4-009, S4-032: whoever listens hears each fact once it is on disk; one who throws stops nothing", async () => {
    await using w = await runBench(engine);
    const heard: string[] = [];
    await w.start(chain("held", "works", "fails"));
    const held = await w.held("t1");
    const end = w.workflow.on("workflow.progressed", ({ data }) => {
      heard.push(String(Object(data).task));
      throw new Error("I do not care");
    });
    held.end();
    expect((await w.over()).status).toBe("FAILED");
    end();
    expect(heard).toEqual(["t1", "t2"]);
  });

  it("S4-032: the log is read as it grows", async () => {
    await using w = await runBench(engine);
    await w.start(chain("held", "works"));
    const held = await w.held("t1");
    const stop = new AbortController();
    const types: string[] = [];
    // as somebody who only reads: a host's own reading would never let the bench settle
    await using log = await w.bench.open();
    const reading = (async () => {
      for await (const { stream, body } of log.scan({ live: true, signal: stop.signal })) {
        types.push(...(parseBody(body, stream).facts ?? []).map(({ type }) => type));
        if (types.includes("workflow.completed")) return;
      }
    })();
    await w.until("the past is read", () => types.includes("task.started"));
    expect(types).not.toContain("task.completed");
    held.end();
    await w.over();
    await reading;
    stop.abort();
    expect(types.filter((type) => type === "task.completed")).toHaveLength(2);
  });
});

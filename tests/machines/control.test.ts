import { describe, expect, it } from "vitest";
import { planOf, started, World } from "./fixture.ts";

const x = (id: string, rest: object = {}) => ({ id, run: "x", ...rest });
const CHAIN = [x("a"), x("b", { dependsOn: ["a"] }), x("c", { dependsOn: ["b"] }), x("free")];

describe("pause", () => {
  it("starts no new task; what runs finishes; resume goes on from there", async () => {
    const { world, run, facts } = started(planOf(CHAIN));
    run.send({ type: "PAUSE", reason: "night" });
    expect(run.getSnapshot().value).toBe("PAUSED");
    expect(facts.at(-1)).toEqual({
      type: "workflow.paused",
      v: 1,
      data: { hard: false, reason: "night" },
    });
    expect(world.stopped).toEqual([]);
    await world.finish();
    expect(world.begun).toEqual(["a#1", "free#1"]);
    run.send({ type: "RESUME" });
    expect(facts).toContainEqual({ type: "workflow.resumed", v: 1, data: {} });
    expect(world.names()).toEqual(["b"]);
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
    expect(world.begun).toEqual(["a#1", "free#1", "b#1", "c#1"]);
  });

  it("hard, stops what runs, and runs it again on resume", async () => {
    const { world, run } = started(planOf(CHAIN));
    run.send({ type: "PAUSE", hard: true });
    expect(world.names()).toEqual([]);
    expect(world.stopped.map(({ task }) => task)).toEqual(["a", "free"]);
    run.send({ type: "RESUME" });
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
    expect(world.begun).toEqual(["a#1", "free#1", "a#1", "free#1", "b#1", "c#1"]);
    expect(world.starts.get("a")).toBe(1);
    expect(run.getSnapshot().output?.tasks[0]?.attempts).toBe(1);
  });

  it("soft, may become hard", () => {
    const { world, run } = started(planOf(CHAIN));
    run.send({ type: "PAUSE" });
    run.send({ type: "PAUSE", hard: true });
    expect(world.names()).toEqual([]);
    run.send({ type: "RESUME" });
    expect(world.names()).toEqual(["a", "free"]);
  });

  it("before anything began, begins nothing; the run has said that it started", async () => {
    const world = new World();
    const run = world.workflow(planOf(CHAIN));
    const types: string[] = [];
    run.on("*", ({ type }) => types.push(type));
    run.start();
    run.send({ type: "PAUSE" });
    world.clock.increment(0);
    expect(world.begun).toEqual([]);
    expect(types).toEqual(["workflow.started", "workflow.paused"]);
    run.send({ type: "RESUME" });
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
    expect(types.filter((type) => type === "workflow.started")).toHaveLength(1);
  });

  it("holds a saga's compensations back, too", async () => {
    const { world, run } = started(
      planOf([x("a", { compensate: { run: "undo" } }), x("b")], { pattern: "saga" }),
    );
    await world.find("a").end();
    run.send({ type: "PAUSE" });
    await world.find("b").end({ exitCode: 1 });
    expect(world.names()).toEqual([]);
    run.send({ type: "RESUME" });
    expect(world.names()).toEqual(["a_compensation:compensate"]);
  });
});

describe("cancel", () => {
  it("stops what runs, starts nothing more, and says why", async () => {
    const { world, run, facts, ends } = started(planOf(CHAIN));
    run.send({ type: "CANCEL", reason: "lunch" });
    expect(run.getSnapshot()).toMatchObject({ value: "CANCELLED", status: "done", children: {} });
    expect(world.stopped.map(({ task }) => task)).toEqual(["a", "free"]);
    expect(new Set(Object.values(ends()))).toEqual(new Set(["CANCELLED"]));
    expect(facts).toContainEqual({
      type: "tasks.cancelled",
      v: 1,
      data: { tasks: ["b", "c"], reason: "lunch" },
    });
    expect(facts.at(-1)).toMatchObject({
      type: "workflow.cancelled",
      data: { reason: "lunch", counts: { cancelled: 4 } },
    });
    expect(world.said.get("a")?.at(-1)).toMatchObject({ data: { reason: "lunch" } });
  });

  it("of a run that has not begun, or is paused, ends it as well", () => {
    const world = new World();
    const pending = world.workflow(planOf(CHAIN));
    pending.start();
    pending.send({ type: "CANCEL" });
    expect(pending.getSnapshot().value).toBe("CANCELLED");
    expect(world.begun).toEqual([]);
    const { run } = started(planOf(CHAIN));
    run.send({ type: "PAUSE", hard: true });
    run.send({ type: "CANCEL" });
    expect(run.getSnapshot()).toMatchObject({ value: "CANCELLED", children: {} });
  });

  it("of one task blocks what hangs on it, and leaves the rest", async () => {
    const { world, run, ends, can } = started(planOf(CHAIN));
    run.send({ type: "CANCEL", task: "a", reason: "no" });
    expect(world.stopped.map(({ task }) => task)).toEqual(["a"]);
    expect(can({ type: "CANCEL", task: "a" })).toBe(false);
    await world.finish();
    expect(run.getSnapshot().value).toBe("FAILED");
    expect(ends()).toMatchObject({ a: "CANCELLED", b: "SKIPPED by a", free: "COMPLETED" });
  });

  it("of a task that waits for a place, keeps it from ever starting", async () => {
    const tasks = ["a", "b", "c"].map((id) => x(id));
    const { world, run, ends, facts } = started(planOf(tasks, { concurrency: 1 }));
    run.send({ type: "CANCEL", task: "b", reason: "not now" });
    expect(facts.at(-1)).toMatchObject({ type: "tasks.cancelled", data: { tasks: ["b"] } });
    await world.finish();
    expect(ends()).toEqual({ a: "COMPLETED", b: "CANCELLED", c: "COMPLETED" });
    expect(world.starts.has("b")).toBe(false);
  });
});

describe("restart", () => {
  it("does a task again and what rests on it; what came before stays", async () => {
    const { world, run, facts } = started(planOf(CHAIN));
    await world.find("a").end({ stdout: "first" });
    await world.find("b").end();
    const running = world.find("c");
    run.send({ type: "RESTART", from: "b" });
    expect(running.signal.aborted).toBe(true);
    expect(facts.find(({ type }) => type === "workflow.restarted")).toMatchObject({
      data: { from: "b", tasks: ["b", "c"] },
    });
    expect(world.names()).toEqual(["free", "b"]);
    expect(world.find("b").package.upstream["a"]?.summary).toBe("first");
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
    expect(Object.fromEntries(world.starts)).toEqual({ a: 1, b: 2, c: 2, free: 1 });
    const counts = { total: 4, completed: 4, failed: 0, cancelled: 0, skipped: 0 };
    expect(facts.at(-1)).toMatchObject({ data: { counts } });
  });

  it("of a failed task lets what it blocked run after all", async () => {
    const { world, run, ends } = started(planOf(CHAIN));
    await world.find("a").end({ exitCode: 1 });
    run.send({ type: "RESTART", from: "a" });
    await world.finish();
    expect(ends()).toEqual({ a: "COMPLETED", b: "COMPLETED", c: "COMPLETED", free: "COMPLETED" });
  });

  it("of a task that waits for a place starts it once", async () => {
    const { world, run } = started(planOf([x("a"), x("b")], { concurrency: 1 }));
    run.send({ type: "RESTART", from: "b" });
    await world.finish();
    expect(world.begun).toEqual(["a#1", "b#1"]);
    expect(run.getSnapshot().context.board.ready).toEqual([]);
  });

  it("while paused, starts with the resume", async () => {
    const { world, run } = started(planOf(CHAIN));
    await world.find("a").end();
    run.send({ type: "PAUSE" });
    run.send({ type: "RESTART", from: "a" });
    expect(world.names()).toEqual(["free"]);
    run.send({ type: "RESUME" });
    expect(world.names()).toEqual(["free", "a"]);
  });

  it("asks nobody twice who has agreed already, and lets what runs elsewhere run", async () => {
    const tasks = [x("a"), x("b", { approval: ["before"] }), x("c", { approval: ["before"] })];
    const { world, run, can } = started(planOf(tasks, { concurrency: 1 }));
    run.send({ type: "APPROVE", gate: "b:before" });
    run.send({ type: "RESTART", from: "a" });
    expect(can({ type: "APPROVE", gate: "c:before" })).toBe(true);
    expect(run.getSnapshot().context.board.tasks.flat()[1]?.gates?.before?.answers).toHaveLength(1);
    await world.finish();
    expect(world.starts.get("b")).toBe(1);
  });

  it("from a task of a later round keeps the rounds before it as they ended", async () => {
    const plan = planOf([x("a"), x("b")], { pattern: "parallel", join: "settle" });
    const { world, run, facts } = started(plan);
    await world.find("b").end({ exitCode: 1 });
    await world.find("a").end();
    await world.find("a", "checks").end();
    run.send({ type: "RESTART", from: "aggregate" });
    expect(world.names()).toEqual(["aggregate:aggregate"]);
    await world.finish();
    expect(Object.fromEntries(world.starts)).toEqual({ a: 1, b: 1, aggregate: 2 });
    expect(facts.filter(({ type }) => type === "tasks.added")).toHaveLength(1);
    expect(run.getSnapshot().value).toBe("COMPLETED");
  });

  it("from a task of an earlier round lets the later rounds come anew", async () => {
    const plan = planOf([x("a"), x("b")], { pattern: "parallel" });
    const { world, run } = started(plan);
    for (const id of ["a", "b"]) {
      await world.find(id).end();
      await world.find(id, "checks").end();
    }
    const aggregate = world.find("aggregate");
    run.send({ type: "RESTART", from: "b" });
    expect(aggregate.signal.aborted).toBe(true);
    expect(world.names()).toEqual(["b"]);
    await world.finish();
    expect(Object.fromEntries(world.starts)).toEqual({ a: 1, b: 2, aggregate: 2 });
    expect(run.getSnapshot().value).toBe("COMPLETED");
  });
});

describe("checkpoint", () => {
  it("keeps a copy of what is done, and the run waits for it", async () => {
    const { world, run, facts } = started(planOf([x("a", { outputs: ["artifacts/a.md"] }), x("b")]));
    await world.find("a").end();
    await world.find("a", "checks").end();
    run.send({ type: "CHECKPOINT", name: "one" });
    expect(facts.at(-1)).toEqual({
      type: "workflow.checkpointed",
      v: 1,
      data: { name: "one", outputs: ["artifacts/a.md"] },
    });
    expect(world.find("one", "keep").input).toEqual({
      name: "one",
      artifacts: "/plans/here/out",
      outputs: ["/plans/here/out/a.md"],
    });
    await world.find("b").end();
    expect(run.getSnapshot().status).toBe("active");
    await world.find("one").end();
    expect(run.getSnapshot().value).toBe("COMPLETED");
  });

  it("that fails is an alert, and no failure of the run", async () => {
    const { world, run, facts } = started(planOf([x("a")]));
    run.send({ type: "CHECKPOINT", name: "one" });
    await world.find("one").fail(new Error("disk full"));
    expect(facts.at(-1)).toMatchObject({
      data: { severity: "warning", code: "checkpoint_failed", message: "disk full" },
    });
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
  });

  it("is refused while the report is written: nothing would wait for it", async () => {
    const { world, run, can } = started(planOf([x("a")], { pattern: "conditional" }));
    await world.find("a").end();
    expect(run.getSnapshot().value).toEqual({ RUNNING: "reporting" });
    expect(can({ type: "CHECKPOINT", name: "one" })).toBe(false);
    expect(can({ type: "CANCEL" })).toBe(false);
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
  });
});

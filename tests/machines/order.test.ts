import { describe, expect, it } from "vitest";
import { initialTransition, transition } from "xstate";
import { WorkflowOutcome } from "../../src/events/facts/workflow.ts";
import { graphOf } from "../../src/machines/workflow/graph.ts";
import { workflowMachine } from "../../src/machines/workflow/workflow.ts";
import { PLACE, planOf, started, World } from "./fixture.ts";

const x = (id: string, rest: object = {}) => ({ id, run: "x", ...rest });

/** a → b → d, a → c, e alone. */
const TREE = [
  x("a"),
  x("b", { dependsOn: ["a"] }),
  x("c", { dependsOn: ["a"] }),
  x("d", { dependsOn: ["b"] }),
  x("e"),
];

describe("a workflow", () => {
  it("is PENDING first, then RUNNING, and begins nothing before", () => {
    const world = new World();
    const run = world.workflow(planOf(TREE));
    run.start();
    expect(run.getSnapshot().value).toBe("PENDING");
    expect(world.begun).toEqual([]);
    world.clock.increment(0);
    expect(run.getSnapshot().value).toEqual({ RUNNING: "dispatching" });
  });

  it("refuses what its state does not know", () => {
    const [pending] = initialTransition(workflowMachine, { ...PLACE, plan: planOf(TREE) });
    expect(pending.can({ type: "RESUME" })).toBe(false);
    expect(pending.can({ type: "RESTART", from: "a" })).toBe(false);
    expect(pending.can({ type: "CANCEL", task: "a" })).toBe(false);
    const { run, can } = started(planOf(TREE));
    expect(can({ type: "RESUME" })).toBe(false);
    expect(can({ type: "RESTART", from: "nobody" })).toBe(false);
    expect(can({ type: "APPROVE", gate: "a:before" })).toBe(false);
    expect(can({ type: "CANCEL", task: "nobody" })).toBe(false);
    run.send({ type: "PAUSE" });
    expect(can({ type: "PAUSE" })).toBe(false);
    run.send({ type: "PAUSE", hard: true });
    expect(can({ type: "PAUSE", hard: true })).toBe(false);
  });

  it("runs what may run at once, and the rest behind what it depends on", async () => {
    const { world, run, types, facts } = started(planOf(TREE));
    expect(world.names()).toEqual(["a", "e"]);
    await world.find("a").end({ stdout: "3 files\n", data: { n: 3 } });
    expect(world.names()).toEqual(["e", "b", "c"]);
    expect(world.find("b").package.upstream).toEqual({
      a: { status: "COMPLETED", summary: "3 files", data: { n: 3 }, outputs: [] },
    });
    await world.find("b").end();
    await world.find("d").end();
    await world.find("e").end();
    expect(run.getSnapshot().status).toBe("active");
    await world.find("c").end();
    expect(run.getSnapshot()).toMatchObject({ status: "done", value: "COMPLETED", children: {} });
    const output = WorkflowOutcome.parse(run.getSnapshot().output);
    expect(output.tasks.map(({ id }) => id)).toEqual(["a", "b", "c", "d", "e"]);
    const shown = types().filter((type) => type !== "task.delegated");
    expect(shown).toEqual([
      "workflow.started",
      ...Array.from({ length: 4 }, () => "workflow.progressed"),
      "workflow.completed",
    ]);
    expect(facts.find(({ type }) => type === "workflow.progressed")).toMatchObject({
      data: { task: "a", status: "COMPLETED", counts: { total: 5, completed: 1 } },
    });
  });

  it("hands over a package for each, before any of them is started", () => {
    const { facts } = started(planOf([x("a", { timeoutMs: 9 }), x("b"), x("c", { agent: undefined })]));
    const [first, ...rest] = facts.filter(({ type }) => type === "task.delegated");
    expect(first).toEqual({
      type: "task.delegated",
      v: 1,
      data: {
        task: "a",
        title: "a",
        wave: 1,
        dependsOn: [],
        outputs: [],
        input_artifacts: [],
        timeoutMs: 9,
      },
    });
    expect(rest).toMatchObject([{ data: { task: "b" } }, { data: { task: "c" } }]);
  });

  it("starts by wave, then priority, then plan order, no more than `concurrency`", async () => {
    const plan = planOf(
      [
        x("late", { dependsOn: ["low"], priority: "URGENT" }),
        x("low", { priority: "LOW" }),
        x("normal"),
        x("high", { priority: "HIGH" }),
        x("urgent", { priority: "URGENT" }),
        x("other"),
      ],
      { concurrency: 2 },
    );
    const { world } = started(plan);
    expect(world.names()).toEqual(["urgent", "high"]);
    await world.finish();
    const order = ["urgent", "high", "normal", "other", "low", "late"];
    expect(world.begun).toEqual(order.map((id) => `${id}#1`));
    expect(graphOf(plan.tasks).wave).toEqual([2, 1, 1, 1, 1, 1]);
  });

  it("passes an earlier wave on, whatever is urgent behind it", async () => {
    const plan = planOf([x("a"), x("b"), x("c"), x("d", { dependsOn: ["a"], priority: "URGENT" })], {
      concurrency: 1,
    });
    const { world } = started(plan);
    await world.finish();
    expect(world.begun).toEqual(["a#1", "b#1", "c#1", "d#1"]);
  });

  it("skips what hangs on a failed task, names that task, and finishes the rest", async () => {
    const { world, run, facts, ends, types } = started(planOf(TREE));
    await world.find("a").end({ exitCode: 2 });
    expect(run.getSnapshot().value).toEqual({ RUNNING: "dispatching" });
    await world.find("e").end();
    expect(run.getSnapshot().value).toBe("FAILED");
    expect(ends()).toEqual({
      a: "FAILED",
      b: "SKIPPED by a",
      c: "SKIPPED by a",
      d: "SKIPPED by a",
      e: "COMPLETED",
    });
    expect(facts.at(-1)).toMatchObject({
      type: "workflow.failed",
      data: {
        counts: { total: 5, completed: 1, failed: 1, skipped: 3, cancelled: 0 },
        failed: ["a"],
        skipped: ["b", "c", "d"].map((task) => ({ task, blockedBy: "a" })),
      },
    });
    expect(types().filter((type) => type === "task.skipped")).toHaveLength(3);
    expect([...world.starts.keys()]).toEqual(["a", "e"]);
  });

  it("takes a task whose actor broke as failed, and a second end not at all", async () => {
    const { run, world } = started(planOf(TREE));
    const broke = { type: "xstate.error.actor.a", actorId: "a", error: new Error("parked") } as const;
    run.send(broke);
    const { board } = run.getSnapshot().context;
    run.send(broke);
    const output = {
      status: "COMPLETED",
      attempts: 1,
      exitCode: 0,
      durationMs: 1,
      summary: "",
    } as const;
    run.send({ type: "xstate.done.actor.zzz", actorId: "zzz", output });
    run.send({ type: "xstate.done.actor.a", actorId: "a", output });
    expect(run.getSnapshot().context.board).toBe(board);
    expect(board.counts).toMatchObject({ failed: 1 });
    expect(world.names()).toEqual(["e"]);
  });

  it("takes what was carried over as done, when its turn comes", async () => {
    const done = {
      status: "COMPLETED",
      attempts: 2,
      exitCode: 0,
      durationMs: 1,
      summary: "old",
    } as const;
    const { world, run, facts } = started(planOf(TREE), {
      carried: { a: done, b: done },
      restarts: { run: "r0", from: "c" },
    });
    expect(facts[0]).toMatchObject({ data: { restarts: { run: "r0", from: "c" } } });
    expect(world.names()).toEqual(["e", "c", "d"]);
    expect(world.find("d").package.upstream["b"]?.summary).toBe("old");
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
    expect(world.starts.has("a")).toBe(false);
  });

  it("that is cancelled while its tasks end can not be cancelled again, and starts nothing", () => {
    const plan = planOf(TREE, { concurrency: 1 });
    const [pending] = initialTransition(workflowMachine, { ...PLACE, plan });
    const after = "xstate.after.0.workflow.PENDING";
    // what the runtime sends is not in the type
    const [running] = transition(workflowMachine, pending, { type: after } as never);
    const [cancelling, actions] = transition(workflowMachine, running, { type: "CANCEL" });
    expect(cancelling.value).toEqual({ RUNNING: "cancelling" });
    expect(cancelling.can({ type: "CANCEL" })).toBe(false);
    expect(actions.map(({ type }) => type)).toEqual(["xstate.emit", "xstate.sendTo"]);
    const output = {
      status: "COMPLETED",
      attempts: 1,
      exitCode: 0,
      durationMs: 1,
      summary: "",
    } as const;
    const done = { type: "xstate.done.actor.a", actorId: "a", output } as const;
    const [over] = transition(workflowMachine, cancelling, done);
    expect(over).toMatchObject({ status: "done", value: "CANCELLED" });
    expect(over.output?.tasks.map(({ status }) => status)).toEqual([
      "COMPLETED",
      ...Array.from({ length: 4 }, () => "CANCELLED"),
    ]);
  });
});

describe("conditions", () => {
  const whenOf = (when: string) =>
    started(planOf([x("a"), x("b", { dependsOn: ["a"], when }), x("c", { dependsOn: ["b"] })]));

  it.each([
    ["tasks.a.data.n > 2", "COMPLETED", "COMPLETED", "COMPLETED"],
    ["tasks.a.data.n > 3", "SKIPPED", "SKIPPED by b", "COMPLETED"],
    ["tasks.a.status == 'COMPLETED'", "COMPLETED", "COMPLETED", "COMPLETED"],
    ["tasks.a.data.nothing", "FAILED", "SKIPPED by b", "FAILED"],
    ["tasks.a.data.n", "FAILED", "SKIPPED by b", "FAILED"],
  ])("%s: %s, and what hangs on it %s", async (when, b, c, value) => {
    const { world, run, ends } = whenOf(when);
    await world.finish(() => ({ data: { n: 3 } }));
    expect(ends()).toEqual({ a: "COMPLETED", b, c });
    expect(run.getSnapshot().value).toBe(value);
  });

  it("say why a task was skipped", async () => {
    const { world, facts, run } = whenOf("tasks.a.data.n > 3");
    await world.finish(() => ({ data: { n: 3 } }));
    const skipped = facts.filter(({ type }) => type === "task.skipped");
    expect(skipped.map(({ data }) => data)).toEqual([
      { task: "b", reason: "not so: tasks.a.data.n > 3" },
      { task: "c", blockedBy: "b" },
    ]);
    expect(run.getSnapshot().output?.tasks[1]?.reason).toBe("not so: tasks.a.data.n > 3");
  });

  it("look at a task that failed, too; without its data they are not true", async () => {
    const mends = whenOf("tasks.a.status != 'COMPLETED'");
    await mends.world.find("a").end({ exitCode: 1 });
    expect(mends.world.names()).toEqual(["b"]);
    await mends.world.finish();
    expect(mends.run.getSnapshot().value).toBe("FAILED");
    const asks = whenOf("tasks.a.data.n > 2");
    await asks.world.find("a").end({ exitCode: 1 });
    expect(asks.ends()).toEqual({ a: "FAILED", b: "SKIPPED", c: "SKIPPED by b" });
  });
});

import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { initialTransition, transition } from "xstate";
import { WorkflowFact, WorkflowOutcome } from "../../src/events/facts/workflow.ts";
import type { Plan } from "../../src/events/plan/plan.ts";
import { endTask, newBoard, startReady } from "../../src/machines/board.ts";
import { workflowMachine } from "../../src/machines/workflow.ts";
import { factsOf, planOf, settled, World } from "./fixture.ts";

/** a → b → d, a → c, e alone. */
const DIAMOND = [
  { id: "a", run: "x" },
  { id: "b", run: "x", dependsOn: ["a"] },
  { id: "c", run: "x", dependsOn: ["a"] },
  { id: "d", run: "x", dependsOn: ["b"] },
  { id: "e", run: "x" },
];

function started(plan: Plan) {
  const world = new World();
  const run = world.workflow(plan);
  const facts = factsOf(run);
  run.start();
  const open = (): readonly string[] => world.open.map(({ task }) => task);
  return { world, run, facts, open };
}

const ENDED = { attempts: 1, exitCode: 0, durationMs: 1, summary: "" };

const statuses = (outcome: WorkflowOutcome | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (outcome?.tasks ?? []).map(({ id, status, blockedBy }) => [
      id,
      blockedBy === undefined ? status : `${status} by ${blockedBy}`,
    ]),
  );

describe("a workflow", () => {
  it("runs what may run at once, and the rest behind what it depends on", async () => {
    const { world, run, facts, open } = started(planOf(DIAMOND));
    expect(run.getSnapshot().value).toEqual({ RUNNING: "dispatching" });
    expect(open()).toEqual(["a", "e"]);
    await world.find("a").end({ stdout: "3 files\n" });
    expect(open()).toEqual(["e", "b", "c"]);
    await world.find("b").end();
    await world.find("d").end();
    await world.find("e").end();
    expect(run.getSnapshot().status).toBe("active");
    await world.find("c").end();
    expect(run.getSnapshot()).toMatchObject({ status: "done", value: "COMPLETED" });
    const output = WorkflowOutcome.parse(run.getSnapshot().output);
    expect(output.tasks.map(({ id }) => id)).toEqual(["a", "b", "c", "d", "e"]);
    expect(output.tasks[0]).toEqual({
      id: "a",
      status: "COMPLETED",
      attempts: 1,
      exitCode: 0,
      durationMs: 5,
      summary: "3 files",
    });
    expect(facts.map((fact) => WorkflowFact.parse(fact).type)).toEqual([
      "workflow.started",
      ...Array.from({ length: 4 }, () => "workflow.progressed"),
      "workflow.completed",
    ]);
    expect(facts[0]).toMatchObject({ data: { name: "demo", tasks: 5 } });
    expect(facts[2]).toMatchObject({
      data: { task: "b", status: "COMPLETED", counts: { total: 5, completed: 2 } },
    });
  });

  it("starts no more than `concurrency`, in plan order", async () => {
    const { world, open } = started(planOf(DIAMOND, { concurrency: 1 }));
    expect(open()).toEqual(["a"]);
    for (const next of [["b"], ["c"], ["d"], ["e"], []]) {
      await world.open[0]?.end();
      expect(open()).toEqual(next);
    }
  });

  it("skips what hangs on a failed task, names that task, and finishes the rest", async () => {
    const { world, run, facts } = started(planOf(DIAMOND));
    await world.find("a").end({ exitCode: 2 });
    expect(run.getSnapshot().value).toEqual({ RUNNING: "dispatching" });
    await world.find("e").end();
    const { output, value } = run.getSnapshot();
    expect(value).toBe("FAILED");
    expect(statuses(output)).toEqual({
      a: "FAILED",
      b: "SKIPPED by a",
      c: "SKIPPED by a",
      d: "SKIPPED by a",
      e: "COMPLETED",
    });
    expect(WorkflowFact.parse(facts.at(-1))).toMatchObject({
      type: "workflow.failed",
      data: {
        counts: { total: 5, completed: 1, failed: 1, skipped: 3, cancelled: 0 },
        failed: ["a"],
        skipped: ["b", "c", "d"].map((task) => ({ task, blockedBy: "a" })),
      },
    });
    expect(world.begun).toEqual(["a#1", "e#1"]);
  });

  it("cancelled, stops what runs and starts nothing more", async () => {
    const { world, run, facts } = started(planOf(DIAMOND));
    const commands = [...world.open];
    run.send({ type: "CANCEL", reason: "lunch" });
    await settled();
    expect(run.getSnapshot().value).toBe("CANCELLED");
    expect(commands.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    expect(new Set(Object.values(statuses(run.getSnapshot().output)))).toEqual(new Set(["CANCELLED"]));
    expect(WorkflowFact.parse(facts.at(-1))).toMatchObject({
      type: "workflow.cancelled",
      data: { reason: "lunch", counts: { cancelled: 5 } },
    });
    expect(world.begun).toEqual(["a#1", "e#1"]);
  });

  it("cancelled, refuses to be cancelled again while its tasks end", () => {
    const input = { run: "r", folder: "/", artifacts: "/", plan: planOf(DIAMOND) };
    const [running] = initialTransition(workflowMachine, input);
    expect(running.can({ type: "CANCEL" })).toBe(true);
    const [cancelling, actions] = transition(workflowMachine, running, { type: "CANCEL" });
    expect(cancelling.value).toEqual({ RUNNING: "cancelling" });
    expect(cancelling.can({ type: "CANCEL" })).toBe(false);
    expect(actions.map(({ type }) => type)).toEqual(DIAMOND.map(() => "xstate.sendTo"));
  });

  it("cancelled, starts and skips nothing that ends in the meantime would have let start", () => {
    const plan = planOf(DIAMOND, { concurrency: 1 });
    const [running] = initialTransition(workflowMachine, {
      run: "r",
      folder: "/",
      artifacts: "/",
      plan,
    });
    const [cancelling] = transition(workflowMachine, running, { type: "CANCEL" });
    for (const status of ["COMPLETED", "FAILED"] as const) {
      const output = { ...ENDED, status };
      const done = { type: "xstate.done.actor.a", actorId: "a", output } as const;
      const [next, actions] = transition(workflowMachine, cancelling, done);
      expect(next.context.board).toMatchObject({ open: 4, running: 0 });
      expect(actions.map(({ type }) => type)).toEqual(["xstate.emit"]);
    }
  });

  it("does not start a task that was cancelled while it waited for a place", async () => {
    const tasks = ["a", "b", "c"].map((id) => ({ id, run: "x" }));
    const { world: w, run } = started(planOf(tasks, { concurrency: 1 }));
    run.getSnapshot().children["b"]?.send({ type: "CANCEL", reason: "not now" });
    await w.find("a").end();
    await w.find("c").end();
    expect(statuses(run.getSnapshot().output)).toEqual({
      a: "COMPLETED",
      b: "CANCELLED",
      c: "COMPLETED",
    });
    expect(w.begun).toEqual(["a#1", "c#1"]);
  });

  it("skips all that hangs on a failed task in one step, each once", () => {
    const plan = planOf([...DIAMOND.slice(0, 3), { id: "d", run: "x", dependsOn: ["b", "c"] }]);
    const { board } = startReady(plan, newBoard(plan));
    const { skip } = endTask(plan, board, "a", { ...ENDED, status: "FAILED" });
    expect(skip).toEqual(["b", "c", "d"].map((task) => ({ task, blockedBy: "a" })));
  });

  it("counts a task cancelled alone as not done, and blocks its dependents", async () => {
    const { world: w, run } = started(planOf(DIAMOND));
    run.getSnapshot().children["a"]?.send({ type: "CANCEL" });
    await w.find("e").end();
    expect(run.getSnapshot().value).toBe("FAILED");
    expect(statuses(run.getSnapshot().output)).toMatchObject({ a: "CANCELLED", d: "SKIPPED by a" });
  });

  it("takes a task whose actor broke as failed, and a second end not at all", async () => {
    const { run } = started(planOf(DIAMOND));
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
    await settled();
  });
});

describe("a plan of any shape", () => {
  const shape = fc.integer({ min: 1, max: 12 }).chain((size) =>
    fc.record({
      plan: fc
        .tuple(
          fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: size * 2 }),
          fc.integer({ min: 1, max: 4 }),
        )
        .map(([edges, concurrency]) =>
          planOf(
            Array.from({ length: size }, (_, n) => ({
              id: `t${n}`,
              run: "x",
              dependsOn: [...new Set(edges.flatMap(([a, b]) => (a === n && b < n ? [`t${b}`] : [])))],
            })),
            { concurrency },
          ),
        ),
      fails: fc.array(fc.nat(size - 1), { maxLength: 2 }),
      picks: fc.array(fc.nat(), { minLength: size, maxLength: size }),
      cancelAt: fc.option(fc.nat(size), { nil: -1 }),
    }),
  );

  /** All that the open commands depend on. */
  const needed = (plan: Plan, open: readonly { task: string }[]): Set<string> =>
    new Set(
      plan.tasks.flatMap(({ id, dependsOn }) =>
        open.some(({ task }) => task === id) ? dependsOn : [],
      ),
    );

  const blockers = (outcome: WorkflowOutcome | undefined): readonly string[] =>
    (outcome?.tasks ?? []).flatMap(({ blockedBy }) => blockedBy ?? []);

  /** What must come out, whatever the order of ends. */
  const expected = (plan: Plan, fails: ReadonlySet<string>): Readonly<Record<string, string>> => {
    const ends: Record<string, string> = {};
    for (const { id, dependsOn } of plan.tasks) {
      const sound = dependsOn.every((other) => ends[other] === "COMPLETED");
      ends[id] = sound ? (fails.has(id) ? "FAILED" : "COMPLETED") : "SKIPPED";
    }
    return ends;
  };

  test.prop({ shape })(
    "for every DAG, failure and order of ends: order and limit hold, and the outcome is the fold",
    async ({ shape: { plan, fails, picks } }) => {
      const failing = new Set(fails.map((n) => `t${n}`));
      const { world: w, run } = started(plan);
      const completed = new Set<string>();
      for (const pick of picks) {
        expect(w.open.length).toBeLessThanOrEqual(plan.concurrency);
        expect(needed(plan, w.open).difference(completed)).toEqual(new Set());
        const next = w.open[pick % w.open.length];
        if (next === undefined) break;
        if (!failing.has(next.task)) completed.add(next.task);
        await next.end({ exitCode: failing.has(next.task) ? 1 : 0 });
      }
      expect(w.open).toEqual([]);
      const { output, status } = run.getSnapshot();
      expect(status).toBe("done");
      const found = Object.fromEntries((output?.tasks ?? []).map((task) => [task.id, task.status]));
      expect(found).toEqual(expected(plan, failing));
      for (const blocker of blockers(output)) expect(found[blocker]).toBe("FAILED");
      expect(new Set(w.begun).size).toBe(w.begun.length);
    },
  );

  test.prop({ shape })(
    "for every DAG, cancel at any point leaves nothing running and every task ended",
    async ({ shape: { plan, fails, picks, cancelAt } }) => {
      const failing = new Set(fails.map((n) => `t${n}`));
      const { world: w, run } = started(plan);
      for (const pick of picks.slice(0, Math.max(0, cancelAt))) {
        const next = w.open[pick % w.open.length];
        await next?.end({ exitCode: failing.has(next.task) ? 1 : 0 });
      }
      const before = run.getSnapshot();
      if (before.status === "active") run.send({ type: "CANCEL" });
      await settled();
      const { status, output } = run.getSnapshot();
      expect(status).toBe("done");
      expect(output?.tasks).toHaveLength(plan.tasks.length);
      expect(output?.status).toBe(before.output?.status ?? "CANCELLED");
      for (const { signal, task } of w.open) expect([task, signal.aborted]).toEqual([task, true]);
    },
  );
});

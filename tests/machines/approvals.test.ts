import { describe, expect, it } from "vitest";
import { planOf, started } from "./fixture.ts";

const x = (id: string, rest: object = {}) => ({ id, run: "x", ...rest });
const BOTH = [x("a", { approval: ["before", "after"] }), x("b", { dependsOn: ["a"] })];

describe("approvals", () => {
  it("wait before a task starts, and behind it; granted, the run goes on", async () => {
    const { world, run, facts, can } = started(planOf(BOTH));
    expect(world.starts.size).toBe(0);
    expect(facts.at(-1)).toEqual({
      type: "approval.requested",
      v: 1,
      data: { gate: "a:before", task: "a", kind: "before", question: 'Start "a"?' },
    });
    world.clock.increment(1e9);
    run.send({ type: "APPROVE", gate: "a:before", by: "me", comment: "go" });
    expect(facts).toContainEqual({
      type: "approval.granted",
      v: 1,
      data: { gate: "a:before", by: "me", comment: "go" },
    });
    await world.find("a").end({ stdout: "ready" });
    expect(world.names()).toEqual([]);
    expect(facts.at(-1)).toMatchObject({
      data: { gate: "a:after", question: '"a" is done: ready. Go on?' },
    });
    expect(can({ type: "RESUME" })).toBe(false);
    run.send({ type: "APPROVE", gate: "a:after" });
    await world.find("b").end();
    expect(run.getSnapshot().value).toBe("COMPLETED");
  });

  it.each(["before", "after"])("denied %s, stop the task and what hangs on it", async (kind) => {
    const { world, run, facts, ends } = started(planOf(BOTH));
    if (kind === "after") {
      run.send({ type: "APPROVE", gate: "a:before" });
      await world.find("a").end();
    }
    run.send({ type: "DENY", gate: `a:${kind}`, by: "me", comment: "too dear" });
    expect(ends()).toEqual({ a: "FAILED", b: "SKIPPED by a" });
    expect(run.getSnapshot().output?.tasks[0]?.failure).toEqual({
      code: "APPROVAL_DENIED",
      message: "it was denied by me: too dear",
    });
    expect(facts).toContainEqual({
      type: "approval.denied",
      v: 1,
      data: { gate: `a:${kind}`, by: "me", comment: "too dear" },
    });
  });

  it("count the first answer; a later one is recorded, and changes nothing", async () => {
    const { world, run, facts } = started(planOf(BOTH));
    run.send({ type: "APPROVE", gate: "a:before", by: "me" });
    const { board } = run.getSnapshot().context;
    run.send({ type: "DENY", gate: "a:before", by: "you", comment: "no" });
    expect(facts.at(-1)).toEqual({
      type: "approval.refused",
      v: 1,
      data: { gate: "a:before", answer: "denied", first: "granted", by: "you", comment: "no" },
    });
    expect(run.getSnapshot().context.board).toEqual(board);
    expect(world.names()).toEqual(["a"]);
  });

  it.each(["a:after", "a:quality", "b:before", "zzz:before", "a:before~2", "a", "a:before~0", ""])(
    "know no gate %j, so an answer to it is refused",
    (gate) => {
      const { can } = started(planOf(BOTH));
      expect(can({ type: "APPROVE", gate: "a:before" })).toBe(true);
      expect(can({ type: "APPROVE", gate })).toBe(false);
      expect(can({ type: "DENY", gate })).toBe(false);
    },
  );

  it("of a task that was cancelled can not be answered any more", () => {
    const { run, can, ends } = started(planOf(BOTH));
    run.send({ type: "CANCEL", task: "a" });
    expect(can({ type: "APPROVE", gate: "a:before" })).toBe(false);
    expect(ends()).toEqual({ a: "CANCELLED", b: "SKIPPED by a" });
  });

  it("hold no place: others run while a human thinks", async () => {
    const tasks = [x("a", { approval: ["before"] }), x("b", { approval: ["after"] }), x("c")];
    const { world, run } = started(planOf(tasks, { concurrency: 1 }));
    expect(world.names()).toEqual(["b"]);
    await world.find("b").end();
    expect(world.names()).toEqual(["c"]);
    run.send({ type: "APPROVE", gate: "a:before" });
    expect(world.names()).toEqual(["c"]);
    await world.find("c").end();
    expect(world.names()).toEqual(["a"]);
  });

  it("may be given while the run is paused, and count when it goes on", async () => {
    const { world, run } = started(planOf([...BOTH, x("c", { approval: ["after"] })]));
    await world.find("c").end();
    run.send({ type: "PAUSE" });
    run.send({ type: "APPROVE", gate: "a:before" });
    run.send({ type: "DENY", gate: "c:after" });
    expect(world.names()).toEqual([]);
    expect(world.said.get("c")?.at(-1)?.type).not.toBe("task.failed");
    run.send({ type: "RESUME" });
    expect(world.names()).toEqual(["a"]);
    expect(world.said.get("c")?.at(-1)?.type).toBe("task.failed");
  });

  it("that were given while paused reach no task that was cancelled since", () => {
    const { world, run } = started(planOf([x("a", { approval: ["after"] }), x("b")]));
    return world
      .find("a")
      .end()
      .then(() => {
        run.send({ type: "PAUSE" });
        run.send({ type: "APPROVE", gate: "a:after" });
        run.send({ type: "CANCEL", task: "a" });
        run.send({ type: "RESUME" });
        expect(run.getSnapshot()).toMatchObject({
          status: "active",
          context: { board: { running: 1 } },
        });
      });
  });

  it("asked again have an id of their own: an old answer never counts", async () => {
    const { world, run, can } = started(planOf(BOTH));
    run.send({ type: "RESTART", from: "a" });
    expect(can({ type: "APPROVE", gate: "a:before" })).toBe(false);
    run.send({ type: "APPROVE", gate: "a:before~2" });
    await world.find("a").end();
    expect(can({ type: "APPROVE", gate: "a:after" })).toBe(true);
    run.send({ type: "APPROVE", gate: "a:after" });
    run.send({ type: "RESTART", from: "a" });
    run.send({ type: "APPROVE", gate: "a:after" });
    run.send({ type: "APPROVE", gate: "a:before~3" });
    await world.find("a").end();
    expect(can({ type: "APPROVE", gate: "a:after~2" })).toBe(true);
    expect(run.getSnapshot().status).toBe("active");
  });

  it("asked twice by the same message are asked once", async () => {
    const { world, run, facts } = started(planOf([x("a", { approval: ["after"] })]));
    await world.find("a").end();
    const said = facts.length;
    run.send({ type: "TASK_ASKS", task: "a", kind: "after", question: "?" });
    expect(facts).toHaveLength(said);
    run.send({ type: "APPROVE", gate: "a:after" });
    expect(run.getSnapshot().value).toBe("COMPLETED");
  });
});

import { describe, expect, it } from "vitest";
import { planOf, started } from "./fixture.ts";

const x = (id: string, rest: object = {}) => ({ id, agent: "a", ...rest });
const parallel = (join: string, rest: object = {}) =>
  started(planOf([x("a"), x("b"), x("c")], { pattern: "parallel", join, ...rest }));

describe("a parallel run", () => {
  it("starts all at once, each with a path of its own, and makes one result of them", async () => {
    const { world, run, facts } = parallel("all");
    expect(world.names()).toEqual(["a", "b", "c"]);
    expect(world.open.map((work) => work.package.outputs)).toEqual(
      [1, 2, 3].map((n) => [`/plans/here/out/parallel-r1-${n}.md`]),
    );
    for (const id of ["a", "b", "c"]) await world.find(id).end({ summary: `${id} is done` });
    expect(world.names()).toEqual(["a:checks", "b:checks", "c:checks"]);
    for (const id of ["a", "b", "c"]) await world.find(id).end();
    expect(facts.findLast(({ type }) => type === "tasks.added")).toMatchObject({
      data: { tasks: [{ id: "aggregate", title: "One result of 3 branches" }] },
    });
    const work = world.find("aggregate", "aggregate").package;
    expect(work).toMatchObject({
      agent: "merge",
      outputs: ["/plans/here/out/parallel-result-r1.md"],
      reads: [1, 2, 3].map((n) => `/plans/here/out/parallel-r1-${n}.md`),
    });
    expect(Object.keys(work.upstream)).toEqual(["a", "b", "c"]);
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
    expect(world.begun.at(-1)).toBe(":report#1");
  });

  it("lets the plan's own agent aggregate", async () => {
    const { world } = parallel("all", { aggregate: { agent: "editor" } });
    await world.finish();
    expect(world.begun).toContain("aggregate:aggregate#1");
  });

  it.each<[join: string, bad: readonly string[], value: string, aggregates: boolean]>([
    ["all", ["b"], "FAILED", false],
    ["settle", ["b"], "COMPLETED", true],
    ["settle", ["a", "b", "c"], "FAILED", false],
    ["quorum:2", ["b"], "COMPLETED", true],
    ["quorum:2", ["b", "c"], "FAILED", false],
    ["quorum:3", ["b"], "FAILED", false],
    ["quorum:9", [], "COMPLETED", true],
    ["any", ["a", "b"], "COMPLETED", true],
    ["any", ["a", "b", "c"], "FAILED", false],
  ])("%s, of which %j fail: %s", async (join, bad, value, aggregates) => {
    const { world, run, ends } = parallel(join);
    await world.finish(({ task, purpose }) =>
      bad.includes(task) && purpose === "work" ? new Error("no") : undefined,
    );
    expect(run.getSnapshot().value).toBe(value);
    expect("aggregate" in ends()).toBe(aggregates);
    for (const id of bad) expect(ends()[id]).toBe("FAILED");
  });

  it("keeps what completed where one failed", async () => {
    const { world, run, facts } = parallel("all");
    await world.finish(({ task, purpose }) =>
      task === "b" && purpose === "work" ? new Error("no") : { summary: `of ${task}` },
    );
    expect(run.getSnapshot().output?.tasks).toMatchObject([
      { id: "a", status: "COMPLETED", summary: "of a" },
      { id: "b", status: "FAILED" },
      { id: "c", status: "COMPLETED", summary: "of c" },
    ]);
    expect(facts.at(-1)).toMatchObject({ type: "workflow.failed", data: { failed: ["b"] } });
  });

  it.each(["any", "quorum:1"])("%s calls off the rest, once enough are done", async (join) => {
    const { world, ends, run } = parallel(join, { concurrency: 2 });
    expect(world.names()).toEqual(["a", "b"]);
    const running = world.find("b");
    await world.find("a").end();
    await world.find("a", "checks").end();
    expect(running.signal.aborted).toBe(true);
    await world.finish();
    expect(ends()).toEqual({ a: "COMPLETED", b: "CANCELLED", c: "CANCELLED", aggregate: "COMPLETED" });
    expect(run.getSnapshot().value).toBe("COMPLETED");
    expect(world.starts.has("c")).toBe(false);
  });

  it("is no failure where a branch fails behind a join", async () => {
    const { world, run } = parallel("any");
    await world.find("b").fail(new Error("no"));
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
  });

  it("fails where the aggregate does, whatever the join", async () => {
    const { world, run } = parallel("settle");
    await world.finish(({ purpose }) => (purpose === "aggregate" ? new Error("no") : undefined));
    expect(run.getSnapshot().value).toBe("FAILED");
  });

  it("does not wait for others with a task that took too long", async () => {
    const { world, run } = parallel("settle");
    await world.find("a").fail(Object.assign(new Error("late"), { code: "COMMAND_TIMEOUT" }));
    expect(world.said.get("a")?.map(({ type }) => type)).toContain("task.timed_out");
    expect(world.names()).toEqual(["b", "c"]);
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
  });

  it("ends also where its report cannot be written, and says so", async () => {
    const { world, run, facts } = parallel("all");
    await world.finish(({ what }) => (what === "report" ? new Error("disk full") : undefined));
    expect(run.getSnapshot().value).toBe("COMPLETED");
    expect(facts.find(({ type }) => type === "workflow.alerted")).toMatchObject({
      data: { severity: "warning", code: "report_failed", message: "disk full" },
    });
  });
});

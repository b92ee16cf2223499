/** Sagas: what was done is undone in reverse order, when something fails or somebody cancels. */
import { describe, expect, it } from "vitest";
import type { Work } from "../../src/agents/agent.ts";
import { DURABLE, endsOf, runBench, task } from "../support/run-bench.ts";

const undo = { compensate: { agent: "works" } };
const trip = (last: string, rest: object = {}) => ({
  pattern: "saga",
  tasks: [
    task("t1", "works", undo),
    task("t2", "works", { dependsOn: ["t1"], ...undo, ...rest }),
    task("t3", last, { dependsOn: ["t2"], ...undo }),
  ],
});

describe.each(DURABLE)("sagas, on $name", (engine) => {
  it("S4-007, S4-027: the third fails: the second is undone, then the first, and the run FAILED, compensated", async () => {
    await using w = await runBench(engine);
    const outcome = await w.run(trip("fails"));
    expect(outcome).toMatchObject({
      status: "FAILED",
      compensation: { compensated: true, incomplete: [] },
    });
    expect(w.begun).toEqual(["t1#1", "t2#1", "t3#1", "t2_compensation#1", "t1_compensation#1"]);
    expect((await w.facts("saga.compensating"))[0]?.data).toEqual({ cause: "t3", tasks: ["t2", "t1"] });
    expect((await w.facts("workflow.failed"))[0]?.data["compensation"]).toEqual({
      compensated: true,
      incomplete: [],
    });
  });

  it("S4-027: what undoes a task is given what the task delivered", async () => {
    const books = async ({ task: id }: Work) => ({ summary: `booked ${id}`, data: { number: 7 } });
    await using w = await runBench(engine, { books });
    await w.run({
      pattern: "saga",
      tasks: [task("hotel", "books", undo), task("car", "fails", { dependsOn: ["hotel"] })],
    });
    const work = w.works.find(({ purpose }) => purpose === "compensate");
    expect(work?.delivered).toEqual({
      status: "COMPLETED",
      summary: "booked hotel",
      data: { number: 7 },
      outputs: [],
    });
  });

  it("T-R6: a compensation that fails is in the log, the rest go on, and a critical alert says so", async () => {
    await using w = await runBench(engine);
    const outcome = await w.run(trip("fails", { compensate: { agent: "fails" } }));
    expect(outcome.compensation).toEqual({ compensated: false, incomplete: ["t2"] });
    expect(endsOf(outcome)).toContain("t2_compensation=FAILED t1_compensation=COMPLETED");
    expect((await w.facts("workflow.alerted"))[0]?.data).toMatchObject({
      severity: "critical",
      code: "compensation_incomplete",
    });
  });

  it("S4-031: a saga that is cancelled undoes what was done", async () => {
    await using w = await runBench(engine);
    await w.start(trip("held"));
    await w.held("t3");
    await w.tell({ type: "CANCEL", reason: "changed my mind" });
    const outcome = await w.over();
    expect(outcome).toMatchObject({ status: "CANCELLED", compensation: { compensated: true } });
    expect(w.begun.slice(3)).toEqual(["t2_compensation#1", "t1_compensation#1"]);
  });

  it("S4-026: a host that dies while undoing goes on undoing, and undoes nothing twice", async () => {
    const slow = ({ fence }: Work) =>
      fence.attempt > 1 ? Promise.resolve() : new Promise<void>(() => {});
    await using w = await runBench(engine, { slow });
    await w.start(trip("fails", { compensate: { agent: "slow" } }));
    await w.until("t2 is undone", () => w.begun.includes("t2_compensation#1"));
    await w.crash();
    const outcome = await w.over();
    expect(outcome.compensation).toEqual({ compensated: true, incomplete: [] });
    expect(w.begun.slice(3)).toEqual(["t2_compensation#1", "t2_compensation#1", "t1_compensation#1"]);
  });
});

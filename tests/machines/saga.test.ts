import { describe, expect, it } from "vitest";
import { planOf, started } from "./fixture.ts";

const x = (id: string, rest: object = {}) => ({
  id,
  run: "do",
  compensate: { run: `undo ${id}` },
  ...rest,
});
const saga = (tasks: readonly object[], rest: object = {}) =>
  started(planOf(tasks, { pattern: "saga", ...rest }));

const TRIP = [x("flight"), x("hotel"), x("car", { dependsOn: ["flight", "hotel"] })];

describe("a saga", () => {
  it("undoes nothing where all goes well", async () => {
    const { world, run, ends } = saga(TRIP);
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
    expect(Object.keys(ends())).toEqual(["flight", "hotel", "car"]);
    expect(run.getSnapshot().output?.compensation).toBeUndefined();
  });

  it("undoes what was done, last first and one at a time, and ends FAILED", async () => {
    const { world, run, facts, ends } = saga(TRIP);
    await world.find("hotel").end({ summary: "room 7", data: { room: 7 } });
    await world.find("flight").end();
    await world.find("car").end({ exitCode: 1 });
    expect(world.names()).toEqual(["flight_compensation:compensate"]);
    await world.open[0]?.end();
    expect(world.names()).toEqual(["hotel_compensation:compensate"]);
    const { package: work, argv } = world.find("hotel_compensation").command;
    expect(argv).toEqual(["sh", "-c", "undo hotel"]);
    expect(work?.delivered).toMatchObject({ summary: "room 7", data: { room: 7 } });
    await world.finish();
    expect(ends()).toEqual({
      flight: "COMPLETED",
      hotel: "COMPLETED",
      car: "FAILED",
      flight_compensation: "COMPLETED",
      hotel_compensation: "COMPLETED",
    });
    const compensation = { compensated: true, incomplete: [] };
    expect(run.getSnapshot().output).toMatchObject({ status: "FAILED", compensation });
    expect(facts.at(-1)).toMatchObject({ type: "workflow.failed", data: { compensation } });
    expect(facts.find(({ type }) => type === "saga.compensating")).toMatchObject({
      data: { cause: "car", tasks: ["flight", "hotel"] },
    });
  });

  it("starts nothing more once a task has failed, and waits for what runs", async () => {
    const { world, ends } = saga([x("a"), x("b"), x("c"), x("d", { dependsOn: ["b"] })], {
      concurrency: 2,
    });
    await world.find("a").end({ exitCode: 1 });
    expect(world.names()).toEqual(["b"]);
    expect(ends()).toEqual({});
    await world.find("b").end();
    expect(world.names()).toEqual(["b_compensation:compensate"]);
    await world.finish();
    expect(ends()).toMatchObject({ a: "FAILED", b: "COMPLETED", c: "SKIPPED by a", d: "SKIPPED by a" });
  });

  it("goes on undoing where one cannot be undone, and says so loudly", async () => {
    const { world, run, facts, ends } = saga(TRIP);
    const bad = new Set(["car", "hotel_compensation"]);
    await world.finish(({ task }) => (bad.has(task) ? { exitCode: 1 } : undefined));
    expect(ends()).toMatchObject({
      hotel_compensation: "FAILED",
      flight_compensation: "COMPLETED",
    });
    const compensation = { compensated: false, incomplete: ["hotel"] };
    expect(run.getSnapshot().output).toMatchObject({ status: "FAILED", compensation });
    expect(facts).toContainEqual({
      type: "workflow.alerted",
      v: 1,
      data: {
        severity: "critical",
        code: "compensation_incomplete",
        message: "these were not undone: hotel",
      },
    });
  });

  it("leaves alone what has no compensation", async () => {
    const { world, run, ends } = saga([
      x("a", { compensate: undefined }),
      x("b", { dependsOn: ["a"] }),
    ]);
    await world.find("a").end();
    await world.find("b").end({ exitCode: 1 });
    await world.finish();
    expect(ends()).toEqual({ a: "COMPLETED", b: "FAILED" });
    expect(run.getSnapshot().output?.compensation).toEqual({ compensated: true, incomplete: [] });
  });

  it("that is cancelled undoes what was done, and ends CANCELLED", async () => {
    const { world, run, facts } = saga(TRIP);
    await world.find("hotel").end();
    const flight = world.find("flight");
    run.send({ type: "CANCEL", reason: "ill" });
    expect(flight.signal.aborted).toBe(true);
    expect(world.names()).toEqual(["hotel_compensation:compensate"]);
    await world.finish();
    expect(run.getSnapshot().value).toBe("CANCELLED");
    expect(facts.find(({ type }) => type === "saga.compensating")).toMatchObject({
      data: { cause: "cancelled: ill", tasks: ["hotel"] },
    });
    expect(facts.at(-1)).toMatchObject({
      type: "workflow.cancelled",
      data: { reason: "ill", compensation: { compensated: true } },
    });
  });

  it.each([false, true])(
    "that is cancelled while it undoes (held: %s) does not stop halfway",
    async (hard) => {
      const { world, run, can } = saga(TRIP);
      await world.find("hotel").end();
      await world.find("flight").end();
      await world.find("car").end({ exitCode: 1 });
      expect(can({ type: "RESTART", from: "car" })).toBe(false);
      if (hard) run.send({ type: "PAUSE", hard });
      run.send({ type: "CANCEL" });
      expect(world.names()).toEqual(["flight_compensation:compensate"]);
      await world.finish();
      expect(run.getSnapshot()).toMatchObject({
        value: "CANCELLED",
        output: { compensation: { compensated: true, incomplete: [] } },
      });
    },
  );

  it("keeps the order of what was done through a restart", async () => {
    const { world, run, facts } = saga([x("a"), x("b"), x("c"), x("d", { dependsOn: ["a"] })]);
    for (const id of ["b", "c", "a"]) await world.find(id).end();
    run.send({ type: "RESTART", from: "a" });
    await world.find("a").end();
    await world.find("d").end({ exitCode: 1 });
    await world.finish();
    expect(facts.find(({ type }) => type === "saga.compensating")).toMatchObject({
      data: { tasks: ["a", "c", "b"] },
    });
  });

  it("does again, from the task that failed, also what was skipped because of it", async () => {
    const { world, run, ends } = saga([x("a"), x("b"), x("c")], { concurrency: 2 });
    await world.find("a").end({ exitCode: 1 });
    run.send({ type: "RESTART", from: "a" });
    await world.finish();
    expect(ends()).toEqual({ a: "COMPLETED", b: "COMPLETED", c: "COMPLETED" });
  });
});

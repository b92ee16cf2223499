/** T-E1: what a run is worth. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { gradeOf, type EvaluationFormula } from "../../../src/projections/analytics/evaluation.ts";
import type { TaskView } from "../../../src/projections/runs-view.ts";
import { evaluated, good, usual } from "./evaluated.ts";
import { task, tried } from "./views.ts";

describe("S4-019: the evaluator", () => {
  it("S4-019: a run in which all is good is GOOD, and EXCELLENT where it is fast, too", () => {
    const found = evaluated(good());
    expect(found).toMatchObject({ score: 82, grade: "GOOD", final: true });
    expect(evaluated(good(50), usual)).toMatchObject({ score: 91, grade: "EXCELLENT" });
  });

  it("S4-019: a run in which all fails is POOR, and says what to do", () => {
    const found = evaluated({
      tasks: [tried("a", ["FAILED", "TIMED_OUT"]), tried("b", ["FAILED"])],
      status: "FAILED",
    });
    expect(found.grade).toBe("POOR");
    expect(found.score).toBe(2); // 20 % of (0 + 10) / 2 is 2: b failed only once
    expect(found.recommendations.map(({ about, code }) => [about.name, code])).toEqual([
      ["a", "task-failed"],
      ["b", "task-failed"],
    ]);
  });

  it.each([
    [100, "EXCELLENT"],
    [90, "EXCELLENT"],
    [89.99, "GOOD"],
    [75, "GOOD"],
    [74.99, "FAIR"],
    [60, "FAIR"],
    [59.99, "POOR"],
    [0, "POOR"],
  ])("S4-047: %d is %s", (score, grade) => {
    expect(gradeOf(score)).toBe(grade);
  });
});

describe("T-E1: the score of a task", () => {
  const scoreOf = (view: TaskView, formula?: EvaluationFormula) =>
    evaluated({ tasks: [view] }, usual, formula).tasks[0];

  it("T-E1: 40 for success, 20 each for speed against its median, no errors, and acceptance", () => {
    expect(scoreOf(tried("a", ["COMPLETED"], { ms: 25 }))).toEqual({
      task: "a",
      agent: "a-agent",
      score: 95,
      success: 40,
      speed: 15,
      errors: 20,
      acceptance: 20,
    });
  });

  it("T-E1: 10 for exactly one error, nothing for more", () => {
    expect(scoreOf(tried("a", ["FAILED", "COMPLETED"]))).toMatchObject({ errors: 10, acceptance: 20 });
    expect(scoreOf(tried("a", ["BROKEN", "TIMED_OUT", "COMPLETED"]))?.errors).toBe(0);
  });

  it("T-E1: a task that failed has an error, even where no attempt of it has", () => {
    expect(scoreOf(tried("a", ["REWORK", "REWORK"]))).toMatchObject({ errors: 10, acceptance: 0 });
  });

  it("T-E1: acceptance is the share of the work that was looked at and taken", () => {
    expect(scoreOf(tried("a", ["REWORK", "COMPLETED"]))).toMatchObject({ errors: 20, acceptance: 10 });
    expect(scoreOf(tried("a", ["FAILED"]))?.acceptance).toBe(0);
    const tested = tried("a", ["FAILED", "COMPLETED"]);
    const starts = tested.starts.map((start) => ({
      ...start,
      attempts: start.attempts.map((one, at) => (at === 0 ? { ...one, issues: ["no"] } : one)),
    }));
    expect(scoreOf({ ...tested, starts })?.acceptance).toBe(10);
  });

  it("T-E1: without a history, or slower than usual, it has no points for speed", () => {
    expect(scoreOf(tried("new", ["COMPLETED"], { ms: 1 }))?.speed).toBe(0);
    expect(scoreOf(tried("a", ["COMPLETED"], { ms: 1_000 }))?.speed).toBe(0);
    expect(evaluated(good(), { runsMs: [0], tasksMs: new Map([["a", [0]]]) }).score).toBe(82);
  });

  it("T-E1: v1 measures against 30 s, and counts outputs", () => {
    const outputs = ["x", "y"];
    const found = scoreOf(tried("a", ["COMPLETED"], { ms: 15_000, outputs }), "v1");
    expect(found).toMatchObject({ score: 78, speed: 10, acceptance: 8 });
    const many = scoreOf(tried("a", ["COMPLETED"], { ms: 60_000, outputs: Array(9).fill("x") }), "v1");
    expect(many).toMatchObject({ speed: 0, acceptance: 20 });
  });
});

describe("T-E1: the score of a run", () => {
  it("T-E1: is 30 success, .4 of the mean task, 20 without errors, 10 speed", () => {
    const tasks = [
      tried("a", ["COMPLETED"], { ms: 50 }),
      tried("b", ["FAILED", "COMPLETED"], { ms: 100 }),
      tried("c", ["FAILED"]),
      task({ id: "d", status: "SKIPPED", blockedBy: "c" }),
    ];
    const found = evaluated({ tasks, endedAt: 50, status: "FAILED" }, usual);
    // 2 of 4 completed; (90 + 70 + 10) / 3; 1 of 3 without errors; failing early is not fast
    expect(found.score).toBe(Math.round(100 * (15 + (0.4 * 170) / 3 + 20 / 3)) / 100);
    expect(evaluated({ ...good(), endedAt: 50 }, usual).metrics.speed).toBe(0.75);
  });

  it("T-E1: what was skipped, cancelled or done by another run is not judged", () => {
    const others = [
      task({ id: "s", status: "SKIPPED", reason: "its condition" }),
      task({ id: "c", status: "CANCELLED" }),
      { ...tried("t", ["CANCELLED"]), status: "CANCELLED" },
      task({ id: "k", status: "COMPLETED", settled: { status: "COMPLETED", at: 0 } }),
    ];
    const { tasks = [], ...rest } = good();
    expect(evaluated({ ...rest, tasks: [...tasks, ...others] }).score).toBe(82);
  });

  it("T-E1: a restart starts over: only the present start of a task is judged", () => {
    const [failed] = tried("a", ["FAILED"]).starts;
    const again = tried("a", ["COMPLETED"]);
    const starts = [...(failed ? [failed] : []), ...again.starts.map((one) => ({ ...one, n: 2 }))];
    expect(evaluated({ tasks: [{ ...again, starts, stale: 1 }] }).tasks[0]?.errors).toBe(20);
  });

  it("T-E1: a run without tasks is worth what it came to", () => {
    expect(evaluated({}).score).toBe(90);
    expect(evaluated({ status: "FAILED" })).toMatchObject({ score: 0, grade: "POOR" });
    const open = evaluated({ status: "RUNNING", open: true, tasks: [task()] });
    expect(open).toMatchObject({ score: 0, final: false });
    expect(open.recommendations).toMatchObject([{ code: "nothing-ended" }]);
  });

  const outcome = fc.constantFrom("COMPLETED", "FAILED", "TIMED_OUT", "REWORK", "BROKEN", "HELD");
  const anyTask = fc
    .record({
      outcomes: fc.array(outcome, { maxLength: 4 }),
      status: fc.constantFrom("COMPLETED", "FAILED", "RUNNING", "SKIPPED", "CANCELLED", "ERROR"),
      ms: fc.nat(),
      agent: fc.constantFrom("x", "y"),
      estimateMs: fc.nat({ max: 9 }),
      blocked: fc.boolean(),
    })
    .map(({ outcomes, status, blocked, ...rest }) =>
      tried("a", outcomes, { ...rest, status, ...(blocked && { blockedBy: "z" }) }),
    );
  const anyRun = fc.record({
    tasks: fc.array(anyTask, { maxLength: 5 }),
    status: fc.constantFrom("COMPLETED", "FAILED", "CANCELLED", "RUNNING"),
    open: fc.boolean(),
    startedAt: fc.nat(),
    endedAt: fc.nat(),
  });
  const lengths = fc.array(fc.nat(), { maxLength: 4 });
  test.prop({ view: anyRun, runsMs: lengths, taskMs: lengths, v1: fc.boolean() })(
    "T-E1: for every run, it is within 0..100, no number is NaN, and there is a recommendation",
    ({ view, runsMs, taskMs, v1 }) => {
      const history = { runsMs, tasksMs: new Map([["a", taskMs]]) };
      const found = evaluated(view, history, v1 ? "v1" : "default");
      for (const score of [found.score, ...found.tasks.map((one) => one.score)]) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(100);
      }
      const numbers = [
        ...Object.values(found.metrics),
        ...found.agents.flatMap((one) => Object.values(one)),
      ];
      expect(numbers.filter((value) => typeof value === "number" && !Number.isFinite(value))).toEqual(
        [],
      );
      expect(found.recommendations).not.toEqual([]);
    },
  );
});

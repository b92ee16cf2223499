/** What an evaluation says besides its score: metrics, agents, recommendations, history. */
import { describe, expect, it } from "vitest";
import {
  historyOf,
  NO_HISTORY,
  type History,
} from "../../../src/projections/analytics/evaluation-history.ts";
import { evaluateAll } from "../../../src/projections/analytics/evaluator.ts";
import type { RunView } from "../../../src/projections/runs-view.ts";
import { evaluated, good, usual } from "./evaluated.ts";
import { run, task, tried } from "./views.ts";

describe("S4-048: metrics of an evaluation", () => {
  it("S4-048: ten and more, by name", () => {
    const found = evaluated(good(), usual);
    expect(found.metrics).toEqual({
      tasks: 2,
      tasksCompleted: 2,
      tasksFailed: 0,
      tasksBlocked: 0,
      successRate: 1,
      errorFreeRate: 1,
      acceptanceRate: 1,
      meanTaskScore: 80,
      speed: 0,
      durationMs: 200,
      usualDurationMs: 200,
      estimateRatio: null,
      executions: 2,
      agents: 2,
      errors: 0,
      reworks: 0,
      restarts: 0,
      calls: 0,
      tokens: 0,
      money: 0,
      overheadPct: 50,
      parallelism: 2,
      criticalPathPct: 50,
      handoffs: 0,
      handoffSuccessRate: null,
    });
  });
});

describe("S4-050: agents and recommendations", () => {
  const codes = (view: Partial<RunView>, history?: History) =>
    evaluated(view, history).recommendations.map(
      ({ about, code }) => `${about.kind} ${about.name}: ${code}`,
    );

  it("S4-050: says how each agent did", () => {
    const tasks = [
      tried("a", ["FAILED", "REWORK", "COMPLETED"], { agent: "x", ms: 30 }),
      tried("b", ["COMPLETED"], { agent: "x", ms: 50 }),
      tried("c", ["COMPLETED"], { ms: 50 }),
    ].map(({ agent = "", ...rest }) => (rest.id === "c" ? rest : { ...rest, agent }));
    expect(evaluated({ tasks }).agents).toEqual([
      {
        agent: "task/c",
        executions: 1,
        errors: 0,
        reworks: 0,
        successRate: 1,
        meanDurationMs: 50,
        meanScore: 80,
        tokens: 0,
        money: 0,
      },
      {
        agent: "x",
        executions: 4,
        errors: 1,
        reworks: 1,
        successRate: 2 / 3,
        meanDurationMs: 20,
        meanScore: 70,
        tokens: 0,
        money: 0,
      },
    ]);
  });

  it("S4-050: where nothing is to be mended, it says so", () => {
    expect(codes({ ...good(), endedAt: 100 })).toEqual(["workflow n: keep"]);
    expect(codes({ status: "FAILED" })).toEqual(["workflow n: not-completed"]);
  });

  it("T-E3: hand-offs of which fewer than .90 end well, and a time over twice the estimate", () => {
    const handedOver = (well: number, badly: number) => {
      const to = Array.from({ length: well + badly }, (_, at) =>
        tried(`t${at}`, [at < well ? "COMPLETED" : "FAILED"], { dependsOn: ["a"] }),
      );
      return evaluated({ tasks: [tried("a", ["COMPLETED"], { ms: 0 }), ...to], endedAt: 100 });
    };
    const codesOf = ({ recommendations }: ReturnType<typeof handedOver>) =>
      recommendations.map(({ code }) => code);
    expect(handedOver(9, 1).metrics).toMatchObject({ handoffs: 10, handoffSuccessRate: 0.9 });
    expect(codesOf(handedOver(9, 1))).toEqual(["task-failed"]);
    expect(codesOf(handedOver(8, 1))).toEqual(["handoffs-fail", "task-failed"]);
    const estimated = (estimateMs: number) => ({
      tasks: [tried("a", ["COMPLETED"], { ms: 100, estimateMs })],
      endedAt: 100,
    });
    expect(codes(estimated(50))).toEqual(["workflow n: keep"]);
    expect(codes(estimated(49))).toEqual(["workflow n: over-estimate", "task a: task-over-estimate"]);
  });

  it("S4-050: names what went wrong and where", () => {
    expect(codes({ tasks: [tried("a", ["FAILED", "FAILED", "COMPLETED"])], endedAt: 150 })).toEqual([
      "workflow n: overhead",
      "task a: errors-before-success",
      "agent a-agent: agent-fails",
    ]);
    expect(codes({ tasks: [tried("a", ["REWORK", "COMPLETED"])], endedAt: 100 })).toEqual([
      "task a: work-refused",
    ]);
    expect(codes({ ...good(1_101), endedAt: 1_101 }, usual)).toEqual([
      "task a: task-slower",
      "task b: task-slower",
    ]);
    // what takes milliseconds is not slow
    expect(codes({ ...good(201), endedAt: 201 }, usual)).toEqual(["workflow n: keep"]);
    expect(
      codes({
        tasks: [task({ id: "d", status: "SKIPPED", blockedBy: "c" })],
        compensation: { compensated: false, incomplete: ["a"] },
        belowTarget: true,
        status: "FAILED",
      }),
    ).toEqual([
      "workflow n: compensation-incomplete",
      "workflow n: tasks-blocked",
      "workflow n: below-target",
    ]);
  });
});

describe("S4-050: what is no reason to recommend anything, and the words", () => {
  const found = (view: Partial<RunView>, history?: History) =>
    evaluated({ endedAt: 100, ...view }, history).recommendations;

  it("S4-050: one error, exactly twice the usual time, and work on which nobody has said anything", () => {
    expect(found({ tasks: [tried("a", ["FAILED", "COMPLETED"])] })).toMatchObject([{ code: "keep" }]);
    const twice = { tasks: [tried("b", ["COMPLETED"], { ms: 200 })], endedAt: 200 };
    expect(found(twice, usual)).toMatchObject([{ code: "keep" }]);
    const held = { ...tried("a", ["HELD", "HELD", "HELD"]), status: "WAITING" };
    expect(found({ tasks: [held] })).toMatchObject([{ code: "keep" }]);
  });

  it("S4-050: says how much, and of whom", () => {
    const blocked = (id: string) => task({ id, status: "SKIPPED", blockedBy: "a" });
    const tasks = [
      tried("a", ["REWORK", "REWORK", "COMPLETED"]),
      ...["b", "c", "d", "e", "f", "g"].map(blocked),
    ];
    expect(found({ tasks }).map(({ text }) => text)).toEqual([
      '"b", "c", "d", "e", "f" and 1 more never began: mend what they need, and restart the run from there.',
      "Only 33 % of its work was taken: say in its instructions what is looked at.",
    ]);
    expect(found({ tasks: tasks.slice(0, 2) })[0]?.text).toMatch(/^"b" never began/);
  });
});

describe("S4-051: the history of evaluations", () => {
  const runs = [100, 200, 50].map((ms, at) =>
    run({ ...good(ms), run: `r${at}`, startedAt: at * 1_000, endedAt: at * 1_000 + 2 * ms }),
  );

  it("S4-051: each run's is kept by its id, against what had run before it", () => {
    const found = evaluateAll(runs.toReversed());
    expect([...found.keys()].toSorted()).toEqual(["r0", "r1", "r2"]);
    expect(found.get("r0")?.metrics.usualDurationMs).toBeNull();
    expect(found.get("r1")?.metrics.usualDurationMs).toBe(200);
    expect(found.get("r2")).toMatchObject({ name: "n", metrics: { usualDurationMs: 300 } });
  });

  it("S4-051: later runs, open ones and those of other names never change it", () => {
    const [first, second, third] = runs;
    const view = second ?? run();
    const { endedAt: _, ...open } = first ?? run();
    const odd = [run({ ...open, open: true }), run({ ...first, name: "m" })];
    const history = historyOf(view, [...odd, ...(third ? [third] : []), view]);
    expect(history).toEqual(NO_HISTORY);
  });

  it("S4-051: takes no task that failed, or of which the length is not known", () => {
    const { durationMs: _, ...unknown } = tried("b", ["COMPLETED"]);
    const before = run({ tasks: [tried("a", ["FAILED"]), unknown], endedAt: 10 });
    expect(historyOf(run({ startedAt: 10 }), [before]).tasksMs.size).toBe(0);
  });

  it("S4-051: takes what completed, of the last 100 runs", () => {
    const many = Array.from({ length: 120 }, (_, at) =>
      run({ ...good(at + 1, at === 119 ? "FAILED" : "COMPLETED"), startedAt: 0, endedAt: at + 1 }),
    );
    const { runsMs, tasksMs } = historyOf(run({ startedAt: 1_000 }), many.toReversed());
    expect([runsMs.length, Math.min(...runsMs)]).toEqual([99, 21]);
    expect(tasksMs.get("a")).toHaveLength(100);
  });
});

/** What may run together, in which order, and how long it takes at best. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { analyse } from "../../src/events/plan/analysis.ts";
import { Plan } from "../../src/events/plan/plan.ts";
import { Priority } from "../../src/events/plan/task.ts";

const analysed = (tasks: readonly object[], rest: object = {}) =>
  analyse(Plan.parse({ name: "p", tasks, ...rest }));

const task = (id: string, rest: object = {}): object => ({ id, run: "true", ...rest });

describe("the analysis of a plan", () => {
  it("S0-001: puts all tasks that depend on nothing in one wave", () => {
    const tasks = Array.from({ length: 50 }, (_, i) => task(`t${i}`));
    const { waves, independent, edges } = analysed(tasks);
    expect(waves).toEqual([tasks.map((_, i) => `t${i}`)]);
    expect(independent).toHaveLength(50);
    expect(edges).toEqual([]);
  });

  it("S0-002: puts a task that depends on another in a later wave", () => {
    expect(analysed([task("b", { dependsOn: ["a"] }), task("a")]).waves).toEqual([["a"], ["b"]]);
  });

  it("S0-003: has subtasks, edges, the independent set, specialists, waves and the time", () => {
    const tasks = [
      task("write", { dependsOn: ["search", "read"], estimateMs: 300 }),
      { id: "search", agent: "researcher", title: "Search", estimateMs: 500 },
      { id: "read", agent: "researcher", estimateMs: 700, priority: "HIGH" },
      { id: "check", agent: "critic", dependsOn: ["write"] },
    ];
    expect(analysed(tasks)).toEqual({
      subtasks: [
        { id: "read", title: "read", agent: "researcher", wave: 1, priority: "HIGH", estimateMs: 700 },
        {
          id: "search",
          title: "Search",
          agent: "researcher",
          wave: 1,
          priority: "NORMAL",
          estimateMs: 500,
        },
        { id: "write", title: "write", wave: 2, priority: "NORMAL", estimateMs: 300 },
        { id: "check", title: "check", agent: "critic", wave: 3, priority: "NORMAL" },
      ],
      edges: [
        { from: "search", to: "write" },
        { from: "read", to: "write" },
        { from: "write", to: "check" },
      ],
      independent: ["read", "search"],
      bySpecialist: { researcher: ["read", "search"], command: ["write"], critic: ["check"] },
      waves: [["read", "search"], ["write"], ["check"]],
      estimatedMs: 1_000,
    });
  });

  it("S3-004: orders tasks of equal depth by priority, then as the plan has them", () => {
    const tasks = [
      task("last", { dependsOn: ["n1"], priority: "URGENT" }),
      task("l", { priority: "LOW" }),
      task("n1"),
      task("u", { priority: "URGENT" }),
      task("n2"),
      task("h", { priority: "HIGH" }),
    ];
    expect(analysed(tasks).subtasks.map(({ id }) => id)).toEqual(["u", "h", "n1", "n2", "l", "last"]);
  });

  it("makes a wave of every stage of a sequential plan", () => {
    const { waves, edges, estimatedMs } = analysed(
      [task("a", { estimateMs: 1 }), task("b", { estimateMs: 2 }), task("c", { dependsOn: ["a"] })],
      { pattern: "sequential" },
    );
    expect(waves).toEqual([["a"], ["b"], ["c"]]);
    expect(edges).toEqual([
      { from: "a", to: "b" },
      { from: "b", to: "c" },
      { from: "a", to: "c" },
    ]);
    expect(estimatedMs).toBe(3);
  });

  const dag = fc
    .array(
      fc.record({
        dependsOn: fc.array(fc.nat(200), { maxLength: 4 }),
        priority: fc.constantFrom(...Priority.options),
        estimateMs: fc.option(fc.integer({ min: 1, max: 1_000 }), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 30 },
    )
    .map((drawn) =>
      drawn.map(({ dependsOn, ...rest }, at) => {
        const before = new Set(dependsOn.filter((n) => n < at).map((n) => `t${n}`));
        return { id: `t${at}`, run: "true", dependsOn: [...before], ...rest };
      }),
    );

  test.prop({ tasks: dag.chain((list) => fc.shuffledSubarray(list, { minLength: list.length })) })(
    "S3-004: for every DAG, a task stands behind all it depends on, in the wave right behind the latest of them",
    ({ tasks }) => {
      const { subtasks, waves, estimatedMs, independent } = analysed(tasks);
      const wave = new Map(subtasks.map((subtask) => [subtask.id, subtask.wave]));
      expect(subtasks).toHaveLength(tasks.length);
      for (const { id, dependsOn } of tasks)
        expect(wave.get(id)).toBe(1 + Math.max(0, ...dependsOn.map((one) => wave.get(one) ?? 0)));
      const places = subtasks.map(({ wave: number, priority, id }) => [
        number,
        Priority.options.indexOf(priority),
        tasks.findIndex((one) => one.id === id),
      ]);
      expect(places).toEqual(
        places.toSorted(([a = 0, b = 0, c = 0], [x = 0, y = 0, z = 0]) => a - x || b - y || c - z),
      );
      expect(waves.flat()).toEqual(subtasks.map(({ id }) => id));
      expect(independent).toEqual(waves[0]);
      const longest = waves.map((ids) =>
        Math.max(...ids.map((one) => tasks.find(({ id }) => id === one)?.estimateMs ?? 0)),
      );
      expect(estimatedMs).toBe(longest.reduce((sum, ms) => sum + ms, 0));
    },
  );
});

import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { topologicalOrder } from "../../src/events/plan/graph.ts";
import { parsePlan } from "../../src/events/plan/text.ts";
import { faultsOf, messages, planOf } from "../support/plan.ts";

/** A DAG: task i may depend on tasks before it in a hidden order; the text lists them shuffled. */
const dag = fc
  .integer({ min: 1, max: 25 })
  .chain((size) =>
    fc.record({
      edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: size * 3 }),
      listed: fc.shuffledSubarray(
        Array.from({ length: size }, (_, i) => i),
        { minLength: size },
      ),
    }),
  )
  .map(({ edges, listed }) =>
    listed.map((n) => {
      const earlier = edges.flatMap(([a, b]) => (a > b && a === n ? [`t${b}`] : []));
      return { id: `t${n}`, run: ["true"], dependsOn: [...new Set(earlier)] };
    }),
  );

const LINES = [
  "name: p\n",
  "tasks:\n",
  "  - id: a\n",
  "    run: b\n",
  "    dependsOn: [a]\n",
  "<<: *a\n",
];
const PIECES = LINES.concat(
  "- ",
  "&a ",
  "*a ",
  "\t",
  "{",
  "]",
  "? ",
  "!!x ",
  "---\n",
  "%YAML 1.1\n",
  '"',
  "|\n",
);

const KEYS = ["name", "tasks", "id", "run", "dependsOn", "env", "__proto__", "constructor", "x"];

describe("the order of a plan", () => {
  test.prop({ tasks: dag })(
    "for every DAG, the plan is accepted and each task comes behind what it depends on",
    ({ tasks }) => {
      const plan = parsePlan(planOf(tasks), "p.json");
      const order = topologicalOrder(plan.tasks);
      expect(order.toSorted((a, b) => a - b)).toEqual(tasks.map((_, i) => i));
      const rank = new Map(order.map((at, i) => [plan.tasks[at]?.id, i]));
      for (const task of plan.tasks)
        for (const id of task.dependsOn) expect(rank.get(id)).toBeLessThan(rank.get(task.id) ?? -1);
    },
  );

  test.prop({ tasks: dag, pick: fc.nat(), length: fc.integer({ min: 0, max: 6 }) })(
    "for every DAG, an edge back along a path is a cycle whose ids are in order",
    ({ tasks, pick, length }) => {
      const all = new Map(tasks.map((task) => [task.id, task]));
      let end = tasks[pick % tasks.length];
      const start = end;
      for (let i = 0; i < length; i++) end = all.get(end?.dependsOn[0] ?? "") ?? end;
      const broken = tasks.map((task) =>
        task === end ? { ...task, dependsOn: [...task.dependsOn, start?.id ?? ""] } : task,
      );
      const found = faultsOf(planOf(broken)).filter(({ message }) => message.startsWith("cycle"));
      expect(found.length).toBeGreaterThan(0);
      const edges = new Set(broken.flatMap((t) => t.dependsOn.map((id) => `${t.id} ${id}`)));
      for (const { message } of found) {
        const ids = message.replace("cycle: ", "").split(" → ");
        expect(ids.at(0)).toBe(ids.at(-1));
        expect(new Set(ids).size).toBe(ids.length - 1);
        for (let i = 1; i < ids.length; i++) expect(edges).toContain(`${ids[i - 1]} ${ids[i]}`);
      }
    },
  );

  it("takes a chain of 10,000 tasks without running out of stack", () => {
    const chain = Array.from({ length: 10_000 }, (_, i) => ({
      id: `t${i}`,
      run: "true",
      dependsOn: i === 0 ? [] : [`t${i - 1}`],
    }));
    expect(topologicalOrder(parsePlan(planOf(chain.toReversed()), "p.json").tasks)).toHaveLength(
      10_000,
    );
  });
});

describe("whatever the text is", () => {
  const junk: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: "medium" },
      fc.constantFrom("a", "b", "", "\0", 0, -1, 1.5, null, true, "✓", "${x}", "<<"),
      fc.array(tie("any"), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...KEYS), tie("any"), { maxKeys: 5 }),
    ),
  }))["any"];

  const onlyPlanInvalid = (text: string): void => {
    for (const { line, column, message } of faultsOf(text)) {
      expect(line).toBeGreaterThan(0);
      expect(column).toBeGreaterThan(0);
      expect(message).not.toMatch(/undefined|\[object|^$/);
    }
  };

  test.prop({ text: fc.string({ unit: "grapheme", maxLength: 200 }) })(
    "for every string, nothing but PLAN_INVALID is thrown",
    ({ text }) => onlyPlanInvalid(text),
  );
  test.prop({ value: junk })("for every JSON value, nothing but PLAN_INVALID is thrown", ({ value }) =>
    onlyPlanInvalid(JSON.stringify(value)),
  );
  test.prop({
    text: fc.array(fc.constantFrom(...PIECES), { maxLength: 20 }),
  })("for every heap of YAML pieces, nothing but PLAN_INVALID is thrown", ({ text }) =>
    onlyPlanInvalid(text.join("")),
  );

  it("takes no text that is nested to death, and no bomb of aliases", () => {
    expect(messages("[".repeat(50_000))).not.toEqual([]);
    expect(messages(`${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`)).not.toEqual([]);
    const bomb = ["a: &a [1,1,1,1,1,1,1,1,1,1]"];
    for (let i = 1; i < 12; i++)
      bomb.push(`k${i}: &k${i} [${`*${i === 1 ? "a" : `k${i - 1}`},`.repeat(9)}]`);
    expect(messages(bomb.join("\n"))).toHaveLength(1);
  });
});

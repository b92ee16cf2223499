/** Charts of plans: every task and every dependency is there, once, and what the pattern adds. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { chartOfPlan } from "../../src/cli/chart-plan.ts";
import { mermaidOf } from "../../src/cli/chart-text.ts";
import { Pattern, Plan } from "../../src/events/plan/plan.ts";
import { readMermaid } from "../support/mermaid.ts";

const drawn = (plan: object): string => mermaidOf(chartOfPlan(Plan.parse({ name: "p", ...plan })));

describe("the chart of a plan", () => {
  it("shows tasks with what decides over them", () => {
    const tasks = [
      { id: "a", run: "true", approval: ["before"] },
      {
        id: "b",
        title: "Build it",
        agent: "coder",
        dependsOn: ["a"],
        failureRouting: { test_failure: "coder" },
      },
      { id: "c", run: "true", dependsOn: ["a"], when: 'tasks.a.status == "COMPLETED"' },
      { id: "d", run: "true", dependsOn: ["b", "c"], gate: { agent: "judge", threshold: 0.7 } },
    ];
    expect(drawn({ tasks })).toMatchInlineSnapshot(`
      "stateDiagram-v2
        [*] --> a
        state "a<br>approval before" as a
        state "b<br>Build it<br>by coder<br>mended by coder, debugger" as b
        state "c<br>when tasks.a.status == #34;COMPLETED#34;" as c
        state "d<br>gate ≥ 7 by judge" as d
        d --> [*]
        a --> b
        a --> c
        b --> d
        c --> d
      "
    `);
  });

  it.each<[string, object, readonly string[]]>([
    [
      "sequential: each behind the one before",
      { pattern: "sequential", tasks: named("a", "b", "c") },
      ["[*] > a", "a > b", "b > c", "c > [*]"],
    ],
    [
      "parallel: one join, one result",
      { pattern: "parallel", join: "quorum:2", tasks: named("a", "b") },
      [
        "[*] > fork_s",
        "fork_s > a",
        "fork_s > b",
        "a > join_s",
        "b > join_s",
        "join_s > aggregate: join quorum:2",
        "aggregate > [*]",
      ],
    ],
    [
      "hub: the way back",
      { pattern: "hub", hub: { agent: "h", maxCycles: 2 }, tasks: named("a", "b") },
      [
        "[*] > a",
        "[*] > b",
        "a > join_s",
        "b > join_s",
        "join_s > synthesis: join all",
        "synthesis > integrate: PROCEED",
        "synthesis > a: ITERATE, at most 2 cycles",
        "synthesis > b: ITERATE, at most 2 cycles",
        "integrate > [*]",
      ],
    ],
    [
      "dynamic: until it yields none",
      { pattern: "dynamic", generate: { agent: "g" } },
      [
        "[*] > generate",
        "generate > more: further tasks",
        "more > generate: join all",
        "generate > [*]",
      ],
    ],
    [
      "saga: undone in reverse order",
      {
        pattern: "saga",
        tasks: named("a", "b").map((task, at) => ({
          ...task,
          compensate: { run: "true" },
          dependsOn: at === 0 ? [] : ["a"],
        })),
      },
      [
        "[*] > do",
        "[*] > a",
        "a > b",
        "b > [*]",
        "[*] > b_compensation",
        "b_compensation > a_compensation",
        "a_compensation > [*]",
        "do > undo: one fails, or CANCEL",
        "do > [*]",
        "undo > [*]",
      ],
    ],
  ])("shows a pattern: %s", (_, plan, wanted) => {
    const { arrows } = readMermaid(drawn(plan));
    const said = arrows.map(({ from, to, labels }) => [`${from} > ${to}`, ...labels].join(": "));
    expect(said.toSorted()).toEqual(wanted.toSorted());
  });
});

function named(...ids: readonly string[]) {
  return ids.map((id) => ({ id, run: "true" }));
}

const ID = fc.constantFrom("a", "b", "end", "x_start", "a-b", "a_b", "note", "fork", "root", "A");
const tasks = fc.uniqueArray(ID, { minLength: 1 }).chain((ids) =>
  fc.tuple(
    ...ids.map((id, at) =>
      fc.record({
        id: fc.constant(id),
        title: fc
          .string({ minLength: 1 })
          .map((title) => title.replaceAll("\0", ""))
          .filter(Boolean),
        run: fc.constant("true"),
        dependsOn: fc.subarray(ids.slice(0, at)),
        compensate: fc.constant({ run: "true" }),
      }),
    ),
  ),
);

test.prop({ tasks, pattern: fc.constantFrom(...Pattern.options) })(
  "for every plan, each task stands once, and an arrow leads to it from each that it depends on",
  (plan) => {
    const { states, arrows } = readMermaid(drawn(plan));
    const labels = [...states.values()].map(({ label }) => label.split("\n")[0]);
    const labelOf = (id: string) => states.get(id)?.label.split("\n")[0];
    for (const { id, dependsOn } of plan.tasks) {
      expect(labels.filter((label) => label === id)).toHaveLength(1);
      const before = arrows.filter(({ to }) => labelOf(to) === id).map(({ from }) => labelOf(from));
      expect(before).toEqual(expect.arrayContaining(dependsOn));
    }
    expect(new Set(arrows.map(({ from, to, parent }) => `${parent} ${from} ${to}`)).size).toBe(
      arrows.length,
    );
  },
);

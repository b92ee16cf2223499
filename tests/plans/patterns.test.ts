/** What each pattern needs, and what it has no use for. */
import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/events/plan/faults.ts";

function said(plan: object): readonly string[] {
  const tasks = [{ id: "a", run: "true" }];
  return faultsOf({ name: "p", tasks, ...plan }).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );
}

const undo = { compensate: { run: "true" } };
const task = (id: string, rest: object = {}): object => ({ id, run: "true", ...rest });
const doer = { run: "true" };

describe("each pattern", () => {
  it.each<[string, object]>([
    ["graph", {}],
    ["parallel", { join: "quorum:1", aggregate: doer }],
    ["sequential", {}],
    ["conditional", { tasks: [task("a"), task("b", { dependsOn: ["a"], when: "tasks.a.data == 1" })] }],
    ["hub", { hub: doer, join: "settle" }],
    ["dynamic", { generate: doer, tasks: [] }],
    ["dynamic", { generate: doer, tasks: undefined, join: "quorum:5" }],
    ["saga", { tasks: [task("a", undo), task("b", { dependsOn: ["a"] })] }],
  ])("is sound with what it needs: %s %j", (pattern, rest) => {
    expect(said({ pattern, ...rest })).toEqual([]);
  });

  it("needs at least one task, but for dynamic", () => {
    expect(said({ tasks: [] })).toEqual(["tasks: a plan needs at least one task"]);
    expect(said({ tasks: undefined })).toEqual(["tasks: a plan needs at least one task"]);
    expect(said({ tasks: 1 })).toEqual(["tasks: expected a list, got number 1"]);
  });

  it("hub needs hub, dynamic needs generate, conditional needs a condition", () => {
    expect(said({ pattern: "hub" })).toEqual(["hub: it is missing: pattern hub needs it"]);
    expect(said({ pattern: "dynamic" })).toEqual(["generate: it is missing: pattern dynamic needs it"]);
    expect(said({ pattern: "conditional" })).toEqual([
      "pattern: no task of this conditional plan has a condition",
    ]);
  });

  it("fields of another pattern are refused, defaults that are spelt out are not", () => {
    expect(said({ aggregate: doer, generate: doer, hub: doer, join: "any" })).toEqual([
      'aggregate: "aggregate" is a field of pattern parallel, and this plan is graph',
      'generate: "generate" is a field of pattern dynamic, and this plan is graph',
      'hub: "hub" is a field of pattern hub, and this plan is graph',
      'join: "join" is a field of pattern parallel, hub, dynamic, and this plan is graph',
    ]);
    expect(said({ join: "all", tasks: [task("a", undo)] })).toEqual([
      'tasks.0.compensate: "compensate" is a field of pattern saga, and this plan is graph',
    ]);
  });

  it("a misspelt pattern hides nothing else and adds nothing", () => {
    expect(said({ pattern: "paralel", hub: doer, join: "most" })).toEqual([
      'pattern: "paralel" is none of graph, parallel, sequential, conditional, hub, dynamic, saga',
      "join: use all, any, settle or quorum:NUMBER",
    ]);
  });

  it("parallel tasks depend on nothing", () => {
    expect(said({ pattern: "parallel", tasks: [task("a"), task("b", { dependsOn: ["a"] })] })).toEqual([
      "tasks.1.dependsOn: tasks of a parallel plan depend on nothing",
    ]);
  });

  it.each(["parallel", "hub"])("a quorum of %s is no more than its tasks", (pattern) => {
    const rest = pattern === "hub" ? { hub: doer } : {};
    expect(said({ pattern, join: "quorum:2", ...rest })).toEqual([
      "join: 2 of 1 tasks can never be done",
    ]);
    expect(said({ pattern, join: "quorum:0", ...rest })).toEqual([
      "join: use all, any, settle or quorum:NUMBER",
    ]);
  });

  it("a saga can undo every task, but for one that all others come before", () => {
    const [a, b, c] = [task("a"), task("b", { dependsOn: ["a"] }), task("c", { dependsOn: ["b"] })];
    expect(said({ pattern: "saga", tasks: [a, b, c] }).map((text) => text.split(":")[0])).toEqual([
      "tasks.0.compensate",
      "tasks.1.compensate",
    ]);
    // two may end last: whichever is first must be undone when the other fails
    const last = [task("a", undo), task("b", { dependsOn: ["a"] }), task("c", { dependsOn: ["a"] })];
    expect(said({ pattern: "saga", tasks: last }).map((text) => text.split(":")[0])).toEqual([
      "tasks.1.compensate",
      "tasks.2.compensate",
    ]);
  });

  it("a plan has no more tasks than its own limit", () => {
    const tasks = [task("a"), task("b")];
    expect(said({ tasks, limits: { tasks: 1 } })).toEqual([
      "limits.tasks: the plan itself has 2 tasks, more than 1",
    ]);
    expect(said({ tasks, limits: { tasks: 2 } })).toEqual([]);
  });
});

describe("a task", () => {
  const of = (rest: object): readonly string[] => said({ tasks: [task("a", rest)] });

  it("is not asked about twice", () => {
    expect(of({ approval: ["before", "after"] })).toEqual([]);
    expect(of({ approval: ["after", "after"] })).toEqual([
      'tasks.0.approval.1: "after" is named twice',
    ]);
  });

  it("does not wait longer than its longest wait, also where that is the default", () => {
    expect(of({ retryDelayMs: 3_600_000 })).toEqual([
      "tasks.0.retryDelayMs: it is longer than maxRetryDelayMs (300000)",
    ]);
    expect(of({ retryDelayMs: 3_600_000, maxRetryDelayMs: 3_600_000 })).toEqual([]);
  });

  it("has no number of tries for branch todos that it never opens", () => {
    expect(of({ maxDebugAttempts: 5 })).toEqual([
      "tasks.0.maxDebugAttempts: without failureRouting there is no branch todo to be tried",
    ]);
    expect(of({ maxDebugAttempts: 3 })).toEqual([]);
  });
});

describe("a condition", () => {
  const of = (when: string, dependsOn: readonly string[] = ["a", "b-c"]): readonly string[] =>
    faultsOf({
      name: "p",
      tasks: [task("a"), task("b-c"), task("d"), task("e", { when, dependsOn })],
    }).map(({ path, message, hint }) => `${path.join(".")}: ${message} (${hint})`);

  it.each([
    'tasks.a.status == "COMPLETED"',
    'tasks.a.data.score > 3.5 && size(tasks["b-c"].outputs) == 1',
    "has(tasks.a.data) || tasks.a.summary.contains('ok')",
    "tasks.all(id, tasks[id].status == 'COMPLETED')",
    "tasks.a.data",
    "tasks.a.data.items.all(x, x.tags.exists(y, y == 'ok'))",
    "tasks.all(id, tasks[id].data.exists(x, x == 1))",
    "tasks.a.data.all(x, x > 1) && tasks.a.data.exists(x, x == 3)",
    String.raw`tasks.a.summary.matches("^(done|ok): [0-9]+ of \\d \\(all\\)$")`,
  ])("may be %s", (when) => {
    expect(of(when)).toEqual([]);
  });

  it.each([
    ["tasks.a.status ==", /^tasks\.3\.when: no condition: Unexpected token: EOF/],
    ["(", /no condition/],
    ["1 + 2", /it is no question of yes and no, but int \(Write a CEL expression/],
    ["nothing == 1", /it asks for "nothing", and there is only tasks/],
    ['tasks.b-c.status == "x"', /it asks for "c", .*\(Write tasks\["b-c"\]\.\)/],
    ["nofn(tasks)", /no condition: found no matching overload for 'nofn/],
    [
      "tasks.d.data == 1",
      /it asks about "d", which the task does not depend on \(Add "d" to dependsOn\.\)/,
    ],
    ['tasks["d"].data == 1', /it asks about "d"/],
    ["tasks.b_c.data == 1", /unknown task "b_c" \(Did you mean "b-c"\?\)/],
    ["tasks.zzzzzz.data == 1", /unknown task "zzzzzz" \(It may ask about a, b-c\.\)/],
    [
      "tasks.a.state == 'COMPLETED'",
      /a task has no "state" \(Use one of status, summary, data, outputs\.\)/,
    ],
    // a host would work at these for hours, deaf to all else
    ["tasks.a.data.all(x, tasks.a.data.all(y, x != y))", /within a walk/],
    ["tasks.a.data.map(x, tasks.a.data.filter(y, y > x)).exists(l, size(l) > 3)", /within a walk/],
    ['tasks.a.summary.matches("^(a+)+$")', /a pattern that may take too long \(Write the pattern/],
    ['tasks.a.summary.matches("a*a*a*$")', /a pattern that may take too long/],
    ['tasks.a.summary.matches("(a|aa)+$")', /a pattern that may take too long/],
    ["tasks.a.summary.matches(tasks.a.data)", /a pattern that may take too long/],
    [`${"1+".repeat(40_000)}1 == 1`, /no condition/],
    [`${"(".repeat(9_999)}1`, /no condition: Exceeded maxDepth/],
  ])("is refused: %.40s", (when, expected) => {
    expect(of(when).join("\n")).toMatch(expected);
    expect(of(when)).toHaveLength(1);
  });

  it("needs a task to ask about; in a sequential plan that is the stage before", () => {
    expect(of("true", [])).toEqual([
      "tasks.3.when: the task depends on nothing that a condition could ask about (Add dependsOn.)",
    ]);
    const tasks = [task("a"), task("b", { when: "tasks.a.data == 1" })];
    expect(said({ pattern: "sequential", tasks })).toEqual([]);
  });

  it("is told beside all other faults of its task", () => {
    expect(of("tasks.d.state == 1")).toHaveLength(2);
    const tasks = [{ id: "e", when: "tasks.x.data", dependsOn: ["y"], timeoutMs: 0 }];
    expect(said({ tasks })).toHaveLength(4);
  });
});

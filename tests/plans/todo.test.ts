/** Todo lists in the older JSON shape: what is refused, and which plan they stand for. */
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import type { PlacedFault } from "../../src/events/plan/document.ts";
import { parsePlan, parseTodoList } from "../../src/events/plan/text.ts";
import { TodoItem } from "../../src/events/plan/todo.ts";
import { faultsOf as planFaults } from "../support/plan.ts";

const LIST = {
  todo_list_id: "momentum",
  request: "Create momentum strategy\nwith tests",
  agents: { coder: { run: ["true"] }, tester: { run: ["true"] }, debugger: { run: ["true"] } },
  items: [
    {
      id: "t1_contract",
      title: "Contract",
      agent_role: "coder",
      priority: 1,
      metadata: { kind: "api" },
    },
    {
      id: "t2_indicators",
      title: "Indicators",
      description: "RSI and MACD",
      agent_role: "coder",
      dependencies: ["t1_contract"],
      priority: 4,
      acceptance_criteria: {
        tests: [{ cmd: "npm test -- rsi", timeout_seconds: 90 }, { cmd: ["true"] }],
      },
      failure_routing: { implementation_bug: "coder", timeout: "tester" },
      max_debug_attempts: 5,
      timeout_seconds: 1.5,
      max_retries: 2,
      estimated_duration: 60,
      output_artifacts: ["indicators.ts"],
    },
  ],
};

function faultsOf(
  list: object,
  options: { agents?: "any" } = { agents: "any" },
): readonly PlacedFault[] {
  try {
    parseTodoList(JSON.stringify(list, null, 2), "todo.json", options);
  } catch (error) {
    if (!TroupeError.is(error, "PLAN_INVALID")) throw error;
    const faults: unknown = error.data["faults"];
    if (Array.isArray(faults)) return faults;
  }
  return [];
}

const said = (list: object): readonly string[] =>
  faultsOf(list).map(({ place, message }) => `${place}: ${message}`);

const item = (rest: object = {}): object => ({ id: "a", agent_role: "coder", ...rest });

describe("a todo list", () => {
  it("is the plan that it stands for", () => {
    const { name, goal, agents, limits, tasks } = parsePlan(JSON.stringify(LIST), "todo.json");
    expect({ name, goal, agents: Object.keys(agents), limits }).toEqual({
      name: "Create momentum strategy",
      goal: LIST.request,
      agents: ["coder", "tester", "debugger"],
      limits: { branches: 20, depth: 2, tasks: 10_000 },
    });
    expect(tasks).toMatchObject([
      {
        id: "t1_contract",
        title: "Contract",
        agent: "coder",
        input: { kind: "api" },
        priority: "URGENT",
      },
      {
        id: "t2_indicators",
        description: "RSI and MACD",
        dependsOn: ["t1_contract"],
        priority: "HIGH",
        acceptance: [
          { cmd: "npm test -- rsi", timeoutMs: 90_000 },
          { cmd: ["true"], timeoutMs: 300_000 },
        ],
        failureRouting: { implementation_bug: "coder", timeout: "tester" },
        maxDebugAttempts: 5,
        timeoutMs: 1_500,
        maxRetries: 2,
        estimateMs: 60_000,
        outputs: ["indicators.ts"],
      },
    ]);
    expect(Object.values(tasks[0] ?? {})).not.toContain(undefined);
    // failures of an item that says nothing of them stay failures
    expect(tasks[0]).not.toHaveProperty("failureRouting");
  });

  it.each([
    ["items", { todo_list_id: "x" }],
    ["todos", {}],
    ["tasks", { title: "x" }],
  ])("may have its items under %s", (name, rest) => {
    const agents = { coder: { run: "true" } };
    const plan = parsePlan(JSON.stringify({ ...rest, agents, [name]: [item()] }), "todo.json");
    expect(plan.tasks).toMatchObject([{ id: "a", agent: "coder" }]);
  });

  it.each([
    [1, "URGENT"],
    [2, "URGENT"],
    [3, "HIGH"],
    [5, "HIGH"],
    [6, "NORMAL"],
    [8, "NORMAL"],
    [9, "LOW"],
    [10, "LOW"],
    [undefined, "NORMAL"],
  ])("T-B4: priority %j is %s", (priority, word) => {
    const list = { items: [item({ priority })], agents: { coder: { run: "true" } } };
    expect(parsePlan(JSON.stringify(list), "todo.json").tasks).toMatchObject([{ priority: word }]);
  });

  it("T-B4: priorities are 1 to 10", () => {
    expect(said({ items: [item({ priority: 0 })] })).toEqual([
      "items[0].priority: it must be at least 1",
    ]);
    expect(said({ items: [item({ priority: 11 })] })).toEqual([
      "items[0].priority: it must be at most 10",
    ]);
    expect(said({ items: [item({ priority: "HIGH" })] })).toHaveLength(1);
  });

  it("S3-002: an unknown dependency and a cycle are refused with the ids, at their places", () => {
    const items = [
      item({ dependencies: ["b"] }),
      item({ id: "b", dependencies: ["a", "nope"] }),
      item({ id: "b" }),
    ];
    expect(said({ items })).toEqual([
      "items[1].dependencies[0]: cycle: a → b → a",
      'items[1].dependencies[1]: unknown task "nope"',
      'items[2].id: duplicate id "b": items[1] has it',
    ]);
  });

  it("S3-032: branch_reason is one of six", () => {
    expect(TodoItem.shape.branch_reason.unwrap().options).toEqual([
      "test_failure",
      "spec_mismatch",
      "timeout",
      "implementation_bug",
      "missing_dependency",
      "flaky_test",
    ]);
    expect(said({ items: [item({ branch_reason: "bug" })] })).toEqual([
      expect.stringMatching(/^items\[0\]\.branch_reason: "bug" is none of test_failure, /),
    ]);
  });

  it.each([0, 11, 2.5, "3"])("S3-033: max_debug_attempts is 1 to 10, so %j is refused", (n) => {
    expect(said({ items: [item({ max_debug_attempts: n })] })).toHaveLength(1);
  });

  it("S3-033: max_debug_attempts is 3 where only the routing is said", () => {
    const agents = { coder: { run: "true" }, debugger: { run: "true" } };
    const plan = (rest: object) =>
      parsePlan(JSON.stringify({ items: [item(rest)], agents }), "todo.json").tasks[0];
    expect(plan({ failure_routing: {} })).toMatchObject({ maxDebugAttempts: 3, failureRouting: {} });
    expect(plan({ max_debug_attempts: 10 })).toMatchObject({
      maxDebugAttempts: 10,
      failureRouting: {},
    });
  });

  it("S3-034: failure_routing maps kinds of failures to agents, who must be there", () => {
    const failure_routing = { timeout: "tester", implementation_bug: "coder" };
    expect(said({ items: [item({ failure_routing })] })).toEqual([]);
    expect(said({ items: [item({ failure_routing: { timeout: 3, what: "x" } })] })).toEqual([
      "items[0].failure_routing.timeout: expected text, got number 3",
      'items[0].failure_routing.what: unknown field "what"',
    ]);
    const list = { items: [item({ failure_routing })], agents: { coder: { run: "true" } } };
    expect(faultsOf(list, {}).map(({ place }) => place)).toEqual([
      "items[0].failure_routing",
      "items[0].failure_routing.timeout",
    ]);
  });

  it("S0-005: has two items that write one path refused, and hidden dependencies", () => {
    const items = [
      item({ output_artifacts: ["x"] }),
      item({ id: "b", output_artifacts: ["x"] }),
      item({ id: "c", dependencies: ["b"], input_artifacts: ["x"] }),
    ];
    expect(faultsOf({ items })).toMatchObject([
      {
        place: "items[1].output_artifacts[0]",
        message: '"a" writes the same path, in the same wave (1)',
      },
      { place: "items[2].input_artifacts[0]", hint: 'Add "a" to dependencies.' },
    ]);
  });

  it("leaves the branch todos of a former run out", () => {
    const items = [
      item(),
      item({ id: "a_branch_01", is_temporary: true, parent_id: "a", branch_reason: "timeout" }),
      item({ id: "b", dependencies: ["a", "a_branch_01"] }),
    ];
    const list = { items, agents: { coder: { run: "true" } } };
    expect(parsePlan(JSON.stringify(list), "todo.json").tasks).toMatchObject([
      { id: "a" },
      { id: "b", dependsOn: ["a"] },
    ]);
    expect(said({ items: items.slice(1, 2) })).toEqual([
      "items: all of it are branch todos of a former run",
    ]);
    expect(said({ items: [item({ id: "a_branch_01" })] })).toHaveLength(1);
  });

  it("has its agents named where it is run, and not where it is only looked at", () => {
    expect(planFaults(JSON.stringify({ items: [item()] }))).toMatchObject([
      { place: "items[0].agent_role", message: 'unknown agent "coder"' },
    ]);
    expect(said({ items: [item()] })).toEqual([]);
  });

  it("is told every fault at once", () => {
    const broken = {
      title: "",
      items: [
        { id: "a b", agent: "coder", timeout: 3, acceptance_criteria: { tests: [{ command: "x" }] } },
        null,
        item({ dependsOn: ["a"], timeout_seconds: 0 }),
      ],
      todos: [],
      agents: { coder: { run: "x", env: { API_KEY: "abcdefgh" } } },
    };
    expect(faultsOf(broken).map(({ line, place, message }) => `${line} ${place} ${message}`))
      .toMatchInlineSnapshot(`
      [
        "2 title it is empty",
        "4 items[0].agent_role it is missing",
        "5 items[0].id an id has only letters, digits, "_" and "-"",
        "6 items[0].agent unknown field "agent"",
        "7 items[0].timeout unknown field "timeout"",
        "10 items[0].acceptance_criteria.tests[0].cmd it is missing",
        "11 items[0].acceptance_criteria.tests[0].command unknown field "command"",
        "16 items[1] expected fields, got nothing",
        "20 items[2].dependsOn unknown field "dependsOn"",
        "23 items[2].timeout_seconds it must be at least 0.001",
        "26 todos the list has its items under "items" already",
        "26 todos a todo list needs at least one item",
        "31 agents.coder.env.API_KEY it is named like a secret, and plans are recorded",
      ]
    `);
    expect(said({ title: "x" })).toEqual(["items: it is missing: a todo list needs its items"]);
    expect(said([])).toEqual([": it is a list, not a todo list: fields such as title and items"]);
  });
});

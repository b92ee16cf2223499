import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { argvOf } from "../../src/events/plan.ts";
import { topologicalOrder } from "../../src/events/plan-graph.ts";
import { parsePlan, type PlacedFault } from "../../src/events/plan-text.ts";

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

function planOf(tasks: readonly object[], rest: object = {}): string {
  return JSON.stringify({ name: "p", tasks, ...rest });
}

function faultsOf(text: string): readonly PlacedFault[] {
  try {
    parsePlan(text, "plan.yaml");
  } catch (error) {
    if (!TroupeError.is(error, "PLAN_INVALID")) throw error;
    const faults: unknown = error.data["faults"];
    if (Array.isArray(faults)) return faults;
  }
  return [];
}

const messages = (text: string): readonly string[] =>
  faultsOf(text).map(({ line, column, place, message }) => `${line}:${column} ${place} ${message}`);

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

describe("each fault", () => {
  const text = `name: demo
concurency: 2
env:
  PORT: 8080
  API_TOKEN: abcdefgh
  TROUPE_X: "1"
tasks:
  - id: a
    run: make
    depends_on: [b]
  - id: b
    run: []
    dependsOn: [aa, c, c]
    timeoutMs: 0
  - id: a b
    title: 3
  - id: a
    run: [echo, 1]
    dependsOn: [e]
  - id: c
    run: x
    maxRetries: 1.5
    dependsOn: [b]
  - id: e
    run: ""
    dependsOn: [e]
`;

  it("is reported at once, with its place", () => {
    expect(messages(text)).toMatchInlineSnapshot(`
      [
        "2:1 concurency unknown field "concurency"",
        "4:9 env.PORT expected text, got number 8080",
        "5:3 env.API_TOKEN it is named like a secret, and plans are recorded",
        "6:3 env.TROUPE_X names that start with TROUPE_ are set by troupe",
        "10:5 tasks[0].depends_on unknown field "depends_on"",
        "12:10 tasks[1].run it is empty",
        "13:17 tasks[1].dependsOn[0] unknown task "aa"",
        "13:24 tasks[1].dependsOn[2] "c" is named twice",
        "14:16 tasks[1].timeoutMs it must be at least 1",
        "15:5 tasks[2].run it is missing",
        "15:9 tasks[2].id an id has only letters, digits, "_" and "-"",
        "16:12 tasks[2].title expected text, got number 3",
        "17:9 tasks[3].id duplicate id "a": tasks[0] has it",
        "18:10 tasks[3].run expected a shell line or a list of words, got a list",
        "22:17 tasks[4].maxRetries expected a whole number, got number 1.5",
        "23:17 tasks[4].dependsOn[0] cycle: b → c → b",
        "25:10 tasks[5].run it is empty",
        "26:17 tasks[5].dependsOn[0] cycle: e → e",
      ]
    `);
  });

  it("comes with a hint where there is a likely repair", () => {
    expect(faultsOf(text).map(({ hint }) => hint)).toMatchInlineSnapshot(`
      [
        "Did you mean "concurrency"?",
        "Put it in quotes: the value of an environment variable is text.",
        "List "API_TOKEN" under passEnv and set it in the shell that runs troupe.",
        undefined,
        "Did you mean "dependsOn"?",
        undefined,
        "Did you mean "a"?",
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        "Remove one of these dependencies.",
        undefined,
        "Remove one of these dependencies.",
      ]
    `);
  });

  it("reads well as one message", () => {
    const broken = "name: demo\ntasks:\n  - id: a\n    rum: make\n";
    expect(() => parsePlan(broken, "demo.yaml")).toThrowErrorMatchingInlineSnapshot(`
      [TroupeError: plan "demo.yaml" has 2 faults:
        demo.yaml:3:5 tasks[0].run: it is missing
        demo.yaml:4:5 tasks[0].rum: unknown field "rum" (Did you mean "run"?)]
    `);
  });

  it.each([
    ["", /expected fields, got nothing/],
    ["name: p\ntasks: []", /2:8 tasks a plan needs at least one task/],
    ["name: p\nname: q\ntasks: [{id: a, run: x}]", /2:1 +the field is given twice/],
    ["name: p\ntasks: [{id: a, run: x}", /2:\d+ +/],
    ["a: 1\n---\nb: 1", /2:1 +there is more than one document/],
    ["name: p\ntasks: [{id: a, run: *x}]", /unresolved alias/],
    ["name: p\ntasks: [{id: a, run: !!js/function x}]", /unresolved tag/],
  ])("of %j is found", (broken, expected) => {
    expect(messages(broken).join("\n")).toMatch(expected);
  });

  it("that stands beside too many others is counted, not printed", () => {
    const many = Array.from({ length: 40 }, (_, i) => ({ id: `t${i}`, run: "x", nope: 1 }));
    expect(faultsOf(planOf(many))).toHaveLength(40);
    expect(() => parsePlan(planOf(many), "p")).toThrow(/and 15 more$/);
  });
});

describe("a sound plan", () => {
  it("gets its defaults, and a shell line stays one constant argument", () => {
    const plan = parsePlan(
      'name: p\nversion: 2\ntasks:\n  - {id: a, run: "echo $X; rm *"}\n',
      "p.yaml",
    );
    expect(plan).toEqual({
      name: "p",
      version: 2,
      env: {},
      passEnv: [],
      concurrency: 4,
      tasks: [
        { id: "a", run: "echo $X; rm *", dependsOn: [], maxRetries: 0, retryDelayMs: 1_000, env: {} },
      ],
    });
    expect(argvOf("echo $X; rm *")).toEqual(["sh", "-c", "echo $X; rm *"]);
    expect(argvOf(["echo", "$X"])).toEqual(["echo", "$X"]);
  });

  it("may be JSON with tabs, or share parts by anchors", () => {
    const json = '{\n\t"name": "p",\n\t"tasks": [\n\t\t{ "id": "a", "run": ["true"] }\n\t]\n}\n';
    expect(parsePlan(json, "p.json").tasks).toHaveLength(1);
    const shared = "name: p\ntasks:\n  - &a {id: a, run: x, timeoutMs: 5}\n  - {<<: *a, id: b}\n";
    expect(parsePlan(shared, "p.yaml").tasks[1]).toMatchObject({ id: "b", run: "x", timeoutMs: 5 });
  });
});

/** What a plan's author gets to read. */
import { describe, expect, it } from "vitest";
import { Plan } from "../../src/events/plan/plan.ts";
import { argvOf } from "../../src/events/plan/values.ts";
import { parsePlan } from "../../src/events/plan/text.ts";
import { faultsOf, messages, planOf } from "../support/plan.ts";

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
        "18:17 tasks[3].run[1] expected text, got number 1",
        "22:17 tasks[4].maxRetries expected a whole number, got number 1.5",
        "23:17 tasks[4].dependsOn[0] cycle: b → c → b",
        "25:10 tasks[5].run it is empty",
        "26:17 tasks[5].dependsOn[0] cycle: e → e",
      ]
    `);
  });

  it("is reported beside a field that is given twice", () => {
    const found = messages("name: p\nname: q\ntasks: [{id: a, rum: x}]\n");
    expect(found.map((line) => line.replace(/^\S+ +/, ""))).toEqual([
      "the field is given twice",
      "tasks[0].run it is missing",
      'tasks[0].rum unknown field "rum"',
    ]);
  });

  it("S2: a secret is one for whoever parses a plan, and passEnv is not", () => {
    const tasks = [{ id: "a", run: "x" }];
    expect(Plan.safeParse({ name: "p", tasks, env: { API_KEY: "abcdef" } }).success).toBe(false);
    expect(Plan.safeParse({ name: "p", tasks, passEnv: ["API_KEY"] }).success).toBe(true);
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
        "Say who does it: run, a command, or agent, a name.",
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
        demo.yaml:3:5 tasks[0].run: it is missing (Say who does it: run, a command, or agent, a name.)
        demo.yaml:4:5 tasks[0].rum: unknown field "rum" (Did you mean "run"?)]
    `);
  });

  it.each([
    ["", /it is empty, not a plan/],
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
    expect(plan).toMatchInlineSnapshot(`
      {
        "agents": {},
        "concurrency": 4,
        "env": {},
        "join": "all",
        "limits": {
          "branches": 20,
          "depth": 2,
          "tasks": 10000,
        },
        "name": "p",
        "passEnv": [],
        "pattern": "graph",
        "tasks": [
          {
            "acceptance": [],
            "approval": [],
            "dependsOn": [],
            "env": {},
            "id": "a",
            "maxDebugAttempts": 3,
            "maxRetries": 0,
            "maxRetryDelayMs": 300000,
            "outputs": [],
            "priority": "NORMAL",
            "reads": [],
            "retryDelayMs": 1000,
            "retryJitter": false,
            "run": "echo $X; rm *",
          },
        ],
        "version": 2,
      }
    `);
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

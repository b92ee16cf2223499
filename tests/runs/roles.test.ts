/** The roles at work in runs: what they answer, and what becomes of it. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gitArtifacts } from "../../src/agents/artifacts/store.ts";
import { standardAgents, type StandardAgentsOptions } from "../../src/agents/roles/standard.ts";
import { parseContract } from "../../src/events/contract-faults.ts";
import { modelOf, type AskedModel } from "../support/chat-model.ts";
import { DURABLE, endsOf, runBench, task, type RunBench } from "../support/run-bench.ts";

type Bench = (typeof DURABLE)[number];

/** A model that answers one thing after the other. */
const answers = (...said: readonly unknown[]): AskedModel =>
  modelOf((_, nth) => {
    const next = said[nth - 1] ?? said.at(-1);
    return { text: typeof next === "string" ? next : JSON.stringify(next) };
  });

/** Without a sandbox, which has tests of its own. */
const PLAIN = { driver: "unsandboxed" } as const;

const team = (engine: Bench, model: AskedModel, rest: StandardAgentsOptions = {}): Promise<RunBench> =>
  runBench(engine, standardAgents({ model, sandbox: PLAIN, ...rest }));

const CONTRACT = {
  contract_id: "sum",
  interfaces: [{ name: "sum", type: "function", signature: "sum(a: number, b: number): number" }],
  test_skeletons: [{ name: "adds", interface: "sum" }],
};
const code = (sign: string, more: object = {}) => ({
  files: [{ path: "src/sum.js", content: `exports.sum = (a, b) => a ${sign} b;\n` }],
  tests: [
    {
      path: "tests/sum.test.js",
      content: 'require("assert").equal(require("../src/sum.js").sum(1, 2), 3);\n',
    },
  ],
  ...more,
});
const RULES = [
  { type: "lint", command: "node --check {file}" },
  { type: "unit_test", command: ["node", "{file}"] },
];
const coding = (rest: object = {}) =>
  task("code", "coder", {
    outputs: ["artifacts/src/sum.js"],
    input: { validation_rules: RULES },
    ...rest,
  });
const read = (w: RunBench, path: string): string => readFileSync(join(w.artifacts, path), "utf8");
const problemsIn = async (w: RunBench): Promise<string> =>
  JSON.stringify((await w.facts("answer.rejected")).map(({ data }) => data["problems"]));

describe.each(DURABLE)("roles, on $name", (engine) => {
  it("S3-015: the architect makes a contract; the list of its faults goes back", async () => {
    const strange = { ...CONTRACT, test_skeletons: [{ name: "adds", interface: "sun" }] };
    await using w = await team(engine, answers(strange, CONTRACT));
    const [ended] = (
      await w.run({ tasks: [task("design", "architect", { outputs: ["artifacts/contract.json"] })] })
    ).tasks;
    expect(ended).toMatchObject({ status: "COMPLETED", data: CONTRACT });
    expect(parseContract(read(w, "contract.json"), "c").contract_id).toBe("sum");
    expect(await problemsIn(w)).toContain("test_skeletons[0].interface: unknown interface");
  });

  it("S3-016, S3-018: the coder leaves files and tests, each rule ran, and its exit code is in the report", async () => {
    const model = answers(code("+", { notes: "It adds." }));
    // the one that is held in: bubblewrap
    await using w = await team(engine, model, { sandbox: {} });
    const [ended] = (await w.run({ tasks: [coding()] })).tasks;
    expect(ended?.data).toEqual({
      files: ["src/sum.js"],
      tests: ["tests/sum.test.js"],
      report: {
        notes: "It adds.",
        validations: [
          ["lint", "node --check src/sum.js", "src/sum.js"],
          ["lint", "node --check tests/sum.test.js", "tests/sum.test.js"],
          ["unit_test", "node tests/sum.test.js", "tests/sum.test.js"],
        ].map(([type, command, file]) => ({
          type,
          command,
          file,
          exitCode: 0,
          durationMs: expect.any(Number),
        })),
      },
    });
    expect(read(w, "src/sum.js")).toContain("a + b");
  });

  it("S3-017: what a rule finds goes back with what it printed; nothing wrong is written", async () => {
    const model = answers(code("-"), code("+"));
    await using w = await team(engine, model);
    expect(endsOf(await w.run({ tasks: [coding()] }))).toBe("code=COMPLETED");
    const problems = await problemsIn(w);
    expect(problems).toContain("unit_test:");
    expect(problems).toContain("AssertionError");
    expect(model.asked[1]?.messages.at(-1)?.text).toContain("ended with 1");
    expect(read(w, "src/sum.js")).toContain("a + b");
  });

  it("S3-017, S3-020: code that stays wrong goes to the debugger, who gives it to the coder, who mends it", async () => {
    let broken = 0;
    const model = modelOf(({ messages }) => {
      const debugs = messages.some(({ text }) => text.includes("What failed"));
      if (!debugs) broken += 1;
      return { text: JSON.stringify(code(debugs ? "+" : "-")) };
    });
    await using w = await team(engine, model);
    const acceptance = [{ cmd: 'node "$TROUPE_ARTIFACTS/tests/sum.test.js"' }];
    const outcome = await w.run({ tasks: [coding({ acceptance, failureRouting: {} })] });
    expect(endsOf(outcome)).toBe("code=COMPLETED");
    expect(broken).toBe(4);
    const opened = await w.facts("branch.opened");
    expect(
      opened.map(({ data }) => [data["branch"], data["agent_role"], data["branch_reason"]]),
    ).toEqual([
      ["code_branch_01", "debugger", "implementation_bug"],
      ["code_branch_02", "coder", "implementation_bug"],
    ]);
    const [first, second] = await w.facts("branch.ended");
    expect(first?.data).toMatchObject({ status: "COMPLETED", target_agent: "coder" });
    expect(second?.data["target_agent"]).toBeUndefined();
    expect(read(w, "src/sum.js")).toContain("a + b");
  });

  it("S3-016: paths that lead outside, outputs that are missing, rules that are none are told before anything runs", async () => {
    const outside = {
      files: [
        { path: "../../etc/x", content: "" },
        { path: ".git/hooks/x", content: "" },
      ],
    };
    const model = answers(outside, code("+"));
    await using w = await team(engine, model);
    expect(endsOf(await w.run({ tasks: [coding()] }))).toBe("code=COMPLETED");
    const problems = await problemsIn(w);
    for (const known of ["../../etc/x", ".git/hooks/x", "src/sum.js", "is missing"])
      expect(problems).toContain(known);
    await using v = await team(engine, model);
    const wrong = coding({ input: { validation_rules: [{ type: "lint", command: "a 'b" }] } });
    expect((await v.run({ tasks: [wrong] })).tasks[0]?.failure?.code).toBe("INPUT_INVALID");
    expect(model.asked).toHaveLength(2);
  });

  it("S3-019: the tester runs tests over the project and what the run has made, and answers the report", async () => {
    await using w = await team(engine, answers(code("+")));
    mkdirSync(join(w.folder, "lib"), { recursive: true });
    writeFileSync(join(w.folder, "lib/own.js"), "console.log('of the project')");
    const tests = [
      { cmd: ["node", "tests/sum.test.js"], timeout_seconds: 20 },
      { cmd: "node lib/own.js && test ! -e runs" },
      { cmd: ["node", "-e", "console.log('1..1\\nnot ok 1 - rounds'); process.exit(1)"] },
    ];
    const testing = { dependsOn: ["code"], input: { tests }, outputs: ["artifacts/report.json"] };
    const outcome = await w.run({ tasks: [coding(), task("test", "tester", testing)] });
    expect(endsOf(outcome)).toBe("code=COMPLETED test=COMPLETED");
    expect(outcome.tasks[1]?.data).toMatchObject({
      all_passed: false,
      passed: 2,
      failed: 1,
      failures: [{ name: "rounds" }],
      runs: [{ exitCode: 0 }, { exitCode: 0, stdout: "of the project\n" }, { exitCode: 1 }],
    });
    expect(JSON.parse(read(w, "report.json"))).toEqual(outcome.tasks[1]?.data);
    expect(readdirSync(w.folder).toSorted()).toEqual(["lib", "runs"]);
  });

  it("S3-019: tests that must pass fail their task with what they said", async () => {
    await using w = await team(engine, answers("?"));
    const input = { tests: [{ cmd: "echo AssertionError: 71 >&2; exit 1" }], must_pass: true };
    const [ended] = (await w.run({ tasks: [task("test", "tester", { input })] })).tasks;
    expect(ended?.failure).toMatchObject({
      code: "TESTS_FAILED",
      message: expect.stringContaining("AssertionError: 71"),
    });
    await using v = await team(engine, answers("?"));
    const without = (await v.run({ tasks: [task("test", "tester")] })).tasks[0];
    expect(without?.failure?.code).toBe("INPUT_INVALID");
  });

  it("S0-056: the critic calls its tool before every verdict, and asks no model", async () => {
    const model = answers("nothing here", "# Report\n\nIt is umbrella weather.\n");
    await using w = await team(engine, model);
    const gate = { agent: "critic", maxReworks: 3 };
    const input = { requirements: ["umbrella weather"] };
    const writes = task("write", "writer", { outputs: ["artifacts/report.md"], gate, input });
    const outcome = await w.run({ tasks: [writes] });
    expect(endsOf(outcome)).toBe("write=COMPLETED");
    const judged = (await w.facts()).filter(({ stream }) => stream.includes(":judge"));
    const types = judged.map(({ type }) => type).filter((type) => /^(tool|agent)\.c/.test(type));
    expect(types).toEqual(["tool.called", "agent.completed", "tool.called", "agent.completed"]);
    expect(judged.find(({ type }) => type === "tool.called")?.data["tool"]).toBe("critic");
    const gates = await w.facts("gate.evaluated");
    expect(gates.map(({ data }) => data["readiness"])).toEqual(["FAIL", "PASS"]);
    expect(model.asked).toHaveLength(2);
    expect(JSON.stringify(model.asked[1]?.messages)).toContain("[STRUCTURE]");
  });

  it("S0-056: as a task of its own, the critic leaves a feedback report of what it depends on", async () => {
    await using w = await team(engine, answers("# Report\n\nIt is umbrella weather.\n"));
    const writes = task("write", "writer", { outputs: ["artifacts/report.md"] });
    const judges = { dependsOn: ["write"], outputs: ["artifacts/feedback.md"] };
    const outcome = await w.run({ tasks: [writes, task("judge", "critic", judges)] });
    expect(outcome.tasks[1]).toMatchObject({ status: "COMPLETED", data: { passed: true, grade: "A" } });
    expect(read(w, "feedback.md")).toContain("# Quality Feedback Report");
    expect(await w.facts("tool.called")).toHaveLength(1);
  });

  it("researcher, writer and hub answer texts; a synthesis that names nobody there goes back", async () => {
    const proceed = { completeness: 9, quality: 9, action: "PROCEED" };
    const strange = { ...proceed, gaps: [{ spoke: "spead", missing: "numbers" }] };
    const syntheses = [strange, proceed];
    const model = modelOf(({ messages, output }) => {
      if (output?.name === "synthesis") return { text: JSON.stringify(syntheses.shift()) };
      const [system] = messages;
      const name = /You are the (\w+)/.exec(system?.text ?? "")?.[1] ?? "";
      return { text: `\`\`\`markdown\n# By the ${name}\n\nText.\n\`\`\`` };
    });
    await using w = await team(engine, model);
    const tasks = [task("speed", "researcher"), task("use", "writer")];
    const outcome = await w.run({ pattern: "hub", tasks, hub: { agent: "hub" } });
    expect(outcome.status).toBe("COMPLETED");
    expect(read(w, "spoke-1-r1.md")).toBe("# By the researcher\n\nText.\n");
    expect(read(w, "spoke-2-r1.md")).toBe("# By the writer\n\nText.\n");
    expect(read(w, "hub-final-r1.md")).toBe("# By the hub\n\nText.\n");
    expect(await problemsIn(w)).toContain('there is no spoke \\"spead\\": there are speed, use');
  });

  it("S3-042: commit keeps what tasks have left on a branch each, with who made it", async () => {
    await using w = await team(engine, answers(code("+")));
    const last = task("keep", "commit", { dependsOn: ["code"] });
    const outcome = await w.run({ tasks: [coding(), last] });
    expect(endsOf(outcome)).toBe("code=COMPLETED keep=COMPLETED");
    const repository = join(w.folder, "runs/artifacts.git");
    const store = await gitArtifacts({ repository });
    const [version, ...more] = await store.history({ workflow: "r1", task: "code" });
    expect(more).toEqual([]);
    const briefed = (await w.facts("agent.briefed")).find(
      ({ stream }) => stream === "agent/r1:code:work",
    );
    expect(version?.metadata).toMatchObject({
      workflow_id: "r1",
      task_id: "code",
      correlation_id: "r1",
      agent_role: "coder",
      agent_version: briefed?.data["version"],
      prompt_hash: briefed?.data["prompt_hash"],
      model_name: "test-model",
    });
    expect(version?.metadata?.artifacts.map(({ path }) => path)).toEqual([
      "src/sum.js",
      "tests/sum.test.js",
    ]);
    expect(outcome.tasks[1]?.data).toMatchObject({
      commits: [{ task: "code", branch: "ai/generated/r1/code", tag: "workflow_r1_code", files: 2 }],
    });
  });
});

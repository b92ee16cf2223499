/** Plans whose agents are described in a folder: `--agents`, `--model`. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cliBench, type CliBench } from "../support/cli.ts";
import { hearing } from "../support/cli-logs.ts";

const SCRIPT = `answers:
  - { when: { system: You are the poet }, text: "Roses are red." }
  - { text: "Somebody else." }
`;

const PLAN = `name: verse
tasks:
  - { id: write, title: Write a verse, agent: poet, outputs: [artifacts/verse.md] }
`;

/** A folder with a poet, a plan for them, and a script that knows them. */
function world(model = "inherit") {
  const bench = cliBench();
  mkdirSync(join(bench.folder, "agents"));
  poet(bench, `model: ${model}`);
  const script = bench.write("script.yaml", SCRIPT);
  return { bench, plan: bench.write("plan.yaml", PLAN), model: `scripted:${script}` };
}

function poet(bench: CliBench, line: string, name = "poet") {
  const head = `---\nname: ${name}\ndescription: Writes verses.\n${line}\n---\n`;
  bench.write(`agents/${name}.md`, `${head}You are the ${name}.\n`);
}

describe("troupe run --agents FOLDER --model SPEC", () => {
  it.each(["inherit", "sonnet"])(
    "S0-066: runs a plan with the folder's agents, model %s",
    async (model) => {
      const w = world(model);
      using bench = w.bench;
      const { code, value } = await bench.json([
        "run",
        w.plan,
        "--id",
        "r1",
        "--agents",
        "agents",
        "--model",
        w.model,
      ]);
      expect([code, value]).toMatchObject([0, { status: "COMPLETED" }]);
      const verse = join(bench.folder, "runs", "r1", "verse.md");
      expect(readFileSync(verse, "utf8")).toBe("Roses are red.");
    },
  );

  it("resumed without its agents a run waits, and says what it is without", async () => {
    const w = world();
    using bench = w.bench;
    poet(bench, "mayAsk: true");
    const asks = 'answers:\n  - calls: [{ name: ask_human, input: { question: "Red?" } }]\n';
    const model = ["--model", `scripted:${bench.write("asks.yaml", asks)}`];
    await bench.troupe(["run", w.plan, "--id", "r1", "--agents", "agents", "--detach", ...model]);
    expect((await bench.troupe(["questions", "ls"])).out).toMatch(/write:work:q1 +poet .*Red\?/);
    expect((await bench.troupe(["questions", "show", "r1", "write:work:q1"])).out).toBe("Red?");
    const empty = await bench.troupe(["questions", "answer", "r1", "write:work:q1", " "]);
    expect(empty).toMatchObject({ code: 2, err: expect.stringContaining("the answer is empty") });
    await bench.troupe(["questions", "answer", "r1", "write:work:q1", "yes"]);
    const stop = new AbortController();
    const { heard, line } = hearing(/no agent "poet" is defined here/);
    const resumed = bench.troupe(["resume", "r1"], { heard, stop: stop.signal });
    expect(await line).toContain("troupe resume takes --agents FOLDER");
    stop.abort();
    expect((await resumed).code).toBe(1);
  });

  it("starts nothing where there is no model, the model is not there, or the plan names somebody else", async () => {
    const w = world();
    using bench = w.bench;
    const said = async (...more: readonly string[]) => {
      const { code, err } = await bench.troupe(["run", w.plan, "--id", "r1", ...more]);
      return `${code} ${err.split("\n")[0]}`;
    };
    expect(await said("--agents", "agents")).toBe("2 USAGE: no model was named");
    expect(await said("--agents", "agents", "--model", "scripted:none.yaml")).toMatch(/SCRIPT_INVALID/);
    expect(await said("--agents", "none", "--model", w.model)).toMatch(
      /AGENTS_NOT_FOUND.*does not exist/,
    );
    expect(await said("--model", w.model)).toMatch(/PLAN_INVALID/);
    poet(bench, "tools: [read]\nmodle: x");
    expect(await said("--agents", "agents", "--model", w.model)).toMatch(/AGENT_INVALID/);
    expect((await bench.troupe(["ls"])).err).not.toContain("r1");
  });

  it("an agent that the plan does not name needs no model; a tool that is not there is told", async () => {
    const w = world();
    using bench = w.bench;
    poet(bench, "tools: Read", "bard");
    poet(
      bench,
      `command: { argv: [${JSON.stringify(process.execPath)}, -e, "console.log('Violets.')"] }`,
    );
    const { code, err } = await bench.troupe(["run", w.plan, "--id", "r1", "--agents", "agents"]);
    expect(code).toBe(0);
    expect(err).toContain('the agent "bard" works without Read');
    expect(readFileSync(join(bench.folder, "runs", "r1", "verse.md"), "utf8")).toBe("Violets.\n");
  });
});

it("troupe resume and restart take them, too; without them the task waits", async () => {
  const w = world();
  using bench = w.bench;
  const plan = bench.write("gated.yaml", PLAN.replace("id: write,", "id: write, approval: [before],"));
  const agents = ["--agents", "agents", "--model", w.model];
  expect((await bench.troupe(["run", plan, "--id", "r1", "--detach", ...agents])).code).toBe(1);
  await bench.troupe(["approvals", "approve", "r1", "write:before"]);
  const stop = new AbortController();
  const { err } = await bench.troupe(["resume", "r1"], {
    stop: stop.signal,
    heard: (line) => line.includes('no agent "poet"') && stop.abort(),
  });
  expect(err).toContain("its work waits for a host that has it");
  expect(await bench.json(["resume", "r1", ...agents])).toMatchObject({
    code: 0,
    value: [{ run: "r1", status: "COMPLETED" }],
  });
  const again = await bench.json(["restart", "r1", "--from", "write", "--detach", ...agents]);
  expect(again.code).toBe(1);
  await bench.troupe(["approvals", "approve", "r1-2", "write:before"]);
  expect((await bench.troupe(["resume", "r1-2", ...agents])).code).toBe(0);
});

it("troupe validate --agents takes a folder, or names", async () => {
  const w = world();
  using bench = w.bench;
  const code = async (...more: readonly string[]) =>
    (await bench.troupe(["validate", w.plan, ...more])).code;
  expect(await code()).toBe(1);
  expect(await code("--agents", "agents")).toBe(0);
  expect(await code("--agents", "a,poet")).toBe(0);
  expect(await code("--agents", "./none")).not.toBe(0);
});

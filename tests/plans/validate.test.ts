/** `troupe validate`: exit 0 and what it is, or exit 1 and every fault (S3-003). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cliBench } from "../support/cli.ts";

const PLAN = "name: p\npattern: sequential\ntasks:\n  - {id: a, run: x}\n  - {id: b, run: x}\n";
const TODO = '{"items": [{"id": "a", "agent_role": "coder"}]}';
const CONTRACT = "contract_id: c\ninterfaces: [{name: a, type: function, signature: a()}]\n";

describe("S3-003: troupe validate", () => {
  it.each([
    ["p.yaml", PLAN, "plan", "a plan, pattern sequential, 2 tasks in 2 waves"],
    ["t.json", TODO, "todo", "a todo list, 1 item in 1 wave"],
    ["c.yaml", CONTRACT, "contract", "a contract, 1 interface, 0 data models, 0 test skeletons"],
  ])("says what a sound file is, named or guessed: %s", async (name, text, type, says) => {
    using bench = cliBench();
    const file = bench.write(name, text);
    const said = { code: 0, out: `${file}: ${says}`, err: "" };
    expect(await bench.troupe(["validate", file])).toMatchObject(said);
    expect(await bench.troupe(["validate", file, "--type", type])).toMatchObject(said);
    const { code, value } = await bench.json(["validate", file]);
    expect({ code, value }).toMatchObject({ code: 0, value: { file, ok: true, type, says } });
    expect(existsSync(join(bench.folder, "log.db"))).toBe(false);
  });

  it("prints every fault with file, line and column, however many there are", async () => {
    using bench = cliBench();
    const tasks = Array.from({ length: 40 }, (_, i) => `  - {id: t${i}, run: x, nope: 1}\n`);
    const file = bench.write("p.yaml", `name: p\ntasks:\n${tasks.join("")}`);
    const { code, out, err } = await bench.troupe(["validate", file]);
    const lines = out.split("\n");
    expect(code).toBe(1);
    expect(lines).toHaveLength(40);
    expect(lines[0]).toMatch(
      /p\.yaml:3:\d+ tasks\[0\]\.nope: unknown field "nope" \(Use one of id, title, /,
    );
    expect(lines[39]).toContain("p.yaml:42:");
    expect(err).toBe(`${file}: 40 faults`);
  });

  it.each([
    ["plan", TODO, "name"],
    ["todo", CONTRACT, "items"],
    ["contract", PLAN, "contract_id"],
  ])("holds a file to the type that is named: %s", async (type, text, missing) => {
    using bench = cliBench();
    const file = bench.write("x.yaml", text);
    const { code, value } = await bench.json(["validate", file, "--type", type]);
    expect(code).toBe(1);
    expect(value).toMatchObject({
      file,
      ok: false,
      type,
      faults: expect.arrayContaining([expect.objectContaining({ place: missing, line: 1 })]),
    });
  });

  it("S0-003: shows with --json how the tasks depend on each other", async () => {
    using bench = cliBench();
    const { value } = await bench.json(["validate", bench.write("p.yaml", PLAN)]);
    expect(value).toMatchObject({
      analysis: {
        waves: [["a"], ["b"]],
        independent: ["a"],
        edges: [{ from: "a", to: "b" }],
        estimatedMs: 0,
      },
    });
  });

  it("knows the agents that it is told of", async () => {
    using bench = cliBench();
    const plan = bench.write(
      "p.yaml",
      "name: p\ntasks: [{id: a, agent: poet}, {id: b, agent: reviewer}]\n",
    );
    expect((await bench.troupe(["validate", plan])).out.split("\n")).toHaveLength(2);
    expect(await bench.troupe(["validate", plan, "--agents", "poet, reviewer"])).toMatchObject({
      code: 0,
    });
    const todo = bench.write("t.json", TODO);
    expect((await bench.troupe(["validate", todo, "--agents", "x"])).out).toMatch(
      /items\[0\]\.agent_role: unknown agent "coder"/,
    );
  });

  it.each([
    ["", "it is empty, not a plan"],
    ["a: [", "flow sequence"],
    ["\0", "is no text in UTF-8"],
    [`{"name": "p", "tasks": ${"[".repeat(300)}${"]".repeat(300)}}`, "it is nested too deeply"],
  ])("of %.20j is a fault, not a crash", async (text, expected) => {
    using bench = cliBench();
    const { code, value } = await bench.json(["validate", bench.write("p.yaml", text)]);
    expect(code).toBe(1);
    expect(JSON.stringify(value)).toContain(expected);
  });

  it("of a file that is not there, or a type that is none, is a mistake of the caller", async () => {
    using bench = cliBench();
    expect(await bench.troupe(["validate", "nowhere.yaml"])).toMatchObject({ code: 2 });
    expect(await bench.troupe(["validate", bench.write("p.yaml", PLAN), "--type", "x"])).toMatchObject({
      code: 2,
    });
  });
});

describe("troupe run", () => {
  it("takes a todo list for the plan that it stands for", async () => {
    using bench = cliBench();
    const list = {
      title: "two",
      agents: { coder: { run: 'echo "$TROUPE_TASK" > "$TROUPE_OUTPUT"' } },
      items: [
        {
          id: "b",
          agent_role: "coder",
          dependencies: ["a"],
          input_artifacts: ["artifacts/a"],
          output_artifacts: ["artifacts/b"],
        },
        {
          id: "a",
          agent_role: "coder",
          output_artifacts: ["artifacts/a"],
          acceptance_criteria: { tests: [{ cmd: 'grep a "$TROUPE_ARTIFACTS/a"', timeout_seconds: 5 }] },
        },
      ],
    };
    const file = bench.write("todo.json", JSON.stringify(list));
    const { code, value } = await bench.json(["run", file, "--id", "r1"]);
    expect(code).toBe(0);
    expect(value).toMatchObject({ status: "COMPLETED" });
    expect(readFileSync(join(bench.folder, "runs/r1/b"), "utf8")).toBe("b\n");
  });
});

/** `troupe planner`: a request in words becomes a file that `troupe validate` accepts. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { cliBench } from "../support/cli.ts";

const PLAN = {
  name: "Momentum strategy",
  tasks: [
    { id: "research", agent: "researcher", outputs: ["artifacts/notes.md"] },
    { id: "code", agent: "coder", dependsOn: ["research"] },
  ],
};
const TODO = {
  title: "Momentum strategy",
  items: [
    { id: "t1", title: "Research", agent_role: "researcher" },
    { id: "t2", title: "Code", agent_role: "coder", dependencies: ["t1"] },
  ],
};
const WRONG = { ...PLAN, tasks: [{ id: "code", agent: "coder", dependsOn: ["reserch"] }] };

/** A model that gives these answers, one after the other. */
const script = (...answers: readonly object[]): string =>
  JSON.stringify({ answers: answers.map((data, at) => ({ when: { call: at + 1 }, data })) });

const REQUEST = "Create momentum strategy";

describe("troupe planner", () => {
  it("S3-001: writes a plan into the folder, prints its path, and leaves the run in the log", async () => {
    using bench = cliBench();
    const model = `scripted:${bench.write("model.json", script(WRONG, PLAN))}`;
    const said = await bench.troupe(["planner", REQUEST, "-o", "plans", "--model", model]);
    expect(said).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^plans\/create-momentum.*\.json$/),
    });
    const file = join(bench.folder, said.out);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(PLAN);
    expect((await bench.troupe(["validate", file])).out).toContain(
      "a plan, pattern graph, 2 tasks in 2 waves",
    );
    expect((await bench.troupe(["ls"])).out).toContain(basename(file, ".json"));
  });

  it("S3-001: writes a todo list that is valid by its schema", async () => {
    using bench = cliBench();
    const model = `scripted:${bench.write("model.json", script(TODO))}`;
    const { value } = await bench.json(
      ["planner", REQUEST, "-o", "plans", "--type", "todo", "--id", "one"],
      { env: { TROUPE_MODEL: model } },
    );
    const file = join(bench.folder, "plans/one.json");
    expect(value).toEqual({ file, type: "todo", run: "one" });
    expect((await bench.troupe(["validate", file, "--type", "todo"])).out).toContain(
      "a todo list, 2 items",
    );
  });

  it("S3-001: a model that gets it wrong to the end is given up with exit code 1, and no file", async () => {
    using bench = cliBench();
    const model = `scripted:${bench.write("model.json", script(WRONG, WRONG, WRONG, WRONG))}`;
    const { code, out } = await bench.troupe(["planner", REQUEST, "-o", "plans", "--model", model]);
    expect(code).toBe(1);
    expect(out).toContain('unknown task "reserch"');
    expect(existsSync(join(bench.folder, "plans"))).toBe(false);
  });

  it("says what is missing before anything is asked", async () => {
    using bench = cliBench();
    expect(await bench.troupe(["planner", REQUEST])).toMatchObject({
      code: 2,
      err: expect.stringContaining("no model was named"),
    });
    const empty = await bench.troupe(["planner", " ", "--model", "scripted:x"]);
    expect(empty).toMatchObject({ code: 2, err: expect.stringContaining("the request is empty") });
    expect((await bench.troupe(["planner", REQUEST, "--model", "nonsense"])).code).toBe(1);
    expect(readdirSync(bench.folder)).not.toContain("runs");
  });
});

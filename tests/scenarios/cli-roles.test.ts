/** The roles that are ready to use, by the command line. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cliBench } from "../support/cli.ts";

const PLAN = {
  name: "page",
  tasks: [
    { id: "write", agent: "writer", outputs: ["artifacts/page.md"], gate: { agent: "critic" } },
    { id: "keep", agent: "commit", dependsOn: ["write"] },
  ],
};
const SCRIPT = {
  answers: [{ when: { system: "You are the writer" }, text: "# Page\n\nIt is short.\n" }],
};
const OWN = { name: "own", agents: { writer: { run: "true" } }, tasks: [{ id: "a", agent: "writer" }] };

describe("troupe run, of plans that name roles", () => {
  it("has them work by the model of the command, judged by rules, committed beside the runs", async () => {
    using bench = cliBench();
    const plan = bench.write("plan.json", JSON.stringify(PLAN));
    const model = `scripted:${bench.write("model.json", JSON.stringify(SCRIPT))}`;
    const { code } = await bench.troupe(["run", plan, "--id", "r1", "--model", model]);
    expect(code).toBe(0);
    expect(readFileSync(join(bench.folder, "runs/r1/page.md"), "utf8")).toBe(
      "# Page\n\nIt is short.\n",
    );
    const { value } = await bench.json(["artifacts", "ls", "r1", "--repository", "runs/artifacts.git"]);
    expect(JSON.stringify(value)).toContain("ai/generated/r1/write");
  });

  it("says that it needs a model before anything starts, unless the plan has its own", async () => {
    using bench = cliBench();
    const plan = bench.write("plan.json", JSON.stringify(PLAN));
    const said = await bench.troupe(["run", plan]);
    expect(said).toMatchObject({ code: 2, err: expect.stringContaining("no model was named") });
    const own = bench.write("own.json", JSON.stringify(OWN));
    expect((await bench.troupe(["run", own])).code).toBe(0);
  });
});

/** What `troupe run` is told of models: recorded, replayed, priced. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cliBench } from "../support/cli.ts";

const PLAN = `
name: p
budget: { money: 0.001 }
tasks:
  - { id: a, agent: writer, outputs: [artifacts/a.md] }
  - { id: b, agent: writer, dependsOn: [a], outputs: [artifacts/b.md] }
  - { id: c, agent: writer, dependsOn: [b], outputs: [artifacts/c.md] }
`;
const SCRIPT = 'name: m\nanswers: [{text: "# Done\\n", usage: {inputTokens: 100, outputTokens: 50}}]\n';

it("what a model answers is kept by --record, and replay:FILE answers the same without it", async () => {
  using bench = cliBench();
  const plan = bench.write("p.yaml", PLAN.replace(/^budget.*$/m, ""));
  const script = bench.write("m.yaml", SCRIPT);
  const file = join(bench.folder, "record.jsonl");
  const model = ["--model", `scripted:${script}`, "--record", file];
  expect((await bench.troupe(["run", plan, "--id", "r1", ...model])).code).toBe(0);
  expect(readFileSync(file, "utf8").trimEnd().split("\n")).toHaveLength(3);
  const replayed = await bench.troupe(["run", plan, "--id", "r2", "--model", `replay:${file}`]);
  expect(replayed).toMatchObject({ code: 0, out: expect.stringContaining("450 tokens") });
  const other = bench.write("q.yaml", PLAN.replace(/^budget.*$/m, "goal: Something else."));
  const lacking = await bench.troupe(["run", other, "--id", "r3", "--model", `replay:${file}`]);
  expect(lacking).toMatchObject({ code: 1, out: expect.stringContaining("has no answer to") });
});

it("--price counts money, and a budget of money holds", async () => {
  using bench = cliBench();
  const script = bench.write("m.yaml", SCRIPT);
  const argv = ["run", bench.write("p.yaml", PLAN), "--id", "r1", "--model", `scripted:${script}`];
  const said = await bench.troupe([...argv, "--price", "2.5/10"]);
  // each call is 0.00075: the second passes the limit by less than itself, the third is not made
  expect(said.code).toBe(1);
  expect(said.out).toContain("2 turns of agents, 300 tokens, 0.0015 of money");
  expect(said.out).toContain("the budget of the run is spent");
  expect(await bench.troupe([...argv, "--price", "cheap"])).toMatchObject({
    code: 2,
    err: expect.stringContaining('"cheap" is no price'),
  });
});

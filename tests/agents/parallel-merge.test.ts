/** Parallel runs of real agents, joined and merged by the built-in `merge`. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AgentFunction, Agents } from "../../src/agents/agent.ts";
import { planKinds } from "../../src/agents/plan-kinds.ts";
import { Plan } from "../../src/events/plan/plan.ts";
import { freshFolder } from "../support/agent-runs.ts";
import type { Bench } from "../support/laws-bench.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";

async function ended(b: Bench, plan: object, agents: Agents) {
  const folder = freshFolder();
  const artifacts = join(folder.path, "runs/r1");
  const { host } = await b.start(planKinds({ agents }));
  const input = { run: "r1", folder: folder.path, artifacts, plan: Plan.parse(plan) };
  const workflow = await host.start("workflow/r1", { input });
  const over = async () => {
    await b.pass(1);
    return (await workflow.snapshot()).status;
  };
  await expect.poll(over, { timeout: 15_000 }).toBe("done");
  const { output } = await workflow.snapshot();
  const path = join(artifacts, "parallel-result-r1.md");
  return {
    output,
    merged: existsSync(path) ? readFileSync(path, "utf8") : undefined,
    report: readFileSync(join(artifacts, "report.md"), "utf8"),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

const branch = (id: string, rest: object = {}) => ({ id, agent: "writer", ...rest });
const writer: AgentFunction = async ({ task, feedback }) => {
  if (task === "b") throw new Error("no source");
  return { text: `# Of ${task}\n${feedback.join()}\n`, summary: `${task} is done` };
};

describe.each(EVERY_ENGINE)("merged branches, on $name", ({ bench }) => {
  it("S0-009: 1 of 3 fails and partial results will do: merged of two, 66.7 %, the failed one listed", async () => {
    await using b = await bench();
    const tasks = ["a", "b", "c"].map((id) => branch(id));
    const plan = { name: "three", pattern: "parallel", join: "settle", tasks };
    using run = await ended(b, plan, { writer });
    expect(run.output?.status).toBe("COMPLETED");
    expect(run.merged).toMatch(/## a\n\n### Of a\n[^]*## c\n\n### Of c\n/);
    expect(run.merged).toContain("Success rate 66.7%: 2 of 3 branches.");
    expect(run.merged).toMatch(/Missing branches:\n\n- \*\*b\*\*: FAILED/);
    expect(run.report).toContain("66.7");
  });

  it("S0-008: the default wants all: nothing is merged, and what was completed stays", async () => {
    await using b = await bench();
    const tasks = ["a", "b", "c"].map((id) => branch(id));
    using run = await ended(b, { name: "three", pattern: "parallel", tasks }, { writer });
    expect(run.output?.status).toBe("FAILED");
    expect(run.merged).toBeUndefined();
    expect(run.output?.tasks.map(({ status }) => status)).toEqual(["COMPLETED", "FAILED", "COMPLETED"]);
  });

  it("S0-010: outputs are checked, each branch is judged, those that fall short are asked again, then all are merged", async () => {
    await using b = await bench();
    const asked: string[] = [];
    const judge: AgentFunction = async ({ task, reads }) => {
      const text = readFileSync(reads[0] ?? "", "utf8");
      asked.push(task);
      const good = task === "a" || text.includes("more sources");
      const score = good ? 9 : 4;
      return { data: { completeness: score, accuracy: 9, issues: good ? [] : ["more sources"] } };
    };
    const lazy: AgentFunction = async ({ outputs, attempt }) => {
      if (attempt > 1) writeFileSync(outputs[0] ?? "", "late, but there");
    };
    const plan = {
      name: "checked",
      pattern: "parallel",
      tasks: [
        branch("a", { gate: { agent: "judge" } }),
        branch("c", { gate: { agent: "judge" } }),
        { id: "d", agent: "lazy", maxRetries: 1, retryDelayMs: 1 },
      ],
    };
    using run = await ended(b, plan, { writer, judge, lazy });
    expect(run.output?.status).toBe("COMPLETED");
    expect(asked.toSorted()).toEqual(["a", "c", "c"]);
    expect(run.output?.tasks).toMatchObject([
      { id: "a", attempts: 1 },
      { id: "c", reworks: 1 },
      { id: "d", attempts: 2 },
      { id: "aggregate", status: "COMPLETED" },
    ]);
    expect(run.merged).toMatch(/### Of c\nmore sources\n/);
    expect(run.merged).toContain("late, but there");
    expect(run.merged).toContain("## Integration Strategy");
  });
});

/** The planner as an agent of runs: its plans have no faults, and what it adds to a run fits. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { planner } from "../../src/agents/roles/planner.ts";
import { parsePlan } from "../../src/events/plan/text.ts";
import { modelOf, type AskedModel } from "../support/chat-model.ts";
import { DURABLE, endsOf, runBench, task } from "../support/run-bench.ts";

const GOOD = {
  name: "Momentum strategy",
  tasks: [
    { id: "research", agent: "researcher", outputs: ["artifacts/notes.md"] },
    { id: "code", agent: "coder", dependsOn: ["research"], reads: ["artifacts/notes.md"] },
  ],
};
const CYCLE = {
  ...GOOD,
  tasks: GOOD.tasks.map((one) => ({ ...one, dependsOn: ["code"], agent: "codr" })),
};

const answers = (...said: readonly unknown[]): AskedModel =>
  modelOf((_, nth) => ({ text: JSON.stringify(said[nth - 1] ?? said.at(-1)) }));

const ASKED = {
  tasks: [
    task("plan", "planner", {
      description: "Create momentum strategy",
      outputs: ["artifacts/plan.json"],
    }),
  ],
};

describe.each(DURABLE)("the planner, on $name", (engine) => {
  it("S3-001: makes a plan of a request, which is told to the model with the agents there are", async () => {
    const model = answers(GOOD);
    await using w = await runBench(engine, { planner: planner({ model }) });
    const outcome = await w.run(ASKED);
    expect(outcome.tasks[0]).toMatchObject({ status: "COMPLETED", summary: "a plan of 2 tasks" });
    const text = readFileSync(join(w.artifacts, "plan.json"), "utf8");
    const plan = parsePlan(text, "plan.json", { agents: ["researcher", "coder"] });
    expect(plan.tasks.map(({ id }) => id)).toEqual(["research", "code"]);
    const told = model.asked[0]?.messages.map(({ text: said }) => said).join("\n") ?? "";
    for (const known of ["Create momentum strategy", "- coder: ", "dependsOn"])
      expect(told).toContain(known);
  });

  it("S3-001, S3-002: every fault goes back with its place; mended, it is a plan", async () => {
    const model = answers(CYCLE, GOOD);
    await using w = await runBench(engine, { planner: planner({ model }) });
    expect(endsOf(await w.run(ASKED))).toBe("plan=COMPLETED");
    const [rejected] = await w.facts("answer.rejected");
    const problems = JSON.stringify(rejected?.data["problems"]);
    expect(problems).toContain('tasks[0].agent: unknown agent \\"codr\\" (Did you mean \\"coder\\"?)');
    expect(problems).toContain("tasks[1].dependsOn[0]");
    expect(model.asked[1]?.messages.at(-1)?.text).toContain("tasks[1].dependsOn[0]");
  });

  it("S3-001: gives up after so many repairs, and leaves no plan", async () => {
    const model = answers(CYCLE);
    await using w = await runBench(engine, { planner: planner({ model, limits: { repairs: 2 } }) });
    const [ended] = (await w.run(ASKED)).tasks;
    expect(ended?.failure?.code).toBe("ANSWER_INVALID");
    expect(model.asked).toHaveLength(3);
    expect(() => readFileSync(join(w.artifacts, "plan.json"))).toThrow("ENOENT");
  });

  it("says what is to be done next in a dynamic plan, until nothing is left; never by a command", async () => {
    const model = answers(
      { tasks: [{ id: "look", run: "rm -rf /" }] },
      { tasks: [{ id: "look", agent: "works" }] },
      { tasks: [] },
    );
    const agents = { works: "Works." };
    await using w = await runBench(engine, { planner: planner({ model, agents }) });
    const outcome = await w.run({ pattern: "dynamic", generate: { agent: "planner" } });
    expect(endsOf(outcome)).toBe("generate_1=COMPLETED look=COMPLETED generate_2=COMPLETED");
    const [rejected] = await w.facts("answer.rejected");
    expect(rejected?.data["problems"]).toEqual([
      "tasks[0].run: a task that is added runs no commands (Name an agent.)",
    ]);
  });
});

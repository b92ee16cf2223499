/** Every attempt of every agent can be asked for, with its outcome, its cost, and what people think of it. */
import { describe, expect, it } from "vitest";
import { defineAgent } from "../../src/agents/definition/definition.ts";
import { executions, giveFeedback } from "../../src/agents/feedback/executions.ts";
import { feedbackKind } from "../../src/agents/feedback/feedback-kind.ts";
import { byModel } from "../../src/agents/ways/by-model.ts";
import { planKinds } from "../../src/agents/plan-kinds.ts";
import { Plan } from "../../src/events/plan/plan.ts";
import { runs } from "../../src/projections/runs.ts";
import { TroupeError } from "../../src/errors.ts";
import { freshFolder } from "../support/agent-runs.ts";
import { modelOf } from "../support/chat-model.ts";
import { DURABLE, task } from "../support/run-bench.ts";

describe.each(DURABLE)("executions, on $name", (engine) => {
  it("S2-030: each is a row: who, how, what came of it, what it cost, and feedback; whatever crashed", async () => {
    await using bench = await engine.bench();
    using files = freshFolder();
    const model = modelOf(async (_, nth) => {
      if (nth === 1) throw new TroupeError("MODEL_FAILED", "no");
      return { text: "done", tokens: 7 };
    });
    const way = byModel(model);
    const agents = {
      junior: async () => {
        throw new Error("ValueError: 3");
      },
      senior: defineAgent({ name: "senior", description: "Knows.", way }),
    };
    const kinds = [...planKinds({ agents }), feedbackKind] as const;
    const first = await bench.start(kinds);
    const heal = { agents: ["senior"] };
    const plan = Plan.parse({ name: "p", tasks: [task("a", "junior", { heal }), task("b", "senior")] });
    const place = { run: "r1", folder: files.path, artifacts: files.path };
    const run = await first.host.start("workflow/r1", { input: { ...place, plan } });
    await bench.pass(10_000);
    await expect.poll(async () => (await run.snapshot()).status).toBe("done");
    await bench.kill(first);
    const { host } = await bench.start(kinds);
    const all = await executions(host);
    expect(all.map(({ task: id, attempt, agent, strategy }) => [id, attempt, agent, strategy])).toEqual(
      expect.arrayContaining([
        ["a", 1, "junior", undefined],
        ["a", 2, "senior", "different_agent"],
        ["b", 1, "senior", undefined],
      ]),
    );
    expect(all).toHaveLength(3);
    const [failed, ...others] = await executions(host, { outcome: "FAILED" });
    expect(others).toHaveLength(1); // the model refused b
    expect(failed).toMatchObject({
      task: "a",
      failure: { message: expect.stringContaining("3") },
      tokens: 0,
    });
    const [healed] = await executions(host, { strategy: "different_agent" });
    expect(healed).toMatchObject({ run: "r1", outcome: "COMPLETED", calls: 1, tokens: 14, money: 0 });
    expect(healed?.durationMs).toBeGreaterThanOrEqual(0);

    const moved = async () => (await host.rows(runs, "r1"))[0]?.row?.movedAt;
    const before = await moved();
    await bench.pass(60_000);
    await giveFeedback(host, { run: "r1", task: "a", rating: 5, comment: "well done", by: "ada" });
    await giveFeedback(host, { run: "r1", task: "a", attempt: 1, rating: 1 });
    expect(await moved()).toBe(before); // the run itself has not gone on
    expect(await executions(host, { rating: 4 })).toMatchObject([
      { task: "a", attempt: 2, feedback: [{ rating: 5, comment: "well done", by: "ada" }] },
    ]);
    expect((await executions(host, { task: "a", agent: "junior" }))[0]?.feedback).toMatchObject([
      { rating: 1, attempt: 1 },
    ]);
    expect(await executions(host, { code: "MODEL_FAILED" })).toHaveLength(1);
    await expect(giveFeedback(host, { run: "r9", task: "a", rating: 1 })).rejects.toMatchObject({
      code: "EXECUTION_UNKNOWN",
    });
    await expect(giveFeedback(host, { run: "r1", task: "a", rating: 6 })).rejects.toMatchObject({
      code: "EVENT_INVALID",
    });
  });
});

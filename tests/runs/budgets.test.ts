/** Hard budgets of runs and of agents: what would pass them is not asked. */
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { modelOf } from "../support/chat-model.ts";
import { DURABLE, runBench, task } from "../support/run-bench.ts";
import { thinker } from "../support/thinker.ts";

const many = (count: number, budget: object) => ({
  concurrency: count,
  budget,
  tasks: Array.from({ length: count }, (_, n) => task(`t${n}`, "thinker")),
});

describe.each(DURABLE)("a budget, on $name", (engine) => {
  it("of tokens: 50 calls at the same time never pass it by more than one", async () => {
    let most = 0;
    let now = 0;
    const model = modelOf(async () => {
      now += 1;
      most = Math.max(most, now);
      await Promise.resolve();
      now -= 1;
      return { text: "ok", tokens: 500 };
    });
    await using w = await runBench(engine, thinker(model, { limits: { maxOutputTokens: 1_000 } }));
    const outcome = await w.run(many(50, { tokens: 10_000 }));
    const failures = outcome.tasks.filter(({ status }) => status === "FAILED");
    expect(model.asked.length).toBe(10); // 1,000 tokens each
    expect(failures).toHaveLength(40);
    expect(failures[0]?.failure).toMatchObject({
      code: "BUDGET_EXCEEDED",
      message: "the budget of the run is spent: 10000 of 10000 tokens",
    });
    expect(most).toBeGreaterThan(1);
  });

  it("of money, by the price callback, and of single agents", async () => {
    const model = modelOf(() => ({ text: "ok", tokens: 500 }));
    const price = ({ inputTokens, outputTokens }: { inputTokens: number; outputTokens: number }) =>
      (inputTokens + 2 * outputTokens) / 1_000;
    const limits = { contextTokens: 1_000, maxOutputTokens: 500 };
    await using w = await runBench(engine, thinker(model, { limits }), { price });
    await w.run(many(8, { money: 100, agents: { thinker: { money: 6 } } }));
    expect(model.asked).toHaveLength(4); // 1.5 each
    const [first] = await w.facts("budget.settled");
    expect(first?.data).toMatchObject({ agent: "thinker", spent: { calls: 1, money: 1.5 } });
    const [refused] = await w.facts("budget.refused");
    expect(refused?.data["message"]).toBe('the budget of agent "thinker" is spent: 6 of 6 of money');
  });

  it("of calls, by the agent's definition; what a dead host reserved is not lost, nor counted twice", async () => {
    const stuck = Promise.withResolvers<void>();
    const model = modelOf(async (_, nth) => {
      if (nth === 2) {
        stuck.resolve();
        await new Promise(() => {}); // until the host dies
      }
      return { text: "ok" };
    });
    await using w = await runBench(engine, thinker(model, { limits: { budget: { calls: 3 } } }));
    const { tasks } = many(5, {});
    await w.start({ tasks, concurrency: 1 });
    await stuck.promise;
    await w.crash();
    const outcome = await w.over();
    expect(outcome.tasks.filter(({ status }) => status === "COMPLETED")).toHaveLength(3);
    expect(model.asked).toHaveLength(4); // the one that was lost with the host is asked again
    expect(await w.facts("budget.granted")).toHaveLength(3);
  });

  it("a turn that fails is settled as a call, and holds nobody up", async () => {
    const model = modelOf((_, nth) => {
      if (nth === 1) throw new TroupeError("MODEL_UNAVAILABLE", "it is overloaded");
      return { text: "ok", tokens: 100 };
    });
    const limits = { maxOutputTokens: 1_000, retryDelayMs: 1 };
    await using w = await runBench(engine, thinker(model, { limits }));
    await w.start({ ...many(1, { tokens: 2_000 }) });
    await w.until("it has tried again", async () => {
      await w.bench.pass(1);
      return model.asked.length === 2;
    });
    expect((await w.over()).status).toBe("COMPLETED");
    const spent = (await w.facts("budget.settled")).map(({ data }) => data["spent"]);
    expect(spent).toMatchObject([
      { calls: 1, tokens: 0 },
      { calls: 1, tokens: 200 },
    ]);
  });

  it("a call that its agent's time cuts off counts as the most at once; who was in line counts for nothing", async () => {
    const begun = Promise.withResolvers<void>();
    const model = modelOf(async (_, nth) => {
      if (nth > 1) return { text: "ok", tokens: 10 };
      begun.resolve();
      return new Promise(() => {}); // for ever
    });
    const limits = { maxOutputTokens: 1_000 };
    await using w = await runBench(engine, thinker(model, { limits }));
    const tasks = [
      task("slow", "thinker", { timeoutMs: 1_000 }),
      task("waits", "thinker", { timeoutMs: 500 }),
      task("last", "thinker"),
    ];
    await w.start({
      tasks,
      concurrency: 3,
      budget: { tokens: 5_000, agents: { thinker: { calls: 9, tokens: 2_000 } } },
    });
    await begun.promise;
    await w.bench.pass(1_000);
    const outcome = await w.over();
    expect(outcome.tasks.map(({ id, status }) => `${id}=${status}`)).toEqual([
      "slow=FAILED",
      "waits=FAILED",
      "last=COMPLETED",
    ]);
    expect(await w.facts("budget.lapsed")).toEqual([]);
    const settled = (await w.facts("budget.settled")).map(({ data }) => data["spent"]);
    expect(settled).toMatchObject([{ calls: 1 }, { calls: 1, tokens: 20 }]);
  });
});

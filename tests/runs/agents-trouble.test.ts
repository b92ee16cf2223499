/** Agents that are actors, and what goes wrong: with their models, their answers, their tools, their time. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/agents/definition/tool.ts";
import { TroupeError } from "../../src/errors.ts";
import { modelOf } from "../support/chat-model.ts";
import { DURABLE, endsOf, runBench, task } from "../support/run-bench.ts";
import { add, AT, ONE, thinker } from "../support/thinker.ts";

const overloaded = () => new TroupeError("MODEL_UNAVAILABLE", "it is overloaded");

describe.each(DURABLE)("an agent in trouble, on $name", (engine) => {
  it("a turn that fails for a reason that may pass is tried again, when the provider says or later and later", async () => {
    const model = modelOf((_, nth) => {
      if (nth === 1)
        throw new TroupeError("MODEL_RATE_LIMITED", "slow down", { data: { retryAfterMs: 30_000 } });
      if (nth < 4) throw overloaded();
      return { text: "done" };
    });
    await using w = await runBench(engine, thinker(model));
    await w.start(ONE);
    const tries = async (count: number) =>
      w.until(`${count} tries`, async () => (await w.told("chat.retried")).length === count);
    await tries(1);
    await w.bench.pass(29_999);
    expect(model.asked).toHaveLength(1);
    await w.crash();
    await w.bench.pass(1);
    await tries(2);
    await w.bench.pass(2_000);
    await tries(3);
    await w.bench.pass(4_000);
    expect(endsOf(await w.over())).toBe("t=COMPLETED");
    const delays = (await w.facts("chat.retried")).map(({ data }) => data["delayMs"]);
    expect(delays).toEqual([30_000, 2_000, 4_000]);
  });

  it("a model that does not answer in time is given up and asked again", async () => {
    const model = modelOf((_, nth) => (nth === 1 ? new Promise(() => {}) : { text: "done" }));
    const limits = { turnMs: 30_000, retryDelayMs: 1_000 };
    await using w = await runBench(engine, thinker(model, { limits }));
    await w.start(ONE);
    await w.until("it thinks", () => model.asked.length === 1);
    await w.bench.pass(30_000);
    await w.until("it has given up", async () => (await w.told("chat.retried")).length === 1);
    const [retried] = await w.facts("chat.retried");
    expect(retried?.data["failure"]).toMatchObject({ code: "ACTIVITY_TIMEOUT" });
    await w.bench.pass(1_000);
    expect(endsOf(await w.over())).toBe("t=COMPLETED");
    expect(model.asked).toHaveLength(2);
  });

  it("fails with what the provider said, where trying again is no use or has been of none", async () => {
    const wrong = modelOf(() => {
      throw new TroupeError("MODEL_FAILED", "the key is wrong");
    });
    await using w = await runBench(engine, thinker(wrong));
    const [once] = (await w.run(ONE)).tasks;
    expect(once?.failure).toEqual({ code: "MODEL_FAILED", message: "the key is wrong" });
    expect(wrong.asked).toHaveLength(1);
    const down = modelOf(() => {
      throw overloaded();
    });
    await using v = await runBench(engine, thinker(down, { limits: { tries: 3, retryDelayMs: 1 } }));
    await v.start(ONE);
    await v.until("it has given up", async () => {
      await v.bench.pass(10);
      return (await v.said(AT)).includes("agent.failed");
    });
    expect(down.asked).toHaveLength(3);
    expect((await v.over()).tasks[0]?.failure?.code).toBe("MODEL_UNAVAILABLE");
  });

  it("an answer that is not as it must be goes back with what is wrong, a few times", async () => {
    const answers = ["I would say four.", '```json\n{"sum": "4"}\n```', '{"sum": 4}'];
    const model = modelOf((_, nth) => ({ text: answers[nth - 1] ?? "?" }));
    const output = z.object({ sum: z.number() });
    await using w = await runBench(engine, thinker(model, { output }));
    const [ended] = (await w.run(ONE)).tasks;
    expect(ended).toMatchObject({ status: "COMPLETED", data: { sum: 4 } });
    const [first, second] = await w.facts("answer.rejected");
    expect(first?.data["problems"]).toEqual(["it is no JSON: answer with JSON alone"]);
    expect(JSON.stringify(second?.data["problems"])).toContain("expected number, received string");
    expect(model.asked[2]?.messages.at(-1)?.text).toContain("expected number, received string");
    const never = modelOf(() => ({ text: "no" }));
    await using v = await runBench(engine, thinker(never, { output, limits: { repairs: 1 } }));
    expect((await v.run(ONE)).tasks[0]?.failure?.code).toBe("ANSWER_INVALID");
    expect(never.asked).toHaveLength(2);
  });

  it("a model that refuses fails the task with its words; one that is cut off is asked for less", async () => {
    const refuses = modelOf(() => ({ text: "I won't.", finish: "refused" }));
    await using w = await runBench(engine, thinker(refuses));
    expect((await w.run(ONE)).tasks[0]?.failure).toEqual({
      code: "MODEL_REFUSED",
      message: "I won't.",
    });
    const rambles = modelOf((_, nth) =>
      nth === 1 ? { text: "Once upon", finish: "length" } : { text: "Short." },
    );
    await using v = await runBench(engine, thinker(rambles));
    expect((await v.run(ONE)).tasks[0]).toMatchObject({ status: "COMPLETED", summary: "Short." });
    expect(rambles.asked[1]?.messages.at(-1)?.text).toContain("cut off");
  });

  it("the same tool with the same arguments so often is a loop: a fact, and the end", async () => {
    const model = modelOf((_, nth) => ({
      calls: [{ name: "add", input: nth % 2 === 0 ? { a: 1, b: 2 } : { b: 2, a: 1 } }],
    }));
    const loops = thinker(model, { tools: { add }, limits: { sameCalls: 4 } });
    await using w = await runBench(engine, loops);
    const [ended] = (await w.run(ONE)).tasks;
    expect(ended?.failure).toEqual({
      code: "LOOP_DETECTED",
      message: "it called add with the same arguments 4 times",
    });
    expect(await w.facts("loop.detected")).toHaveLength(1);
    expect(await w.facts("tool.called")).toHaveLength(3);
  });

  it("a tool that fails, or is not there, is told to the model, in the order of its calls", async () => {
    const breaks = defineTool({
      description: "Breaks.",
      input: z.object({}),
      run: () => Promise.reject(new Error("no disk")),
    });
    const model = modelOf((_, nth) =>
      nth === 1
        ? {
            calls: [
              { name: "breaks", input: {} },
              { name: "nothing", input: {} },
              { name: "add", input: { a: "x" } },
              { name: "add", input: { a: 2, b: 2 } },
            ],
          }
        : { text: "done" },
    );
    await using w = await runBench(engine, thinker(model, { tools: { add, breaks } }));
    expect(endsOf(await w.run(ONE))).toBe("t=COMPLETED");
    const told = model.asked[1]?.messages.filter(({ role }) => role === "tool") ?? [];
    expect(told.map(({ text }) => text.split("\n")[0])).toEqual([
      "no disk",
      'there is no tool "nothing": use one of add, breaks',
      expect.stringContaining("INPUT_INVALID"),
      "4",
    ]);
  });

  it("the task's time is the agent's, and stopping the task stops it", async () => {
    let aborted = 0;
    const model = modelOf(
      (_, __, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => {
            aborted += 1;
            reject(signal.reason as Error); // as a driver does
          }),
        ),
    );
    await using w = await runBench(engine, thinker(model));
    await w.start({ tasks: [task("t", "thinker", { timeoutMs: 5_000 })] });
    await w.until("it thinks", () => model.asked.length === 1);
    await w.bench.pass(5_000);
    expect((await w.over()).tasks[0]?.failure?.code).toBe("ACTIVITY_TIMEOUT");
    expect(aborted).toBe(1);
    await using v = await runBench(engine, thinker(model));
    await v.start(ONE);
    await v.until("it thinks", () => model.asked.length === 2);
    await v.tell({ type: "CANCEL" });
    expect((await v.over()).status).toBe("CANCELLED");
    await v.until("it has stopped", () => aborted === 2);
  });
});

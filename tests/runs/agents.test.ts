/** Agents that are actors: their turns, tools, questions and answers, whatever happens to their host. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineAgent, type AgentOptions } from "../../src/agents/definition/definition.ts";
import { defineTool } from "../../src/agents/definition/tool.ts";
import { byHuman } from "../../src/agents/ways/by-human.ts";
import { byModel } from "../../src/agents/ways/by-model.ts";
import type { Way } from "../../src/agents/ways/way.ts";
import { TroupeError } from "../../src/errors.ts";
import { modelOf, type AskedModel } from "../support/chat-model.ts";
import { DURABLE, endsOf, runBench, task } from "../support/run-bench.ts";

/** An agent called `thinker`. */
function thinker(model: AskedModel, rest: Partial<AgentOptions<unknown>> = {}) {
  const way = byModel(model);
  return { thinker: defineAgent({ name: "thinker", description: "Thinks.", way, ...rest }) };
}

const ONE = { tasks: [task("t", "thinker")] };
const AT = "agent/r1:t:work";

const add = defineTool({
  description: "Adds.",
  input: z.object({ a: z.number(), b: z.number() }),
  run: ({ a, b }) => a + b,
});

const overloaded = () => new TroupeError("MODEL_UNAVAILABLE", "it is overloaded");

describe.each(DURABLE)("an agent that is an actor, on $name", (engine) => {
  it("takes turns and calls tools until it has an answer, which goes to the task's output", async () => {
    const model = modelOf((_, nth) =>
      nth === 1
        ? { calls: [{ name: "add", input: { a: 1, b: 2 } }] }
        : { text: "# Report\nIt is 3.\n" },
    );
    await using w = await runBench(engine, thinker(model, { tools: { add }, instructions: "Think." }));
    const outcome = await w.run({ tasks: [task("t", "thinker", { outputs: ["artifacts/a.md"] })] });
    expect(endsOf(outcome)).toBe("t=COMPLETED");
    expect(outcome.tasks[0]?.summary).toBe("It is 3.");
    expect(readFileSync(join(w.artifacts, "a.md"), "utf8")).toBe("# Report\nIt is 3.\n");
    const roles = model.asked.map(({ messages }) => messages.map(({ role }) => role).join(" "));
    expect(roles).toEqual(["system user", "system user assistant tool"]);
    expect(await w.said(AT)).toEqual([
      "agent.briefed",
      "chat.completed",
      "tool.called",
      "chat.completed",
      "agent.completed",
    ]);
  });

  it("A3: no answer that is recorded is asked for twice, and what was not has the same key", async () => {
    const stuck = Promise.withResolvers<void>();
    const model = modelOf(async (_, nth) => {
      if (nth === 1) return { calls: [{ name: "add", input: { a: 1, b: 2 } }] };
      if (nth === 2) {
        stuck.resolve();
        await new Promise(() => {}); // until the host dies
      }
      return { text: "3" };
    });
    await using w = await runBench(engine, thinker(model, { tools: { add } }));
    await w.start(ONE);
    await stuck.promise;
    await w.crash();
    expect(endsOf(await w.over())).toBe("t=COMPLETED");
    expect(model.asked.map(({ messages }) => messages.length)).toEqual([1, 3, 3]);
    expect(model.keys[1]).toBe(model.keys[2]);
    expect(model.keys[0]).not.toBe(model.keys[1]);
  });

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

  it("watchers hear an answer while it comes", async () => {
    const heard: unknown[] = [];
    const model = modelOf(async (_, __, { onText }) => {
      onText?.("Once upon");
      return { text: "Once upon a time." };
    });
    const turn = { ...thinker(model).thinker.way };
    const way: Way = {
      ...turn,
      turn: (asked, context) =>
        turn.turn(asked, {
          ...context,
          progress: (value) => {
            heard.push(value);
            context.progress(value);
          },
        }),
    };
    const told = defineAgent({ name: "thinker", description: "Thinks.", way });
    await using w = await runBench(engine, { thinker: told });
    expect(endsOf(await w.run(ONE))).toBe("t=COMPLETED");
    expect(heard).toEqual([{ text: "Once upon" }]);
  });

  it("a human is asked, for as long as it takes, and crashes in between change nothing", async () => {
    const model = modelOf(({ messages }) =>
      messages.length === 1
        ? { calls: [{ name: "ask_human", input: { question: "Red or blue?" } }] }
        : { text: `It is ${messages.at(-1)?.text}` },
    );
    await using w = await runBench(engine, thinker(model, { mayAsk: true }));
    await w.start(ONE);
    await w.until("it asks", async () => (await w.facts("question.asked")).length === 1);
    expect((await w.facts("question.asked"))[0]?.data).toMatchObject({
      question: "q1",
      text: "Red or blue?",
    });
    await w.crash();
    await w.bench.pass(86_400_000);
    const agent = w.host.actor(AT);
    await expect(agent.send({ type: "ANSWER", question: "q2", text: "no" })).rejects.toMatchObject({
      code: "EVENT_REFUSED",
    });
    await agent.send({ type: "ANSWER", question: "q1", text: "blue", by: "eva" });
    expect((await w.over()).tasks[0]?.summary).toBe("It is blue");
    expect(model.asked).toHaveLength(2);
  });

  it("an agent may be a human: what they answer is the answer", async () => {
    const way = byHuman({ who: "eva" });
    const thinker = defineAgent({
      name: "thinker",
      description: "Eva.",
      way,
      output: z.object({ ok: z.boolean() }),
    });
    await using w = await runBench(engine, { thinker });
    await w.start(ONE);
    const asked = async (count: number) =>
      w.until("it asks", async () => (await w.facts("question.asked")).length === count);
    await asked(1);
    await w.host.actor(AT).send({ type: "ANSWER", question: "q1", text: "yes" });
    await asked(2);
    await w.host.actor(AT).send({ type: "ANSWER", question: "q2", text: '{"ok": true}' });
    expect((await w.over()).tasks[0]?.data).toEqual({ ok: true });
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

  it("S0-064, T-G1: a conversation that grows too long makes place for a summary", async () => {
    const words = "word ".repeat(1_000);
    const model = modelOf(({ tools }, nth) => {
      if (tools.length === 0) return { text: "he added a lot" };
      return nth < 8
        ? { text: words, calls: [{ name: "add", input: { a: nth, b: 1 } }] }
        : { text: "end" };
    });
    const limits = { contextTokens: 4_000 };
    await using w = await runBench(
      engine,
      thinker(model, { tools: { add }, limits, instructions: "Be." }),
    );
    expect(endsOf(await w.run(ONE))).toBe("t=COMPLETED");
    const summaries = await w.facts("context.summarized");
    expect(summaries.length).toBeGreaterThan(0);
    expect(summaries[0]?.data).toMatchObject({ from: 2, summary: "he added a lot" });
    const longest = Math.max(...model.asked.map(({ messages }) => JSON.stringify(messages).length));
    expect(longest).toBeLessThan(4 * 4_000 + 6_000);
    const last = model.asked.at(-1)?.messages ?? [];
    expect(last.slice(0, 2).map(({ role }) => role)).toEqual(["system", "user"]);
    expect(last[2]?.text).toContain("he added a lot");
  });
});

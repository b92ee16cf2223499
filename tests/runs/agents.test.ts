/** Agents that are actors: their turns, tools, questions and answers, whatever happens to their host. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineAgent } from "../../src/agents/definition/definition.ts";
import { byHuman } from "../../src/agents/ways/by-human.ts";
import type { Way } from "../../src/agents/ways/way.ts";
import { modelOf } from "../support/chat-model.ts";
import { DURABLE, endsOf, runBench, task } from "../support/run-bench.ts";
import { add, AT, ONE, thinker } from "../support/thinker.ts";

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

/** Agents whose models, tools and functions throw and answer what nobody expects. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineAgent, type AgentOptions } from "../../src/agents/definition/definition.ts";
import { defineTool } from "../../src/agents/definition/tool.ts";
import type { ChatModel } from "../../src/agents/model/model.ts";
import { byModel } from "../../src/agents/ways/by-model.ts";
import { TroupeError } from "../../src/errors.ts";
import { modelOf } from "../support/chat-model.ts";
import { ENGINES } from "../support/laws-bench.ts";
import { endsOf, runBench, task } from "../support/run-bench.ts";

/** What is thrown and answered does not know where it is recorded. */
function engine() {
  const memory = ENGINES.find(({ name }) => name === "memory");
  if (memory === undefined) throw new Error("there is no memory");
  return memory;
}

const SECRET = "planted-5f1c7d20-secret";

/** Runs one task with such an agent; answers its end, and all that the log holds. */
async function worked(rest: Partial<AgentOptions<unknown>>) {
  const way = byModel(modelOf(() => ({ text: "done" })));
  const odd = defineAgent({ name: "odd", description: "Is odd.", way, ...rest });
  await using w = await runBench(engine(), { odd }, { env: { SHOP_API_TOKEN: SECRET } });
  const outcome = await w.run({ tasks: [task("t", "odd")] });
  const log = await w.bench.open();
  const text = JSON.stringify(await Array.fromAsync(log.scan()));
  await log[Symbol.asyncDispose]();
  return { ends: endsOf(outcome), failure: outcome.tasks[0]?.failure, text };
}

const trap = (): never => {
  throw new Error(`a trap with ${SECRET}`);
};

/** What may be thrown: any of them holds the secret. */
const THROWN: Readonly<Record<string, () => unknown>> = {
  "a text": () => `401 for ${SECRET}`,
  "an error with a code": () => Object.assign(new Error("no"), { code: SECRET }),
  "one of ours": () =>
    new TroupeError("MODEL_FAILED", `no ${SECRET}`, { hint: SECRET, data: { [SECRET]: [SECRET] } }),
  "an object": () => ({ message: SECRET, code: "NO" }),
  "an error that cannot be read": () => Object.defineProperty(new Error(), "message", { get: trap }),
  "a proxy": () => new Proxy({}, { get: trap, has: trap, getPrototypeOf: trap }),
};

describe.each(Object.entries(THROWN))(
  "S2: %s that is thrown leaves no secret in the log",
  (_, thrown) => {
    const throwing = (): never => {
      throw thrown(); // whatever that is
    };
    const calls = modelOf((_request, nth) =>
      nth === 1 ? { calls: [{ name: "look", input: {} }] } : { text: "done" },
    );
    const look = defineTool({ description: "Looks.", input: z.object({}), run: throwing });

    it.each<[string, Partial<AgentOptions<unknown>>, string]>([
      ["by a model", { way: byModel(modelOf(throwing)) }, "t=FAILED"],
      ["by a tool", { way: byModel(calls), tools: { look } }, "t=COMPLETED"],
      ["by prompt", { prompt: throwing }, "t=FAILED"],
      ["by output", { output: throwing }, "t=FAILED"],
      ["by deliver", { deliver: async () => throwing() }, "t=FAILED"],
    ])("%s", async (_name, options, end) => {
      const { ends, text } = await worked(options);
      expect(ends).toBe(end);
      expect(text).not.toContain(SECRET);
    });
  },
);

describe("what a model answers that is no answer ends the work, and no number of it is counted", () => {
  it.each<[string, object]>([
    ["negative tokens", { usage: { inputTokens: -5, outputTokens: 1 } }],
    ["negative money", { usage: { inputTokens: 1, outputTokens: 1, money: -3 } }],
    ["tokens that are a text", { usage: { inputTokens: "1", outputTokens: 1 } }],
    ["NaN", { usage: { inputTokens: Number.NaN, outputTokens: 1 } }],
    ["an end that nobody knows", { finish: "weird" }],
  ])("%s", async (_name, rest) => {
    const whole = { message: { role: "assistant", text: "x", calls: [] }, finish: "stop", model: "m" };
    const usage = { inputTokens: 1, outputTokens: 1 };
    const chat = async () => ({ ...whole, usage, ...rest }) as Awaited<ReturnType<ChatModel["chat"]>>; // it only says so
    const { failure, text } = await worked({ way: byModel({ name: "test:odd", chat }) });
    expect(failure?.code).toBe("MODEL_FAILED");
    expect(text).not.toContain("chat.completed");
  });
});

it("a call of ask_human by an agent that may not ask is no question: nobody waits for a human", async () => {
  const model = modelOf((_, nth) =>
    nth === 1 ? { calls: [{ name: "ask_human", input: { question: "Who?" } }] } : { text: "done" },
  );
  const { ends, text } = await worked({ way: byModel(model) });
  expect(ends).toBe("t=COMPLETED");
  expect(text).not.toContain("question.asked");
  expect(text).toContain('there is no tool \\"ask_human\\"');
});

it("a line of megabytes is in the record of its answer, and nowhere else", async () => {
  const { ends, text } = await worked({ way: byModel(modelOf(() => ({ text: "x".repeat(500_000) }))) });
  expect(ends).toBe("t=COMPLETED");
  expect(text.length).toBeLessThan(700_000);
});

it("problems are told as far as anybody reads them", async () => {
  const deliver = async () => ({ problems: Array.from({ length: 500 }, () => "z".repeat(5_000)) });
  const { failure, text } = await worked({ deliver, limits: { repairs: 0 } });
  expect(failure?.code).toBe("ANSWER_INVALID");
  expect(text.length).toBeLessThan(1_500_000);
});

it("a price that is no amount is refused before the first call", async () => {
  const model = modelOf(() => ({ text: "done" }));
  const agent = defineAgent({ name: "odd", description: "Is odd.", way: byModel(model) });
  await using w = await runBench(engine(), { odd: agent }, { price: () => Number.NaN });
  const outcome = await w.run({ tasks: [task("t", "odd")] });
  expect(outcome.tasks[0]?.failure?.code).toBe("MODEL_FAILED");
  expect(model.asked).toEqual([]);
});

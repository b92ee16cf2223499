/** A script answers by the conversation alone: in any order, and again after a crash. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { ChatRequest } from "../../../src/agents/model/model.ts";
import { openModel } from "../../../src/agents/model/open-model.ts";
import type { Script } from "../../../src/agents/model/script.ts";
import { scriptedModel } from "../../../src/agents/model/scripted.ts";
import { ChatAnswer, type ChatMessage } from "../../../src/events/chat/message.ts";
import { assistant, chatContext, saying, system, tool, user } from "../../support/chat.ts";
import { answeredBy } from "../../support/openai-model.ts";
import { openAiServer } from "../../support/openai-server.ts";

/** What it answers, in short. */
async function told(script: Script, request: ChatRequest): Promise<string> {
  return (await scriptedModel(script).chat(request, chatContext())).message.text;
}

const script: Script = {
  answers: [
    { when: { system: "coder", user: ["fix", "test"], call: 1 }, text: "first" },
    { when: { system: "coder", call: 2 }, text: "second" },
    { when: { tool: "run", last: "FAIL" }, text: "mend it" },
    { when: { output: "plan" }, data: { steps: [1] } },
    { when: { messages: 1 }, text: "one message" },
  ],
};

describe("an entry", () => {
  it.each([
    ["all that is wanted is there", saying(system("You are the coder"), user("fix the test")), "first"],
    [
      "the second call",
      saying(system("You are the coder"), user("fix the test"), assistant("first"), user("more")),
      "second",
    ],
    ["what a tool answered", saying(user("a"), assistant(""), tool("run", "1 FAIL")), "mend it"],
    [
      "what the user said last",
      saying(system("coder"), user("what is this?"), user("fix the test")),
      "first",
    ],
    ["how many messages", saying(user("anything")), "one message"],
  ])("is found by %s", async (_name, request, text) => {
    expect(await told(script, request)).toBe(text);
  });

  it("answers JSON where JSON is asked for", async () => {
    const asked = { ...saying(user("a"), user("b")), output: { name: "plan", schema: {} } };
    expect(JSON.parse(await told(script, asked))).toEqual({ steps: [1] });
  });

  it("is the first that fits", async () => {
    const twice: Script = { answers: [{ text: "a" }, { when: { user: "x" }, text: "b" }] };
    expect(await told(twice, saying(user("x")))).toBe("a");
  });

  it("calls tools, with ids that a conversation has only once", async () => {
    const model = scriptedModel({
      answers: [{ text: "I look.", calls: [{ name: "run", input: { x: 1 } }, { name: "run" }] }],
    });
    const first = await model.chat(saying(user("go")), chatContext());
    expect(first.finish).toBe("tools");
    expect(first.message.calls).toEqual([
      { id: "call-1-0", name: "run", input: { x: 1 } },
      { id: "call-1-1", name: "run", input: {} },
    ]);
    const then = await model.chat(saying(user("go"), first.message, user("again")), chatContext());
    expect(then.message.calls.map(({ id }) => id)).toEqual(["call-3-0", "call-3-1"]);
  });

  it("is heard in its chunks, and counted where it gives no usage", async () => {
    const heard: string[] = [];
    const model = scriptedModel({ name: "demo-1", answers: [{ chunks: ["ab", "cde"] }] });
    const answer = await model.chat(saying(user("12345678")), {
      ...chatContext(),
      onText: (piece) => heard.push(piece),
    });
    expect(heard).toEqual(["ab", "cde"]);
    expect(answer).toEqual({
      message: { role: "assistant", text: "abcde", calls: [] },
      finish: "stop",
      usage: { inputTokens: 2, outputTokens: 2, estimated: true },
      model: "demo-1",
    });
  });

  it("gives its own usage and finish where it has them", async () => {
    const usage = { inputTokens: 9, outputTokens: 4 };
    const model = scriptedModel({ answers: [{ text: "no", finish: "refused", usage }] });
    expect(await model.chat(saying(user("a")), chatContext())).toMatchObject({
      finish: "refused",
      usage,
    });
  });
});

describe("an entry that fails", () => {
  const once = (is: "rate_limited" | "cut_off"): Script => ({
    answers: [{ error: { is, times: 1, retryAfterMs: 50 }, text: "at last" }],
  });

  it("fails the first times that a conversation asks, then answers", async () => {
    const model = scriptedModel(once("rate_limited"));
    const ask = (text: string, key: string) => model.chat(saying(user(text)), chatContext(key));
    const limited = { code: "MODEL_RATE_LIMITED", data: { retryAfterMs: 50 } };
    await expect(ask("a", "k1")).rejects.toMatchObject(limited);
    await expect(ask("b", "k2")).rejects.toMatchObject(limited);
    expect((await ask("a", "k1")).message.text).toBe("at last");
    expect((await ask("b", "k3")).message.text).toBe("at last");
  });

  it("says half of its text before it breaks off", async () => {
    const heard: string[] = [];
    const asked = scriptedModel(once("cut_off")).chat(saying(user("a")), {
      ...chatContext(),
      onText: (piece) => heard.push(piece),
    });
    await expect(asked).rejects.toMatchObject({ code: "MODEL_CUT_OFF" });
    expect(heard).toEqual(["at l"]);
  });

  it("fails always where it does not say how often", async () => {
    const model = scriptedModel({ answers: [{ error: { is: "unavailable" } }] });
    for (const _try of [1, 2, 3])
      await expect(model.chat(saying(user("a")), chatContext())).rejects.toMatchObject({
        code: "MODEL_UNAVAILABLE",
      });
  });

  it("ends its delay where the signal aborts, with the signal's reason", async () => {
    const stop = new AbortController();
    const model = scriptedModel(
      { answers: [{ text: "late", delayMs: 60_000 }] },
      { onCall: () => queueMicrotask(() => stop.abort("enough")) },
    );
    const asked = model.chat(saying(user("a")), chatContext("k1", { signal: stop.signal }));
    await expect(asked).rejects.toBe("enough");
  });
});

describe("a conversation that no entry fits", () => {
  it("is MODEL_FAILED with the user's words and the nearest entries", async () => {
    const asked = scriptedModel(script).chat(
      saying(system("You are the coder"), user("fix it")),
      chatContext(),
    );
    await expect(asked).rejects.toMatchObject({
      code: "MODEL_FAILED",
      message: expect.stringContaining('has no answer to "fix it" (call 1, 2 messages)'),
      data: {
        nearest: [
          'answers[0] wants user "test"',
          "answers[1] wants call 2 (it is 1)",
          'answers[3] wants output "plan" (it is none)',
        ],
      },
    });
  });
});

describe("who asked is told", () => {
  it("each call with its key, its entry and its try", async () => {
    const asks: unknown[] = [];
    const model = scriptedModel(
      { answers: [{ error: { is: "unavailable", times: 1 }, text: "x" }] },
      { onCall: ({ idempotencyKey, entry, attempt }) => asks.push([idempotencyKey, entry, attempt]) },
    );
    await model.chat(saying(user("a")), chatContext()).catch(() => undefined);
    await model.chat(saying(user("a")), chatContext());
    expect(asks).toEqual([
      ["k1", "answers[0]", 1],
      ["k1", "answers[0]", 2],
    ]);
  });
});

const word = fc.constantFrom("fix", "test", "coder", "plan", "FAIL");
const message: fc.Arbitrary<ChatMessage> = fc.oneof(
  word.map(user),
  word.map(system),
  word.map(assistant),
  word.map((text) => tool("run", text)),
);
const total: Script = { answers: [...script.answers, { text: "anything else" }] };

test.prop(
  { conversations: fc.array(fc.array(message, { minLength: 1 }), { maxLength: 6 }) },
  { numRuns: 80 },
)(
  "for every order of calls, each conversation gets the same answer, as after a restart",
  async ({ conversations }) => {
    const ask = async (model: ReturnType<typeof scriptedModel>, messages: readonly ChatMessage[]) =>
      ChatAnswer.omit({ durationMs: true }).parse(await model.chat(saying(...messages), chatContext()));
    const one = scriptedModel(total);
    const forwards = await Promise.all(conversations.map((messages) => ask(one, messages)));
    const backwards = await Promise.all(
      conversations.toReversed().map((messages) => ask(one, messages)),
    );
    const fresh = await Promise.all(
      conversations.map((messages) => ask(scriptedModel(total), messages)),
    );
    expect(backwards.toReversed()).toEqual(forwards);
    expect(fresh).toEqual(forwards);
  },
);

it("says the same behind a server that speaks as OpenAI does", async () => {
  const direct = scriptedModel({
    answers: [
      { when: { user: "go", call: 1 }, text: "I run it.", calls: [{ name: "run", input: { x: 1 } }] },
      { when: { tool: "run", last: "ok" }, data: { done: true } },
    ],
  });
  await using server = await openAiServer(answeredBy(direct));
  const remote = await openModel(`${server.url}#demo`);
  const tools = [{ name: "run", description: "Runs it.", input: { type: "object" } }];
  const first = { ...saying(system("You are the coder."), user("go")), tools };
  const asked = await Promise.all([direct, remote].map((model) => model.chat(first, chatContext())));
  expect(asked[1]?.message).toEqual(asked[0]?.message);
  const said = asked[0]?.message ?? assistant("");
  const answer: ChatMessage = {
    role: "tool",
    call: "call-2-0",
    name: "run",
    text: "ok",
    failed: false,
  };
  const second = { ...first, messages: [...first.messages, said, answer] };
  const ended = await Promise.all([direct, remote].map((model) => model.chat(second, chatContext())));
  expect(ended[1]?.message).toEqual(ended[0]?.message);
});

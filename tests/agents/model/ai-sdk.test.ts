/** The AI SDK's own provider against a server of its own kind: what is asked, and what comes of it. */
import { describe, expect, it } from "vitest";
import { chatContext } from "../../support/chat.ts";
import { asking, openaiBench } from "../../support/openai-bench.ts";

describe("a model behind a URL", () => {
  it("answers with its text, which is heard in pieces, and its usage", async () => {
    await using it = await openaiBench({
      chunks: ["Hel", "lo"],
      usage: { input: 20, output: 3, cached: 8 },
    });
    const heard: string[] = [];
    const answer = await it.model.chat(
      asking,
      chatContext("k1", { onText: (piece) => heard.push(piece) }),
    );
    expect(answer).toEqual({
      message: { role: "assistant", text: "Hello", calls: [] },
      finish: "stop",
      usage: { inputTokens: 20, outputTokens: 3, cachedTokens: 8 },
      model: "small-1",
    });
    expect(heard).toEqual(["Hel", "lo"]);
  });

  it("is asked once, with the messages, the limit, the key and the idempotency key", async () => {
    await using it = await openaiBench({ chunks: ["ok"] });
    await it.model.chat({ ...asking, temperature: 0.5 }, chatContext());
    expect(it.server.requests).toMatchObject([
      {
        model: "small-1",
        stream: true,
        max_tokens: 100,
        temperature: 0.5,
        messages: [
          { role: "system", content: "You are the coder." },
          { role: "user", content: "Say hello." },
        ],
      },
    ]);
    expect(it.server.headers()).toMatchObject({
      authorization: "Bearer sk-planted-secret-1",
      "idempotency-key": "k1",
    });
  });

  it("gets tools, hands over calls, and gets their answers", async () => {
    const tools = [
      { name: "run", description: "Runs it.", input: { type: "object", properties: { x: {} } } },
    ];
    await using it = await openaiBench(({ messages }) =>
      messages.at(-1)?.role === "tool"
        ? { chunks: ["done"] }
        : { chunks: ["I run it."], calls: [{ id: "t1", name: "run", args: '{"x":1}' }] },
    );
    const first = await it.model.chat({ ...asking, tools }, chatContext());
    expect(first).toMatchObject({
      finish: "tools",
      message: { text: "I run it.", calls: [{ id: "t1", name: "run", input: { x: 1 } }] },
    });
    const messages = [
      ...asking.messages,
      first.message,
      { role: "tool" as const, call: "t1", name: "run", text: "FAIL 2", failed: true },
    ];
    const second = await it.model.chat({ ...asking, messages, tools }, chatContext());
    expect(second.message.text).toBe("done");
    expect(it.server.requests.at(-1)).toMatchObject({
      tools: [{ function: { name: "run", description: "Runs it." } }],
      messages: [
        {},
        {},
        {
          content: "I run it.",
          tool_calls: [{ id: "t1", function: { name: "run", arguments: '{"x":1}' } }],
        },
        { role: "tool", tool_call_id: "t1", content: "FAIL 2" },
      ],
    });
  });

  it("hands over calls of unknown tools, and with broken JSON: whoever loops answers them", async () => {
    const tools = [{ name: "run", description: "", input: { type: "object" } }];
    await using it = await openaiBench({
      calls: [
        { id: "t1", name: "nope", args: "{}" },
        { id: "t2", name: "run", args: '{"x":' },
        { id: "t3", name: "run", args: "" },
      ],
    });
    const { message } = await it.model.chat({ ...asking, tools }, chatContext());
    expect(message.calls).toEqual([
      { id: "t1", name: "nope", input: {} },
      { id: "t2", name: "run", input: '{"x":' },
      { id: "t3", name: "run", input: {} },
    ]);
  });

  it("is asked for JSON by a schema; broken JSON is an answer, for whoever mends it", async () => {
    await using it = await openaiBench({ chunks: ['{"a": 1'] });
    const schema = { type: "object", properties: { a: { type: "number" } } };
    const answer = await it.model.chat({ ...asking, output: { name: "plan", schema } }, chatContext());
    expect(answer).toMatchObject({ message: { text: '{"a": 1' }, finish: "stop" });
    expect(it.server.requests[0]?.response_format).toMatchObject({
      type: "json_schema",
      json_schema: { name: "plan", schema, strict: false },
    });
  });

  it("hands reasoning back to the provider that it came from", async () => {
    await using it = await openaiBench({ reasoning: "Hm.", chunks: ["Hello"] });
    const { message } = await it.model.chat(asking, chatContext());
    expect(message).toMatchObject({ text: "Hello", provider: { from: "openaiCompatible" } });
    const messages = [...asking.messages, message, { role: "user" as const, text: "Again." }];
    await it.model.chat({ ...asking, messages }, chatContext());
    expect(it.server.requests.at(-1)?.messages[2]).toMatchObject({
      content: "Hello",
      reasoning_content: "Hm.",
    });
  });

  it.each([
    ["refusal", { refusal: "I can't." }, "refused"],
    ["content filter", { chunks: ["I"], finish: "content_filter" }, "refused"],
    ["limit of tokens", { chunks: ["I"], finish: "length" }, "length"],
    ["finish that nobody knows", { chunks: ["I"], finish: "tired" }, "other"],
  ] as const)("a %s is an answer", async (_name, said, finish) => {
    await using it = await openaiBench(said);
    expect(await it.model.chat(asking, chatContext())).toMatchObject({ finish });
  });

  it("counts itself where the provider does not", async () => {
    await using it = await openaiBench({ chunks: ["12345"], usage: null });
    const { usage } = await it.model.chat(asking, chatContext());
    expect(usage).toEqual({ inputTokens: 7, outputTokens: 2, estimated: true });
  });

  it("answers two calls at once, each with its own", async () => {
    const both = Promise.withResolvers<void>();
    let waiting = 0;
    await using it = await openaiBench(async ({ messages }) => {
      if (++waiting === 2) both.resolve();
      await both.promise;
      return { chunks: [`to ${messages[0]?.content ?? ""}`] };
    });
    const ask = (text: string) =>
      it.model.chat({ ...asking, messages: [{ role: "user", text }] }, chatContext());
    const answers = await Promise.all([ask("one"), ask("two")]);
    expect(answers.map(({ message }) => message.text)).toEqual(["to one", "to two"]);
  });
});

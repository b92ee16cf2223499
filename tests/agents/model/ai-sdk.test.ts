/** The AI SDK's own provider against a server of its own kind: what is asked, and what comes of it. */
import { describe, expect, it } from "vitest";
import { modelError } from "../../../src/agents/model/ai-sdk-errors.ts";
import { openModel } from "../../../src/agents/model/open-model.ts";
import type { ChatModel, ChatRequest } from "../../../src/agents/model/model.ts";
import { TroupeError } from "../../../src/errors.ts";
import { chatContext } from "../../support/chat.ts";
import {
  failed,
  openAiServer,
  type Answerer,
  type OpenAiServer,
  type Refused,
  type Said,
} from "../../support/openai-server.ts";

const asking: ChatRequest = {
  messages: [
    { role: "system", text: "You are the coder." },
    { role: "user", text: "Say hello." },
  ],
  tools: [],
  maxOutputTokens: 100,
};

interface Bench extends AsyncDisposable {
  readonly server: OpenAiServer;
  readonly model: ChatModel;
}

async function bench(answer: Answerer | Said | Refused): Promise<Bench> {
  const server = await openAiServer(typeof answer === "function" ? answer : () => answer);
  const model = await openModel(`${server.url}#small-1`, {
    env: { MY_API_KEY: "sk-planted-secret-1" },
    apiKeyEnv: "MY_API_KEY",
  });
  return { server, model, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** The error of a call to a server that answers so. */
async function faultOf(answer: Answerer | Said | Refused): Promise<TroupeError> {
  await using it = await bench(answer);
  const thrown: unknown = await it.model.chat(asking, chatContext()).catch((error: unknown) => error);
  if (!TroupeError.is(thrown)) throw new Error("it was answered", { cause: thrown });
  return thrown;
}

describe("a model behind a URL", () => {
  it("answers with its text, which is heard in pieces, and its usage", async () => {
    await using it = await bench({
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
    await using it = await bench({ chunks: ["ok"] });
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
    await using it = await bench(({ messages }) =>
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
    await using it = await bench({
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
    await using it = await bench({ chunks: ['{"a": 1'] });
    const schema = { type: "object", properties: { a: { type: "number" } } };
    const answer = await it.model.chat({ ...asking, output: { name: "plan", schema } }, chatContext());
    expect(answer).toMatchObject({ message: { text: '{"a": 1' }, finish: "stop" });
    expect(it.server.requests[0]?.response_format).toMatchObject({
      type: "json_schema",
      json_schema: { name: "plan", schema, strict: false },
    });
  });

  it("hands reasoning back to the provider that it came from", async () => {
    await using it = await bench({ reasoning: "Hm.", chunks: ["Hello"] });
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
    await using it = await bench(said);
    expect(await it.model.chat(asking, chatContext())).toMatchObject({ finish });
  });

  it("counts itself where the provider does not", async () => {
    await using it = await bench({ chunks: ["12345"], usage: null });
    const { usage } = await it.model.chat(asking, chatContext());
    expect(usage).toEqual({ inputTokens: 7, outputTokens: 2, estimated: true });
  });

  it("answers two calls at once, each with its own", async () => {
    const both = Promise.withResolvers<void>();
    let waiting = 0;
    await using it = await bench(async ({ messages }) => {
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

describe("bad behaviour of a server", () => {
  it.each([
    ["retry-after-ms", { "retry-after-ms": "1500" }, 1500],
    ["retry-after in seconds", { "retry-after": "7" }, 7000],
    ["a date that is past", { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }, 0],
    ["nothing", {}, undefined],
  ])("429 with %s is MODEL_RATE_LIMITED", async (_name, headers, retryAfterMs) => {
    const fault = await faultOf({ status: 429, headers, body: failed("slow down") });
    expect(fault.code).toBe("MODEL_RATE_LIMITED");
    expect(fault.data["retryAfterMs"]).toBe(retryAfterMs);
  });

  it("429 with a date that is to come is MODEL_RATE_LIMITED until then", () => {
    const headers = { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" };
    const error = Object.assign(new Error("slow down"), { statusCode: 429, responseHeaders: headers });
    const now = (): number => Date.UTC(2015, 9, 21, 7, 27, 30);
    const fault = modelError(error, { model: "m", secrets: [], now });
    expect(fault.data["retryAfterMs"]).toBe(30_000);
  });

  it.each([
    ["rate_limit_error", "MODEL_RATE_LIMITED"],
    ["overloaded_error", "MODEL_UNAVAILABLE"],
    ["invalid_request_error", "MODEL_FAILED"],
  ])("%s in the middle of a stream is %s, without any status", (type, code) => {
    const error = Object.assign(new Error("no"), { name: "AI_StreamProviderError", type });
    expect(modelError(error, { model: "m", secrets: [], now: Date.now }).code).toBe(code);
  });

  it.each([
    [{ status: 500, body: failed("boom") }, "MODEL_UNAVAILABLE"],
    [{ status: 503, body: "<html>down</html>" }, "MODEL_UNAVAILABLE"],
    [{ status: 529, body: failed("overloaded") }, "MODEL_UNAVAILABLE"],
    [{ status: 400, body: failed("bad") }, "MODEL_FAILED"],
    [{ status: 401, body: failed("bad key") }, "MODEL_FAILED"],
    [{ status: 404, body: failed("no model") }, "MODEL_FAILED"],
    [{ status: 429, body: failed("no money", "insufficient_quota") }, "MODEL_FAILED"],
    [{ status: 200, body: "<html>hello</html>" }, "MODEL_CUT_OFF"],
    [{ chunks: ["half"], ends: "cut" }, "MODEL_CUT_OFF"],
    [{ ends: "cut" }, "MODEL_CUT_OFF"],
    [{ chunks: ["half"], finish: null }, "MODEL_CUT_OFF"],
    [{ chunks: ["half"], ends: "garbage" }, "MODEL_CUT_OFF"],
    [{ chunks: ["half"], ends: { error: { message: "Overloaded", code: 503 } } }, "MODEL_UNAVAILABLE"],
    [{ ends: { error: { message: "too long", code: "context_length_exceeded" } } }, "MODEL_FAILED"],
  ] as const)("%j is %s", async (answer, code) => {
    const fault = await faultOf(answer);
    expect({ code: fault.code, hint: fault.hint }).toEqual({ code, hint: expect.any(String) });
  });

  it("a server that is not there is MODEL_UNAVAILABLE", async () => {
    const gone = await bench({ chunks: [] });
    await gone[Symbol.asyncDispose]();
    const asked = gone.model.chat(asking, chatContext());
    await expect(asked).rejects.toMatchObject({ code: "MODEL_UNAVAILABLE" });
  });

  it("S2: no error tells of the key, the headers or the request", async () => {
    const prompt = "the planted prompt";
    const messages = [{ role: "user" as const, text: prompt }];
    for (const status of [400, 401, 429, 500]) {
      await using it = await bench((_request, { headers }) => ({
        status,
        body: failed(`wrong key ${headers.authorization ?? ""}, nor is sk-somebody-elses-key one`),
      }));
      const thrown: unknown = await it.model
        .chat({ ...asking, messages }, chatContext())
        .catch((error: unknown) => error);
      if (!TroupeError.is(thrown)) throw new Error("it was answered");
      const told = `${thrown.message} ${thrown.hint} ${JSON.stringify(thrown.data)} ${thrown.stack}`;
      expect(thrown.message).toContain("[redacted]");
      expect(thrown.cause).toBeUndefined();
      for (const secret of ["planted-secret", "somebody-elses", "Bearer", prompt])
        expect(told).not.toContain(secret);
    }
  });
});

describe("an abort", () => {
  it.each([
    ["before the first byte", () => "hang" as const],
    ["in the middle", () => ({ chunks: ["Hel"], ends: "hang" as const })],
  ])("%s closes the connection, and rejects with the signal's reason", async (_name, answer) => {
    const stop = new AbortController();
    const reason = new Error("the user left");
    const arrived = Promise.withResolvers<void>();
    await using it = await bench(() => {
      arrived.resolve();
      return answer();
    });
    const heard = Promise.withResolvers<void>();
    const asked = it.model.chat(
      asking,
      chatContext("k1", { signal: stop.signal, onText: () => heard.resolve() }),
    );
    const thrown = asked.catch((error: unknown) => error);
    await arrived.promise;
    if (answer() !== "hang") await heard.promise;
    stop.abort(reason);
    expect(await thrown).toBe(reason);
    await it.server.hungUp();
  });

  it("before the call asks nothing", async () => {
    await using it = await bench({ chunks: ["no"] });
    const signal = AbortSignal.abort("gone");
    await expect(it.model.chat(asking, chatContext("k1", { signal }))).rejects.toBe("gone");
    expect(it.server.requests).toEqual([]);
  });

  it("comes from a listener that throws, too", async () => {
    await using it = await bench({ chunks: ["Hel"], ends: "hang" });
    const fault = new Error("no room");
    const onText = (): never => {
      throw fault;
    };
    await expect(it.model.chat(asking, chatContext("k1", { onText }))).rejects.toBe(fault);
    await it.server.hungUp();
  });
});

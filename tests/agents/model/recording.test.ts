/** What is recorded of a model is what is replayed; a cache asks for each thing once. */
import { appendFileSync, mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { ChatModel, ChatRequest } from "../../../src/agents/model/model.ts";
import { cached, recording } from "../../../src/agents/model/recording.ts";
import { replayModel } from "../../../src/agents/model/replay.ts";
import { scriptedModel } from "../../../src/agents/model/scripted.ts";
import type { ChatAnswer } from "../../../src/events/chat/message.ts";
import { assistant, chatContext, saying, user } from "../../support/chat.ts";

type Answer = Omit<ChatAnswer, "durationMs">;

/** A folder that goes when the test ends, and a file in it. */
function place(): Disposable & { readonly file: string } {
  const folder = mkdtempDisposableSync(join(tmpdir(), "recording-"));
  const file = join(folder.path, "chat.jsonl");
  return { file, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** A model that answers one after the other, whatever it is asked. */
function answering(...answers: readonly Answer[]): ChatModel & { readonly asked: () => number } {
  let next = 0;
  return {
    name: "live",
    asked: () => next,
    chat: async () => {
      const answer = answers[next++];
      if (answer === undefined) throw new Error("asked too often");
      return answer;
    },
  };
}

function answer(text: string, given: Partial<Answer> = {}): Answer {
  const usage = { inputTokens: 3, outputTokens: 2, money: 0.5 };
  return { message: assistant(text), finish: "stop", usage, model: "m-1", ...given };
}

const text = async (model: ChatModel, request: ChatRequest, key: string): Promise<string> =>
  (await model.chat(request, chatContext(key))).message.text;

describe("a recording", () => {
  it("gives a request that was asked n times its n answers in order, then the last", async () => {
    using at = place();
    const live = recording(answering(answer("a"), answer("b")), at.file);
    await live.chat(saying(user("x")), chatContext("r1/1"));
    await live.chat(saying(user("x")), chatContext("r1/2"));
    const replay = replayModel(at.file);
    const told = [];
    for (const key of ["r2/1", "r2/2", "r2/3"]) told.push(await text(replay, saying(user("x")), key));
    expect(told).toEqual(["a", "b", "b"]);
    expect(await text(replay, saying(user("x")), "r2/1")).toBe("a");
  });

  it("gives a call that was recorded its own answer, whatever was asked before", async () => {
    using at = place();
    const live = recording(answering(answer("a"), answer("b")), at.file);
    await live.chat(saying(user("x")), chatContext("r1/1"));
    await live.chat(saying(user("x")), chatContext("r1/2"));
    expect(await text(replayModel(at.file), saying(user("x")), "r1/2")).toBe("b");
  });

  it("loses nothing of calls that run at once", async () => {
    using at = place();
    const live = recording(scriptedModel({ answers: [{ text: "x".repeat(5000) }] }), at.file);
    const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
    await Promise.all(keys.map((key) => live.chat(saying(user(key)), chatContext(key))));
    const replay = replayModel(at.file);
    for (const key of keys) expect(await text(replay, saying(user(key)), "new")).toHaveLength(5000);
    expect(readFileSync(at.file, "utf8").split("\n")).toHaveLength(41);
  });

  it("passes on what is heard, and errors, which are not recorded", async () => {
    using at = place();
    const script = scriptedModel({
      answers: [{ chunks: ["a", "b"], error: { is: "unavailable", times: 1 } }],
    });
    const live = recording(script, at.file);
    const asked = live.chat(saying(user("x")), chatContext());
    await expect(asked).rejects.toMatchObject({ code: "MODEL_UNAVAILABLE" });
    const heard: string[] = [];
    const onText = (piece: string): void => void heard.push(piece);
    await live.chat(saying(user("x")), chatContext("k1", { onText }));
    await replayModel(at.file).chat(saying(user("x")), chatContext("k1", { onText }));
    expect(heard).toEqual(["a", "b", "ab"]);
  });

  it("S2: holds no secret; the conversation that goes on is known all the same", async () => {
    using at = place();
    const secrets = ["planted-secret"];
    const call = { id: "c1", name: "run", input: { key: "planted-secret" } };
    const provider = { thought: "planted-secret?" };
    const said = { ...assistant("it is planted-secret"), calls: [call], provider };
    const next = answer("done");
    const live = recording(answering(answer("", { message: said }), next), at.file, { secrets });
    const first = saying(user("use planted-secret"));
    const got = await live.chat(first, chatContext("a"));
    expect(got.message).toEqual(said);
    const second = saying(...first.messages, got.message, user("go on"));
    await live.chat(second, chatContext("b"));
    expect(readFileSync(at.file, "utf8")).not.toContain("planted-secret");
    const replay = replayModel(at.file, { secrets: [] });
    const clean = saying(user("use [redacted]"));
    const again = await replay.chat(clean, chatContext("c"));
    expect(again.message.text).toBe("it is [redacted]");
    const goOn = saying(...clean.messages, again.message, user("go on"));
    expect(await text(replay, goOn, "d")).toBe("done");
  });

  it("asks nothing where its file cannot be written", async () => {
    using at = place();
    const model = answering(answer("a"));
    const asked = recording(model, join(at.file, "no-folder")).chat(saying(user("x")), chatContext());
    await expect(asked).rejects.toMatchObject({ code: "FILE_NOT_WRITTEN" });
    expect(model.asked()).toBe(0);
  });
});

describe("half a line at the end", () => {
  it("is passed over by a reader, and cut away by the next writer", async () => {
    using at = place();
    await recording(answering(answer("a")), at.file).chat(saying(user("x")), chatContext());
    appendFileSync(at.file, '{"v":1,"request":"sha256:00');
    expect(await text(replayModel(at.file), saying(user("x")), "new")).toBe("a");
    await recording(answering(answer("b")), at.file).chat(saying(user("y")), chatContext("k2"));
    expect(await text(replayModel(at.file), saying(user("y")), "new")).toBe("b");
  });

  it("costs none of the calls that run at once behind it", async () => {
    using at = place();
    writeFileSync(at.file, '{"v":1,"request":"sha256:00');
    const live = recording(scriptedModel({ answers: [{ text: "a" }] }), at.file);
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
    await Promise.all(keys.map((key) => live.chat(saying(user(key)), chatContext(key))));
    const replay = replayModel(at.file);
    for (const key of keys) expect(await text(replay, saying(user(key)), "new")).toBe("a");
  });

  it("is kept where only its end is missing", async () => {
    using at = place();
    await recording(answering(answer("a")), at.file).chat(saying(user("x")), chatContext());
    writeFileSync(at.file, readFileSync(at.file, "utf8").trimEnd());
    expect(await text(replayModel(at.file), saying(user("x")), "new")).toBe("a");
    await recording(answering(answer("b")), at.file).chat(saying(user("y")), chatContext("k2"));
    expect(await text(replayModel(at.file), saying(user("x")), "new")).toBe("a");
    expect(await text(replayModel(at.file), saying(user("y")), "new")).toBe("b");
  });
});

describe("a replay that cannot be", () => {
  it("says what is missing: words that nobody said, or other words before them", async () => {
    using at = place();
    await recording(answering(answer("a")), at.file).chat(saying(user("x")), chatContext());
    const replay = replayModel(at.file);
    await expect(replay.chat(saying(user("y")), chatContext())).rejects.toMatchObject({
      code: "MODEL_FAILED",
      message: expect.stringContaining('no answer to "y" (1 messages, 0 tools): no recorded'),
    });
    const request = saying(user("before"), user("x"));
    await expect(replay.chat(request, chatContext())).rejects.toMatchObject({
      message: expect.stringContaining("1 recorded conversation ends with it, but with other"),
    });
  });

  it.each([
    ["no file", undefined, "does not exist"],
    ["a line that is no exchange", '{"v":1}\n', "line 1"],
    ["a line that is no JSON", '{"v":\n', "line 1"],
    ["another version at the end", '{"v":2}', "line 1"],
  ])("%s is RECORDING_INVALID", (_name, content, message) => {
    using at = place();
    if (content !== undefined) writeFileSync(at.file, content);
    expect(() => replayModel(at.file)).toThrow(
      expect.objectContaining({
        code: "RECORDING_INVALID",
        message: expect.stringContaining(message),
      }),
    );
  });
});

describe("S3-052: a cache", () => {
  it("asks once for each request, also after a restart, and what it knows costs nothing", async () => {
    using at = place();
    const model = answering(answer("a"), answer("b"));
    const first = cached(model, at.file);
    const ask = (cache: ChatModel, words: string) => cache.chat(saying(user(words)), chatContext());
    expect(await ask(first, "x")).toEqual(answer("a"));
    const free = { ...answer("a"), usage: { inputTokens: 0, outputTokens: 0, money: 0 } };
    expect(await ask(first, "x")).toEqual(free);
    const second = cached(model, at.file);
    expect(await ask(second, "x")).toEqual(free);
    expect(await ask(second, "y")).toEqual(answer("b"));
    expect(model.asked()).toBe(2);
  });

  it.each(["refused", "length", "other"] as const)("asks again for what was %s", async (finish) => {
    using at = place();
    const cache = cached(answering(answer("no", { finish }), answer("yes")), at.file);
    expect(await text(cache, saying(user("x")), "k1")).toBe("no");
    expect(await text(cache, saying(user("x")), "k2")).toBe("yes");
    expect(await text(cache, saying(user("x")), "k3")).toBe("yes");
  });

  it.each([
    ["limit", { maxOutputTokens: 7 }],
    ["temperature", { temperature: 0.3 }],
    ["tools", { tools: [{ name: "run", description: "", input: {} }] }],
    ["output", { output: { name: "plan", schema: {} } }],
  ])("takes another %s for another request", async (_name, other) => {
    using at = place();
    const cache = cached(answering(answer("a"), answer("b")), at.file);
    expect(await text(cache, saying(user("x")), "k1")).toBe("a");
    expect(await text(cache, { ...saying(user("x")), ...other }, "k2")).toBe("b");
  });
});

const words = fc.string({ unit: "grapheme", maxLength: 30 });
const calls = fc.array(fc.record({ id: words, name: words, input: fc.jsonValue({ maxDepth: 2 }) }), {
  maxLength: 2,
});
const anyAnswer: fc.Arbitrary<Answer> = fc
  .record({
    said: words,
    calls,
    finish: fc.constantFrom("stop", "tools", "length", "refused", "other"),
    inputTokens: fc.nat(),
    provider: fc.option(fc.jsonValue({ maxDepth: 2 }), { nil: undefined }),
  })
  .map(({ said, calls: some, finish, inputTokens, provider }) => ({
    // as it comes out of JSON: without -0
    message: JSON.parse(JSON.stringify({ ...assistant(said), calls: some, provider })),
    finish,
    usage: { inputTokens, outputTokens: 1 },
    model: "m",
  }));

/** A provider's word, and a call's input, with a key that schemas lose in silence. */
const odd = answer("odd", {
  message: JSON.parse(
    '{"role":"assistant","text":"","calls":[{"id":"1","name":"n","input":{"__proto__":1}}],"provider":[{"__proto__":null}]}',
  ),
});

test.prop(
  { exchanges: fc.array(fc.record({ said: words, answer: anyAnswer }), { maxLength: 5 }) },
  { numRuns: 60, examples: [{ exchanges: [{ said: "", answer: odd }] }] },
)("for every exchange, a replay answers what was recorded", async ({ exchanges }) => {
  using at = place();
  const options = { secrets: [] };
  const live = recording(answering(...exchanges.map((one) => one.answer)), at.file, options);
  for (const [index, { said }] of exchanges.entries())
    await live.chat(saying(user(said)), chatContext(`k${index}`));
  if (exchanges.length === 0) return;
  const replay = replayModel(at.file, options);
  for (const [index, { said, answer: recorded }] of exchanges.entries())
    expect(await replay.chat(saying(user(said)), chatContext(`k${index}`))).toEqual(recorded);
});

/** Any provider of the AI SDK: what one of another kind says, and gets back. */
import type { LanguageModel } from "ai";
import { expect, it } from "vitest";
import { aiSdkModel } from "../../../src/agents/model/ai-sdk.ts";
import { chatContext, saying, user } from "../../support/chat.ts";

type Model = Exclude<LanguageModel, string> & { readonly specificationVersion: "v4" };
type Options = Parameters<Model["doStream"]>[0];
type StreamPart =
  Awaited<ReturnType<Model["doStream"]>>["stream"] extends ReadableStream<infer Part> ? Part : never;

/** A provider that says these parts, and keeps what it was asked. */
function provider(parts: readonly StreamPart[]): { model: Model; asked: Options[] } {
  const asked: Options[] = [];
  const doStream: Model["doStream"] = async (options) => {
    asked.push(options);
    return { stream: ReadableStream.from(parts) };
  };
  const doGenerate: Model["doGenerate"] = () => Promise.reject(new Error("it streams"));
  const about = { provider: "signer.messages", modelId: "s-1", supportedUrls: {} };
  return { model: { specificationVersion: "v4", ...about, doStream, doGenerate }, asked };
}

const usage = {
  inputTokens: { total: 5, noCache: 5, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 2, text: 2, reasoning: 0 },
};
const finish = (unified: "stop" | "interrupted"): StreamPart => ({
  type: "finish",
  usage,
  finishReason: { unified, raw: unified },
});
const text = (delta: string): StreamPart[] => [
  { type: "text-start", id: "t" },
  { type: "text-delta", id: "t", delta },
  { type: "text-end", id: "t" },
];

it("signed reasoning goes back to who signed it, in its place, after a passage through the log", async () => {
  const signed = { signer: { signature: "s1" } };
  const { model, asked } = provider([
    { type: "reasoning-start", id: "r" },
    { type: "reasoning-delta", id: "r", delta: "Hm." },
    { type: "reasoning-end", id: "r", providerMetadata: signed },
    ...text("Hello"),
    finish("stop"),
  ]);
  const chat = aiSdkModel(model);
  expect(chat.name).toBe("signer:s-1");
  const { message } = await chat.chat(saying(user("x")), chatContext());
  const recorded: typeof message = JSON.parse(JSON.stringify(message));
  await chat.chat(saying(user("x"), recorded, user("y")), chatContext());
  expect(asked[1]?.prompt[1]?.content).toMatchObject([
    { type: "reasoning", text: "Hm.", providerOptions: signed },
    { type: "text", text: "Hello" },
  ]);
});

it.each([
  ["without a finish", text("half")],
  ["with nothing at all", []],
  ["interrupted", [...text("half"), finish("interrupted")]],
])("a stream that ends %s is MODEL_CUT_OFF", async (_name, parts) => {
  const asked = aiSdkModel(provider(parts).model).chat(saying(user("x")), chatContext());
  await expect(asked).rejects.toMatchObject({ code: "MODEL_CUT_OFF" });
});

it("a provider's own options reach it", async () => {
  const { model, asked } = provider([...text("ok"), finish("stop")]);
  const chat = aiSdkModel(model, { name: "mine", providerOptions: { signer: { effort: "low" } } });
  expect(chat.name).toBe("mine");
  await chat.chat(saying(user("x")), chatContext());
  expect(asked[0]?.providerOptions?.["signer"]).toEqual({ effort: "low" });
});

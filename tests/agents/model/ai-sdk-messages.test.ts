/** Conversations go to the AI SDK and come back whole. */
import { fc, test } from "@fast-check/vitest";
import type { ContentPart, ModelMessage, ToolSet } from "ai";
import { expect, it } from "vitest";
import { messageOf, promptOf } from "../../../src/agents/model/ai-sdk-messages.ts";
import type { AssistantMessage, ChatMessage } from "../../../src/events/chat/message.ts";
import { assistant } from "../../support/chat.ts";

type Part = Exclude<Extract<ModelMessage, { role: "assistant" }>["content"], string>[number];

/** What a provider would say to get this back as a part of the prompt. */
function saidAs(part: Part): ContentPart<ToolSet> {
  const said: Record<string, unknown> = { ...part };
  if ("providerOptions" in said) said["providerMetadata"] = said["providerOptions"];
  delete said["providerOptions"];
  // the parts that occur here differ in that name alone
  return said as unknown as ContentPart<ToolSet>;
}

/** A prompt as a conversation. */
function readBack(prompt: readonly ModelMessage[], provider: string): ChatMessage[] {
  return prompt.map((message): ChatMessage => {
    if (message.role === "assistant" && typeof message.content !== "string")
      return messageOf(message.content.map(saidAs), provider);
    if (message.role === "tool") {
      const [result] = message.content;
      if (result?.type !== "tool-result") throw new Error("no result");
      const { toolCallId: call, toolName: name, output } = result;
      if (output.type !== "text" && output.type !== "error-text") throw new Error(output.type);
      return { role: "tool", call, name, text: output.value, failed: output.type === "error-text" };
    }
    if (message.role === "assistant" || typeof message.content !== "string") throw new Error("parts");
    return { role: message.role, text: message.content };
  });
}

const words = fc.string({ unit: "grapheme", maxLength: 20 });
const json = fc
  .dictionary(words, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 })
  .map((value) => JSON.parse(JSON.stringify(value)));
const metadata = fc.option(
  fc.dictionary(fc.constantFrom("anthropic", "openai"), json, { minKeys: 1 }),
  { nil: undefined },
);
const part: fc.Arbitrary<ContentPart<ToolSet>> = fc
  .record({
    kind: fc.constantFrom("text", "reasoning", "tool-call"),
    text: words,
    input: json,
    providerMetadata: metadata,
  })
  .map(({ kind, text, input, providerMetadata }) => {
    const own = kind === "tool-call" ? { toolCallId: text, toolName: "run", input } : { text };
    const said = {
      type: kind,
      ...own,
      ...(providerMetadata === undefined ? {} : { providerMetadata }),
    };
    // made of the parts that a model can say
    return said as ContentPart<ToolSet>;
  });

/** Whatever a model can have said. */
const said: fc.Arbitrary<AssistantMessage> = fc
  .array(part, { maxLength: 5 })
  .map((parts) => messageOf(parts, "anthropic"));
const message: fc.Arbitrary<ChatMessage> = fc.oneof(
  fc.record({ role: fc.constantFrom("system" as const, "user" as const), text: words }),
  said,
  fc.record({
    role: fc.constant("tool" as const),
    call: words,
    name: words,
    text: words,
    failed: fc.boolean(),
  }),
);

test.prop({ messages: fc.array(message, { maxLength: 8 }) }, { numRuns: 100 })(
  "for every conversation, what is told to its provider and read back is the same",
  ({ messages }) => {
    expect(readBack(promptOf(messages, "anthropic"), "anthropic")).toEqual(messages);
  },
);

test.prop({ messages: fc.array(message, { maxLength: 8 }) }, { numRuns: 100 })(
  "for every conversation, another provider is told all but what it cannot understand",
  ({ messages }) => {
    const prompt = promptOf(messages, "openai");
    expect(JSON.stringify(prompt)).not.toContain("providerOptions");
    const plain = messages.map((one) => {
      if (one.role !== "assistant") return one;
      const { provider: _, ...rest } = one;
      return rest;
    });
    expect(readBack(prompt, "openai")).toEqual(plain);
  },
);

it("hands signed reasoning back in its place", () => {
  const signed = { anthropic: { signature: "s1" } };
  const parts: ContentPart<ToolSet>[] = [
    { type: "reasoning", text: "Hm.", providerMetadata: signed },
    { type: "text", text: "I run it." },
    { type: "tool-call", toolCallId: "c1", toolName: "run", input: {} },
  ];
  const [prompt] = promptOf([messageOf(parts, "anthropic")], "anthropic");
  expect(prompt?.content).toEqual([
    { type: "reasoning", text: "Hm.", providerOptions: signed },
    { type: "text", text: "I run it." },
    { type: "tool-call", toolCallId: "c1", toolName: "run", input: {} },
  ]);
});

it("tells a message that was changed since as it is now", () => {
  const parts: ContentPart<ToolSet>[] = [
    { type: "reasoning", text: "Hm." },
    { type: "text", text: "the planted-secret" },
  ];
  const changed = { ...messageOf(parts, "anthropic"), text: "the [redacted]" };
  expect(promptOf([changed], "anthropic")[0]?.content).toEqual([
    { type: "text", text: "the [redacted]" },
  ]);
});

it("takes what it does not know in a message for nothing", () => {
  const foreign = { ...assistant("hi"), provider: { sdk: "another", parts: [] } };
  expect(promptOf([foreign], "anthropic")[0]?.content).toEqual([{ type: "text", text: "hi" }]);
});

it.each([["broken {"], [7], [null], [[1]]])("tells %j as the input of a call as {}", (input) => {
  const call = { id: "c1", name: "run", input };
  const [prompt] = promptOf([{ ...assistant(""), calls: [call] }], "openai");
  expect(prompt?.content).toEqual([
    { type: "tool-call", toolCallId: "c1", toolName: "run", input: {} },
  ]);
});

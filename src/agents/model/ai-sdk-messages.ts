/**
 * Conversations between Troupe's shape and that of the AI SDK.
 *
 * - A conversation that is told and read back is the same, with one exception: the input of a call
 *   that is no object (a model wrote broken JSON) is told as `{}`, since providers refuse others.
 * - What a provider added to its answer (signed reasoning, ids of its items) is handed back to
 *   that provider in its place, and to no other.
 * - Files that a model makes are not kept, nor calls that its provider has already run.
 */
import type { ContentPart, ModelMessage, ToolSet } from "ai";
import { z } from "zod";
import type { AssistantMessage, ChatMessage, ToolCall } from "../../events/chat/message.ts";
import type { Json, JsonObject } from "../../events/json.ts";

/** What only a provider understands, by the provider's name. */
const Metadata = z.record(z.string(), z.record(z.string(), z.json()));
type Metadata = z.infer<typeof Metadata>;

const Options = z.exactOptional(Metadata);

/** What stands in `AssistantMessage.provider`: the parts in order, without what the message has. */
const Kept = z.strictObject({
  sdk: z.literal("ai"),
  /** The provider that understands it. */
  from: z.string(),
  parts: z.array(
    z.discriminatedUnion("type", [
      /** So many characters of the message's text. */
      z.strictObject({ type: z.literal("text"), length: z.int().min(0), options: Options }),
      /** The next of the message's calls. */
      z.strictObject({ type: z.literal("call"), options: Options }),
      z.strictObject({ type: z.literal("reasoning"), text: z.string(), options: Options }),
      z.strictObject({ type: z.literal("custom"), kind: z.string(), options: Options }),
    ]),
  ),
});
type Kept = z.infer<typeof Kept>;
type KeptPart = Kept["parts"][number];

type AssistantContent = Exclude<Extract<ModelMessage, { role: "assistant" }>["content"], string>;
type AssistantPart = AssistantContent[number];

/** A conversation as the AI SDK takes it. @param provider the one that will read it. */
export function promptOf(messages: readonly ChatMessage[], provider: string): ModelMessage[] {
  return messages.map((message): ModelMessage => {
    switch (message.role) {
      case "system":
      case "user":
        return { role: message.role, content: message.text };
      case "assistant":
        return { role: "assistant", content: partsOf(message, provider) };
      case "tool":
        return {
          role: "tool",
          content: [
            {
              type: "tool-result",
              toolCallId: message.call,
              toolName: message.name,
              output: { type: message.failed ? "error-text" : "text", value: message.text },
            },
          ],
        };
    }
  });
}

/** What a model said. @param provider the one that said it. */
export function messageOf(
  content: readonly ContentPart<ToolSet>[],
  provider: string,
): AssistantMessage {
  const said = content.flatMap(keptOf);
  const message = {
    role: "assistant" as const,
    text: content.map((part) => (part.type === "text" ? part.text : "")).join(""),
    calls: content.flatMap(callOf),
  };
  const plain = said.every(({ type, options }) => isPlain(type) && options === undefined);
  if (plain) return message;
  const kept: Kept = { sdk: "ai", from: provider, parts: said };
  return { ...message, provider: kept };
}

function partsOf(message: AssistantMessage, provider: string): AssistantContent {
  const kept = Kept.safeParse(message.provider);
  const fits = kept.success && kept.data.from === provider && holds(kept.data.parts, message);
  const parts = fits ? kept.data.parts : plainParts(message);
  const told: AssistantPart[] = [];
  let from = 0;
  let call = 0;
  for (const part of parts) {
    if (part.type === "text") {
      const text = message.text.slice(from, (from += part.length));
      told.push({ type: "text", text, ...withOptions(part) });
    } else if (part.type === "call") {
      const next = message.calls[call++];
      if (next !== undefined) told.push({ ...callPart(next), ...withOptions(part) });
    } else if (part.type === "reasoning") {
      told.push({ type: "reasoning", text: part.text, ...withOptions(part) });
    } else {
      // the SDK types a kind as `vendor.name`; it came from there
      told.push({ type: "custom", kind: part.kind as `${string}.${string}`, ...withOptions(part) });
    }
  }
  return told;
}

/** Whether the parts are those of this text and these calls: somebody may have changed them since. */
function holds(parts: readonly KeptPart[], { text, calls }: AssistantMessage): boolean {
  const length = parts.reduce((sum, part) => sum + (part.type === "text" ? part.length : 0), 0);
  return length === text.length && parts.filter(({ type }) => type === "call").length === calls.length;
}

function plainParts({ text, calls }: AssistantMessage): readonly KeptPart[] {
  return [
    ...(text === "" ? [] : [{ type: "text" as const, length: text.length }]),
    ...calls.map(() => ({ type: "call" as const })),
  ];
}

function callPart({ id, name, input }: ToolCall): AssistantPart & { type: "tool-call" } {
  return { type: "tool-call", toolCallId: id, toolName: name, input: isObject(input) ? input : {} };
}

function keptOf(part: ContentPart<ToolSet>): readonly KeptPart[] {
  switch (part.type) {
    case "text":
      return [{ type: "text", length: part.text.length, ...kept(part) }];
    case "reasoning":
      return [{ type: "reasoning", text: part.text, ...kept(part) }];
    case "custom":
      return [{ type: "custom", kind: part.kind, ...kept(part) }];
    case "tool-call":
      return part.providerExecuted === true ? [] : [{ type: "call", ...kept(part) }];
    case "file":
    case "reasoning-file":
    case "source":
    case "tool-result":
    case "tool-error":
    case "tool-approval-request":
    case "tool-approval-response":
      return [];
  }
}

function callOf(part: ContentPart<ToolSet>): readonly ToolCall[] {
  if (part.type !== "tool-call" || part.providerExecuted === true) return [];
  const input = z.json().safeParse(part.input);
  const written = input.success ? input.data : String(part.input);
  return [{ id: part.toolCallId, name: part.toolName, input: written }];
}

function isPlain(type: KeptPart["type"]): boolean {
  return type === "text" || type === "call";
}

/** Metadata as strict JSON; a provider's `undefined` fields are left out. */
function kept({ providerMetadata }: { readonly providerMetadata?: unknown }): { options?: Metadata } {
  if (providerMetadata === undefined || providerMetadata === null) return {};
  const options = Metadata.parse(JSON.parse(JSON.stringify(providerMetadata)));
  return Object.keys(options).length === 0 ? {} : { options };
}

function withOptions({ options }: KeptPart): { providerOptions?: Metadata } {
  return options === undefined ? {} : { providerOptions: options };
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

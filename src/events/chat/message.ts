/**
 * A conversation with a model, as it is recorded: strict JSON, and the same for every provider.
 *
 * - Each message stands in the log once, in the record that brought it; a conversation is the
 *   fold of them, and is named by a hash (see `conversation.ts`).
 */
import { z } from "zod";
import { AnyJson } from "../whole.ts";

/** A tool that the model wants to have called. */
export const ToolCall = z.strictObject({
  /** The provider's id, unique within its answer. */
  id: z.string(),
  name: z.string(),
  /** What the model wrote for it; checked by the tool's own schema. */
  input: AnyJson,
});
export type ToolCall = z.infer<typeof ToolCall>;

/** What the agent is, and how it works. */
const SystemMessage = z.strictObject({ role: z.literal("system"), text: z.string() });

const UserMessage = z.strictObject({ role: z.literal("user"), text: z.string() });

export const AssistantMessage = z.strictObject({
  role: z.literal("assistant"),
  text: z.string(),
  calls: z.array(ToolCall),
  /** What only its provider understands, such as signed reasoning; handed back as it is. */
  provider: AnyJson.optional(),
});
export type AssistantMessage = z.infer<typeof AssistantMessage>;

/** What a tool answered. */
export const ToolMessage = z.strictObject({
  role: z.literal("tool"),
  /** The id of its call. */
  call: z.string(),
  name: z.string(),
  text: z.string(),
  failed: z.boolean(),
});
export type ToolMessage = z.infer<typeof ToolMessage>;

export const ChatMessage = z.discriminatedUnion("role", [
  SystemMessage,
  UserMessage,
  AssistantMessage,
  ToolMessage,
]);
export type ChatMessage = z.infer<typeof ChatMessage>;

/** What one call has cost. */
export const Usage = z.strictObject({
  inputTokens: z.int().min(0),
  /** Reasoning counts. */
  outputTokens: z.int().min(0),
  /** Of the input, what the provider had in its cache. */
  cachedTokens: z.int().min(0).optional(),
  /** In whatever currency the user's price callback speaks; absent without one. */
  money: z.number().min(0).optional(),
  /** The provider did not count: a token was taken for four characters. */
  estimated: z.literal(true).optional(),
});
export type Usage = z.infer<typeof Usage>;

/** Why the model stopped. */
export const Finish = z.enum([
  "stop",
  /** It wants tools to be called. */
  "tools",
  /** Cut off at `maxOutputTokens`. */
  "length",
  /** The provider's filter, or the model, refused. */
  "refused",
  "other",
]);
export type Finish = z.infer<typeof Finish>;

/** One answer of a model. */
export const ChatAnswer = z.strictObject({
  message: AssistantMessage,
  finish: Finish,
  usage: Usage,
  /** The model that answered, as its provider names it. */
  model: z.string(),
  /** From the request to the last token. */
  durationMs: z.number().min(0),
});
export type ChatAnswer = z.infer<typeof ChatAnswer>;

/** A tool as a model sees it. */
export const ToolSpec = z.strictObject({
  name: z.string(),
  description: z.string(),
  /** JSON Schema of what it takes. */
  input: z.record(z.string(), z.json()),
});
export type ToolSpec = z.infer<typeof ToolSpec>;

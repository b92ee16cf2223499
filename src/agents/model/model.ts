/**
 * The port to language models: one call, one answer. Who calls it loops, keeps the conversation,
 * and counts what it costs; a driver only translates.
 *
 * - What went wrong is one of a few codes: see {@link ChatModel.chat}.
 */
import type { ChatAnswer, ChatMessage, ToolSpec } from "../../events/chat/message.ts";
import type { JsonObject } from "../../events/json.ts";

/** What a model is asked. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** What it may call; none: it has to answer. */
  readonly tools: readonly ToolSpec[];
  /** It is cut off behind so many tokens. */
  readonly maxOutputTokens: number;
  readonly temperature?: number | undefined;
  /** The answer has to be JSON by this schema. */
  readonly output?: { readonly name: string; readonly schema: JsonObject } | undefined;
}

/** How it is asked. */
export interface ChatContext {
  readonly signal: AbortSignal;
  /** The same for each try of the same call: for providers that know such keys, and for recordings. */
  readonly idempotencyKey: string;
  /** Hears the text of the answer as it comes, piece by piece. */
  readonly onText?: ((piece: string) => void) | undefined;
}

export interface ChatModel {
  /** As users name it: `openai:gpt-5`, `scripted:demo.yaml`. */
  readonly name: string;
  /**
   * @throws `TroupeError` `MODEL_RATE_LIMITED` (`data.retryAfterMs`, where the provider says it),
   * `MODEL_UNAVAILABLE` (5xx, no connection, overloaded: worth another try), `MODEL_CUT_OFF` (the
   * stream ended in the middle: worth another try), `MODEL_FAILED` (anything else: a wrong key, an
   * unknown model, a request that it does not take). An aborted signal rejects with its reason.
   * A refusal is an answer, with `finish: "refused"`.
   */
  chat(request: ChatRequest, context: ChatContext): Promise<Omit<ChatAnswer, "durationMs">>;
}

/** Conversations for tests, in short. */
import type { ChatContext, ChatRequest } from "../../src/agents/model/model.ts";
import type { AssistantMessage, ChatMessage } from "../../src/events/chat/message.ts";

/** A request with these messages and no tools. */
export function saying(...messages: readonly ChatMessage[]): ChatRequest {
  return { messages, tools: [], maxOutputTokens: 100 };
}

export const user = (text: string): ChatMessage => ({ role: "user", text });

export const system = (text: string): ChatMessage => ({ role: "system", text });

export const assistant = (text: string): AssistantMessage => ({ role: "assistant", text, calls: [] });

export const tool = (name: string, text: string, call = "c1"): ChatMessage => ({
  role: "tool",
  call,
  name,
  text,
  failed: false,
});

/** A call that nobody aborts. */
export function chatContext(idempotencyKey = "k1", given: Partial<ChatContext> = {}): ChatContext {
  return { signal: new AbortController().signal, idempotencyKey, ...given };
}

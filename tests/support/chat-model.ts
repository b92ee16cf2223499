/** A model that answers what a function says, and remembers what it was asked. */
import type { ChatAnswer, Finish, ToolCall } from "../../src/events/chat/message.ts";
import type { ChatContext, ChatModel, ChatRequest } from "../../src/agents/model/model.ts";

/** What it is to answer. */
export interface Said {
  readonly text?: string;
  readonly calls?: readonly Omit<ToolCall, "id">[];
  readonly finish?: Finish;
  readonly tokens?: number;
}

export interface AskedModel extends ChatModel {
  readonly asked: readonly ChatRequest[];
  readonly keys: readonly string[];
}

export function modelOf(
  say: (request: ChatRequest, nth: number, context: ChatContext) => Said | Promise<Said>,
): AskedModel {
  const asked: ChatRequest[] = [];
  const keys: string[] = [];
  return {
    name: "test:model",
    asked,
    keys,
    async chat(request, context) {
      asked.push(request);
      keys.push(context.idempotencyKey);
      return answerOf(await say(request, asked.length, context));
    },
  };
}

function answerOf({
  text = "",
  calls = [],
  finish,
  tokens = 10,
}: Said): Omit<ChatAnswer, "durationMs"> {
  return {
    message: {
      role: "assistant",
      text,
      calls: calls.map((call, at) => ({ id: `c${at}`, ...call })),
    },
    finish: finish ?? (calls.length > 0 ? "tools" : "stop"),
    usage: { inputTokens: tokens, outputTokens: tokens },
    model: "test-model",
  };
}

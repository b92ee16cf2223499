/** A model behind `openai-server.ts`: what is asked over HTTP is answered by any `ChatModel`. */
import type { ChatAnswer, ChatMessage } from "../../src/events/chat/message.ts";
import type { ChatModel, ChatRequest } from "../../src/agents/model/model.ts";
import { TroupeError } from "../../src/errors.ts";
import { failed, type Answerer, type Refused, type Said, type WireRequest } from "./openai-server.ts";

/** Answers as a model does; its errors become what a provider would send. */
export function answeredBy(model: ChatModel): Answerer {
  let calls = 0;
  return async (request, message) => {
    const sent = message.headers["idempotency-key"];
    const idempotencyKey = typeof sent === "string" ? sent : `call-${++calls}`;
    const signal = new AbortController().signal;
    try {
      return saidIn(await model.chat(requestIn(request), { signal, idempotencyKey }));
    } catch (error) {
      return refusedBy(error);
    }
  };
}

function requestIn(wire: WireRequest): ChatRequest {
  const format = wire.response_format?.json_schema;
  return {
    messages: messagesIn(wire),
    tools: wire.tools.map(({ function: { name, description, parameters } }) => ({
      name,
      description,
      input: parameters,
    })),
    maxOutputTokens: wire.max_tokens ?? 1000,
    temperature: wire.temperature,
    output: format === undefined ? undefined : { name: format.name, schema: format.schema },
  };
}

/** A message of a tool names its call alone; the tool's name stands there. */
function messagesIn({ messages }: WireRequest): readonly ChatMessage[] {
  const names = new Map(
    messages.flatMap(({ tool_calls = [] }) => tool_calls.map((call) => [call.id, call.function.name])),
  );
  return messages.map(({ role, content, tool_calls = [], tool_call_id = "" }): ChatMessage => {
    const text = content ?? "";
    if (role === "system" || role === "user") return { role, text };
    if (role === "tool") {
      const name = names.get(tool_call_id) ?? "";
      return { role, call: tool_call_id, name, text, failed: false };
    }
    const calls = tool_calls.map(({ id, function: { name, arguments: args } }) => ({
      id,
      name,
      input: JSON.parse(args),
    }));
    return { role, text, calls };
  });
}

const FINISH = {
  stop: "stop",
  tools: "tool_calls",
  length: "length",
  refused: "content_filter",
  other: "other",
} as const;

function saidIn({ message, finish, usage }: Omit<ChatAnswer, "durationMs">): Said {
  return {
    chunks: message.text === "" ? [] : [message.text],
    calls: message.calls.map(({ id, name, input }) => ({ id, name, args: JSON.stringify(input) })),
    finish: FINISH[finish],
    usage: { input: usage.inputTokens, output: usage.outputTokens, cached: usage.cachedTokens ?? 0 },
  };
}

function refusedBy(error: unknown): Said | Refused {
  if (!TroupeError.is(error)) throw error;
  const { retryAfterMs } = error.data;
  const headers = typeof retryAfterMs === "number" ? { "retry-after-ms": `${retryAfterMs}` } : {};
  if (error.code === "MODEL_CUT_OFF") return { chunks: ["half"], ends: "cut" };
  const status = { MODEL_RATE_LIMITED: 429, MODEL_UNAVAILABLE: 503 }[String(error.code)] ?? 400;
  return { status, headers, body: failed(error.message) };
}

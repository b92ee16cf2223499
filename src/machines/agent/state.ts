/** What an agent at work knows: its conversation, what it waits for, and what it has spent. Pure. */
import type { Brief, AgentInput, AgentOutcome } from "../../events/agent/work.ts";
import { NOTHING, plus, type Spent } from "../../events/agent/spent.ts";
import { conversationHash } from "../../events/chat/conversation.ts";
import type {
  AssistantMessage,
  ChatAnswer,
  ChatMessage,
  Finish,
  ToolCall,
} from "../../events/chat/message.ts";
import type { Failure } from "../../events/failure.ts";
import type { WorkResult } from "../../events/work.ts";

/** A call of the last answer, and what came of it. */
export interface OpenCall {
  readonly call: ToolCall;
  /** Where a human is asked: the id of the question. */
  readonly question?: string;
  /** Absent while it is open. */
  readonly answer?: { readonly text: string; readonly failed: boolean };
}

export interface AgentContext {
  /** Its own address. */
  readonly self: string;
  readonly input: AgentInput;
  /** Absent until it has been briefed. */
  readonly brief?: Brief;
  readonly messages: readonly ChatMessage[];
  /** The name of the conversation by its content. */
  readonly conversation: string;
  /** An estimate of its length in tokens. */
  readonly tokens: number;
  /** Answers so far. */
  readonly turns: number;
  /** Failed tries of the present turn. */
  readonly tries: number;
  /** What the last of them failed with, and when the next begins. */
  readonly trouble?: { readonly failure: Failure; readonly delayMs: number };
  /** Answers that were sent back in a row. */
  readonly repairs: number;
  /** Why the last answer ended. */
  readonly finish: Finish;
  readonly calls: readonly OpenCall[];
  readonly questions: number;
  /** What the present turn itself has asked: question by question, whether that is answered. */
  readonly asked: Readonly<Record<string, "open" | "answered">>;
  /** Reservations so far. */
  readonly reservations: number;
  /** How often each call was made, by {@link callKey}. */
  readonly seen: Readonly<Record<string, number>>;
  readonly spent: Spent;
  readonly failure?: Failure;
  readonly result?: WorkResult;
}

export function newAgent(input: AgentInput, self: string): AgentContext {
  return {
    self,
    input,
    messages: [],
    conversation: "",
    tokens: 0,
    turns: 0,
    tries: 0,
    repairs: 0,
    finish: "stop",
    calls: [],
    questions: 0,
    asked: {},
    reservations: 0,
    seen: {},
    spent: NOTHING,
  };
}

/** What it adds to the conversation. */
export function said(
  { messages, conversation, tokens }: AgentContext,
  added: readonly ChatMessage[],
): Pick<AgentContext, "messages" | "conversation" | "tokens"> {
  return {
    messages: [...messages, ...added],
    conversation: conversationHash(added, conversation),
    tokens: tokens + added.reduce((sum, message) => sum + tokensOf(message), 0),
  };
}

export function briefed(context: AgentContext, brief: Brief): Partial<AgentContext> {
  const { tokens, ...rest } = said(context, brief.messages);
  return { brief, ...rest, tokens: tokens + brief.overheadTokens };
}

/** An answer has come. */
export function answered(context: AgentContext, answer: ChatAnswer): Partial<AgentContext> {
  const { message, finish } = answer;
  return {
    ...said(context, [message]),
    finish,
    turns: context.turns + 1,
    tries: 0,
    spent: plus(context.spent, spentBy(answer)),
    calls: message.calls.map((call) => ({ call })),
    asked: {},
    seen: message.calls.reduce(
      (seen, call) => ({ ...seen, [callKey(call)]: (seen[callKey(call)] ?? 0) + 1 }),
      context.seen,
    ),
  };
}

/** What an answer has cost. */
export function spentBy({ usage, durationMs }: Pick<ChatAnswer, "usage" | "durationMs">): Spent {
  const { inputTokens, outputTokens, money = 0 } = usage;
  return { calls: 1, tokens: inputTokens + outputTokens, money, timeMs: durationMs };
}

/** The same tool with the same arguments has the same key. */
export function callKey({ name, input }: ToolCall): string {
  return `${name} ${JSON.stringify(ordered(input))}`;
}

/** Models write the same arguments in another order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, ordered(item)]),
  );
}

/** What the last answer said. */
export function lastAnswer({ messages }: AgentContext): AssistantMessage {
  const last = messages.findLast((message) => message.role === "assistant");
  return last ?? { role: "assistant", text: "", calls: [] };
}

/** Bytes in a token, by the usual rule of thumb. */
const BYTES = 4;
/** Tokens around each message. */
const AROUND = 4;

/** A guess at the length of a message, in tokens. */
export function tokensOf(message: ChatMessage): number {
  const calls = message.role === "assistant" ? JSON.stringify(message.calls) : "";
  return Math.ceil(Buffer.byteLength(message.text + calls) / BYTES) + AROUND;
}

/** The most that the next turn can cost: no token is shorter than a byte. */
export function mostOf(context: AgentContext): Spent {
  const { maxOutputTokens, turnMs } = limitsOf(context);
  const tokens = context.tokens * BYTES + maxOutputTokens;
  return { calls: 1, tokens, money: context.brief?.maxMoney ?? 0, timeMs: turnMs };
}

export function outcomeOf({ failure, result = {}, spent }: AgentContext): AgentOutcome {
  const durationMs = Math.round(spent.timeMs);
  return failure === undefined ? { durationMs, ...result, spent } : { failure, durationMs, spent };
}

/** The limits that hold. */
export function limitsOf({ brief }: AgentContext): Brief["limits"] {
  if (brief !== undefined) return brief.limits;
  throw new Error("an agent has no limits before it is briefed"); // the machine briefs it first
}

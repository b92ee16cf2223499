/**
 * Conversations that grow too long (T-G1): their middle makes place for a summary. Pure.
 *
 * - What the agent is, and what it has to do, stays; so do its last messages.
 * - It is cut where no call is parted from its answer.
 */
import type { Summary } from "../../events/agent/work.ts";
import { conversationHash } from "../../events/chat/conversation.ts";
import type { ChatMessage } from "../../events/chat/message.ts";
import { plus } from "../../events/agent/spent.ts";
import { limitsOf, said, spentBy, tokensOf, type AgentContext } from "./state.ts";

/** The share of its limit that a conversation keeps word for word. */
const KEPT = 0.5;

/** Messages `from` to `to`, `to` not among them. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What has to make place; undefined where it is short enough, or nothing can go. */
export function tooLong(context: AgentContext): Range | undefined {
  const { messages, tokens, brief } = context;
  if (brief === undefined || tokens <= limitsOf(context).contextTokens) return undefined;
  const from = brief.messages.length;
  let left = limitsOf(context).contextTokens * KEPT;
  let to = messages.length;
  for (; to > from; to -= 1) {
    left -= tokensOf(messages[to - 1] ?? EMPTY);
    if (left < 0) break;
  }
  while (to < messages.length && messages[to]?.role === "tool") to += 1;
  // what is said last is what the next turn answers
  to = Math.min(to, lastBefore(messages));
  return to > from + 1 ? { from, to } : undefined;
}

const EMPTY: ChatMessage = { role: "user", text: "" };

/** Where the last exchange begins: an answer and what its tools said, or a word of the user. */
function lastBefore(messages: readonly ChatMessage[]): number {
  return Math.max(
    0,
    messages.findLastIndex(({ role }) => role !== "tool"),
  );
}

/** The messages of a range. */
export function inRange({ messages }: AgentContext, { from, to }: Range): readonly ChatMessage[] {
  return messages.slice(from, to);
}

export function summarized(
  context: AgentContext,
  range: Range,
  answer: Summary,
): Partial<AgentContext> {
  const { messages } = context;
  const { text } = answer;
  const summary: ChatMessage = { role: "user", text: `What was said before, in short:\n${text}` };
  const kept = [...messages.slice(0, range.from), summary, ...messages.slice(range.to)];
  return {
    ...said(
      { ...context, messages: [], conversation: "", tokens: context.brief?.overheadTokens ?? 0 },
      kept,
    ),
    tries: 0,
    spent: plus(context.spent, spentBy(answer)),
  };
}

/** The name of what a summary stands for. */
export function sourceOf(context: AgentContext, range: Range): string {
  return conversationHash(inRange(context, range));
}

/** A conversation as one text: for those who keep none themselves. */
import type { ChatMessage } from "../../events/chat/message.ts";

/**
 * What it begins with as it stands; then, under headings, what was answered and what was wrong
 * with it. Without NUL characters, which no argument may hold.
 */
export function conversationText(messages: readonly ChatMessage[]): string {
  const first = messages.findIndex(({ role }) => role === "assistant" || role === "tool");
  const [head, later] = first < 0 ? [messages, []] : [messages.slice(0, first), messages.slice(first)];
  const parts = [...head.map(({ text }) => text), ...later.map(headed)];
  return `${parts.join("\n\n").replaceAll("\0", "\uFFFD")}\n`;
}

function headed(message: ChatMessage): string {
  return `# ${HEADINGS[message.role]}\n\n${message.text || answerIn(message)}`;
}

const HEADINGS: Readonly<Record<ChatMessage["role"], string>> = {
  system: "What holds for you",
  user: "What you were told of it",
  assistant: "What you answered",
  tool: "What a tool answered",
};

/** An answer may be data alone. */
function answerIn(message: ChatMessage): string {
  const provider = message.role === "assistant" ? message.provider : undefined;
  return provider === undefined ? "(nothing)" : JSON.stringify(provider);
}

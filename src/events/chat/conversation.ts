/**
 * Names conversations by their content: two that have the same name are the same, message by
 * message. The name of the next one is made of the last name and one message, so that an exchange
 * names all that was said before it in a few bytes.
 */
import { createHash } from "node:crypto";
import type { ChatMessage } from "./message.ts";

/** `sha256:…` of a conversation. @param before that of the messages before these. */
export function conversationHash(messages: readonly ChatMessage[], before = ""): string {
  return messages.reduce((hash, message) => sha256(`${hash}\n${JSON.stringify(message)}`), before);
}

/** `sha256:…` of a text. */
export function sha256(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

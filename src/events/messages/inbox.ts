/** What an inbox takes and says: `inbox/RUN:AGENT`. */
import { z } from "zod";
import { fact } from "../facts/fact.ts";
import { Priority } from "../priority.ts";
import { MessageId, MessageType, type Message } from "./message.ts";

export const InboxInput = z.strictObject({ agent: z.string() });
export type InboxInput = z.infer<typeof InboxInput>;

/** From the exchange: these were sent to this agent, in this order. */
export interface Receive {
  readonly type: "RECEIVE";
  readonly messages: readonly Message[];
}

/** The agent has done with these; they are unread no more. All or none. */
const Take = z.strictObject({ type: z.literal("TAKE"), ids: z.array(MessageId).min(1).max(1_000) });

export const InboxCommand = z.discriminatedUnion("type", [Take]);
/** What an inbox must know of what it is sent. */
export const Received = z.object({
  type: z.literal("RECEIVE"),
  messages: z.array(
    z.object({
      id: MessageId,
      from: z.string(),
      type: MessageType,
      priority: Priority,
      replyTo: MessageId.optional(),
    }),
  ),
});

export type InboxCommand = z.infer<typeof InboxCommand>;

/** Its agent has joined for the first time. Once. */
const InboxOpened = fact("inbox.opened", { agent: z.string() });
/** It is in the inbox. Once per message and addressee. */
const MessageReceived = fact("message.received", {
  id: z.string(),
  from: z.string(),
  type: MessageType,
  priority: Priority,
  replyTo: z.string().optional(),
});
/** The agent has done with them. Once per message and addressee. */
const MessageTaken = fact("message.taken", { ids: z.array(z.string()) });

export const InboxFact = z.discriminatedUnion("type", [InboxOpened, MessageReceived, MessageTaken]);
export type InboxFact = z.infer<typeof InboxFact>;

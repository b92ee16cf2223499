/**
 * What the exchange of a run takes and says: `messages/RUN`.
 *
 * - A fact does not repeat what the record's own input says: payloads stand in the input.
 */
import { z } from "zod";
import { IdText } from "../address.ts";
import { fact } from "../facts/fact.ts";
import type { Json } from "../json.ts";
import { PAYLOAD_LIMIT } from "../payload-limit.ts";
import { Priority } from "../priority.ts";
import { AgentName, MessageId, MessageType, Payload, Recipients, SenderName } from "./message.ts";

export const MessagesInput = z.strictObject({
  /** The run's id, as in the exchange's own address. */
  run: IdText,
  /** Who has joined from the start. */
  agents: z.array(AgentName).max(1_000).default([]),
  /** How much a payload may have, in bytes of JSON. */
  maxBytes: z.int().min(1).default(PAYLOAD_LIMIT),
});
export type MessagesInput = z.infer<typeof MessagesInput>;

const agent = { agent: AgentName };
const types = { types: z.array(MessageType).min(1) };
const artifacts = { artifacts: z.array(z.string().min(1).max(4_096)).max(1_000).optional() };

/** From now on it can be written to. Joining again changes nothing. */
const Join = z.strictObject({ type: z.literal("JOIN"), ...agent });
/** What it has not read stays in its inbox. */
const Leave = z.strictObject({ type: z.literal("LEAVE"), ...agent });
/** From now on it gets what is published of these types. */
const Subscribe = z.strictObject({ type: z.literal("SUBSCRIBE"), ...agent, ...types });
const Unsubscribe = z.strictObject({ type: z.literal("UNSUBSCRIBE"), ...agent, ...types });

const letterOf = (sender: typeof AgentName, payload: typeof Payload) => ({
  from: sender,
  to: Recipients,
  message: MessageType,
  priority: Priority.default("NORMAL"),
  payload: payload.default(null),
  /** The message that it answers. */
  replyTo: MessageId.optional(),
  /** Paths of files that go with it. */
  ...artifacts,
});
const sendOf = (...of: Parameters<typeof letterOf>) =>
  z.strictObject({ type: z.literal("SEND"), ...letterOf(...of) });
/** Several at once, in this order: all or none. */
const sendAllOf = (...of: Parameters<typeof letterOf>) =>
  z.strictObject({
    type: z.literal("SEND_ALL"),
    letters: z
      .array(z.strictObject(letterOf(...of)))
      .min(1)
      .max(1_000),
  });

/** One agent's result for another: kept in the shared context as `FROM_result`, and delivered. */
const handoffOf = (payload: typeof Payload) =>
  z.strictObject({
    type: z.literal("HANDOFF"),
    from: AgentName,
    to: AgentName,
    result: payload,
    ...artifacts,
  });

export const MessagesCommand = z.discriminatedUnion("type", [
  Join,
  Leave,
  Subscribe,
  Unsubscribe,
  sendOf(AgentName, Payload),
  sendAllOf(AgentName, Payload),
  handoffOf(Payload),
]);
export type MessagesCommand = z.infer<typeof MessagesCommand>;

const recorded = z.custom<Json>();
/** The same, from another actor. */
export const RecordedMessages = z.discriminatedUnion("type", [
  Join,
  Leave,
  Subscribe,
  Unsubscribe,
  sendOf(SenderName, recorded),
  sendAllOf(SenderName, recorded),
  handoffOf(recorded),
]);

/** The exchange took a message; it is owed to its addressees. Once per message. */
export const MessageSent = fact("message.sent", {
  id: z.string(),
  from: z.string(),
  /** Whoever it is delivered to, by name. */
  to: z.array(z.string()),
  type: MessageType,
  priority: Priority,
  replyTo: z.string().optional(),
});
export type MessageSent = z.infer<typeof MessageSent>;
const AgentJoined = fact("agent.joined", { agent: z.string() });
const AgentLeft = fact("agent.left", { agent: z.string() });
/** With the types that are new to it. */
const AgentSubscribed = fact("agent.subscribed", { agent: z.string(), types: z.array(MessageType) });
const AgentUnsubscribed = fact("agent.unsubscribed", {
  agent: z.string(),
  types: z.array(MessageType),
});

export const MessagesFact = z.discriminatedUnion("type", [
  MessageSent,
  AgentJoined,
  AgentLeft,
  AgentSubscribed,
  AgentUnsubscribed,
]);
export type MessagesFact = z.infer<typeof MessagesFact>;

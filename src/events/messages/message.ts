/** A message between agents of one run, and where it is delivered. */
import { z } from "zod";
import { addressPart } from "../address.ts";
import type { Json } from "../json.ts";
import type { Priority } from "../priority.ts";

/** What a message is for (S4-033). */
export const MessageType = z.enum([
  "context_share",
  "result_handoff",
  "request",
  "response",
  "notification",
  "error",
  "state_update",
]);
export type MessageType = z.infer<typeof MessageType>;

/** The sender of what the shared context announces; no agent can join by this name. */
export const CONTEXT = "context";

/** Whoever has sent a message: an agent, or the shared context. */
export const SenderName = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/,
    'a name has 1 to 64 letters, digits, "_" and "-", and begins with no "-"',
  );

/** An agent of a run, by the name by which it has joined. */
export const AgentName = SenderName.refine(
  (name) => name !== CONTEXT,
  `"${CONTEXT}" is what the shared context is called`,
);

/** `m1`, `m2`, …: the exchange counts. */
export const MessageId = z.string().regex(/^m[1-9][0-9]{0,14}$/, "an id is m1, m2, …");

/** Agents by name; or all that have joined, or all that subscribed to the type: but the sender. */
export const Recipients = z.union([
  z.array(AgentName).min(1).max(1_000),
  z.enum(["everyone", "subscribers"]),
]);
export type Recipients = z.infer<typeof Recipients>;

/** What a message carries. */
export const Payload: z.ZodType<Json, Json> = z.json();

/** A message as its addressees have it. */
export interface Message {
  readonly id: string;
  /** The agent that sent it; `context` where the shared context announces an update. */
  readonly from: string;
  /** As its sender said; whom that meant, `message.sent` says. */
  readonly to: Recipients;
  readonly type: MessageType;
  readonly priority: Priority;
  readonly payload: Json;
  /** The message that it answers. */
  readonly replyTo?: string;
  /** Paths of files that go with it. */
  readonly artifacts?: readonly string[];
  /** When the exchange took it, epoch ms. */
  readonly at: number;
}

/** The message's place among all of its run: 1, 2, 3, … */
export function numberOf(id: string): number {
  return Number(id.slice(1));
}

export function exchangeOf(run: string): `messages/${string}` {
  return `messages/${run}`;
}

export function inboxOf(run: string, agent: string): `inbox/${string}` {
  return `inbox/${run}:${addressPart(agent)}`;
}

/** The kinds that carry messages between the agents of a run: the exchange, and an inbox for each. */
import type { z } from "zod";
import { defineKind, type Kind } from "../../actors/kind.ts";
import { MessagesCommand, MessagesInput, MessagesFact } from "../../events/messages/exchange.ts";
import { InboxCommand, InboxInput, InboxFact } from "../../events/messages/inbox.ts";
import { inboxMachine, untakable } from "../../machines/messages/inbox.ts";
import { messagesMachine } from "../../machines/messages/messages.ts";
import { objection } from "../../machines/messages/objection.ts";
import type { Closed } from "../closed.ts";
import { inForkedRun } from "../forked-run.ts";

/** The exchange of a run: `messages/RUN`. */
export type MessagesKind = Kind<
  "messages",
  Closed<MessagesInput, undefined, MessagesFact>,
  z.ZodType<MessagesCommand, z.input<typeof MessagesCommand>>,
  z.ZodType<MessagesInput, z.input<typeof MessagesInput>>
>;

/** The inbox of an agent: `inbox/RUN:AGENT`, started by the exchange when the agent joins. */
export type InboxKind = Kind<
  "inbox",
  Closed<InboxInput, undefined, InboxFact>,
  z.ZodType<InboxCommand, InboxCommand>,
  z.ZodType<InboxInput, InboxInput>
>;

const messages = defineKind({
  kind: "messages",
  version: "1",
  machine: messagesMachine,
  events: MessagesCommand,
  input: MessagesInput,
  facts: MessagesFact,
  forked: inForkedRun,
  refuse: ({ context }, event) => objection(context, event),
});

const inbox = defineKind({
  kind: "inbox",
  version: "1",
  machine: inboxMachine,
  events: InboxCommand,
  input: InboxInput,
  facts: InboxFact,
  refuse: ({ context }, event) => untakable(context, event),
});

/** The kinds of a host whose agents talk with each other. */
export function messagesKinds(): readonly [MessagesKind, InboxKind] {
  return [messages, inbox] as unknown as readonly [MessagesKind, InboxKind]; // they are; their inside is hidden
}

/**
 * The inbox of an agent in a run, `inbox/RUN:AGENT`: what was delivered and not taken yet, the most
 * urgent first, and in the order of arrival within a priority.
 *
 *     RECEIVE ─→ unread ─TAKE→ gone
 *
 * - A message is unread until its agent says that it has done with it: a crash in between loses
 *   none, and shows the same one again.
 * - A step costs the same however many wait (A13).
 */
import { emit, enqueueActions, setup } from "xstate";
import type { Refusal } from "../../errors.ts";
import {
  InboxCommand,
  Received,
  type InboxFact,
  type InboxInput,
  type Receive,
} from "../../events/messages/inbox.ts";
import { numberOf, type Message } from "../../events/messages/message.ts";
import { reader } from "../../events/recorded.ts";
import { PRIORITIES, type Priority } from "../../events/priority.ts";
import { has, put, sorted, without, type Sorted } from "../sorted.ts";

/** Messages by their numbers: an inbox meets them in this order, since all come from one exchange. */
type Waiting = Sorted<number, Message>;

export interface Inbox {
  readonly agent: string;
  readonly unread: Readonly<Record<Priority, Waiting>>;
}

/** Whether a message waits to be taken. */
export function isUnread({ unread }: Pick<Inbox, "unread">, id: string): boolean {
  return priorityOf(unread, id) !== undefined;
}

/** Why these cannot be taken: somebody took one of them before, or it was never here. */
export function untakable(inbox: Inbox, { ids }: InboxCommand): Refusal | undefined {
  const missing = [...new Set(ids)].filter((id) => !isUnread(inbox, id));
  if (missing.length === 0) return undefined;
  return {
    code: "MESSAGE_UNKNOWN",
    message: `${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not unread here`,
    hint: "Take each message once, and only what the inbox holds.",
    data: { ids: missing },
  };
}

function priorityOf(unread: Inbox["unread"], id: string): Priority | undefined {
  const number = numberOf(id);
  return PRIORITIES.find((priority) => has(unread[priority], number));
}

function withMessage(unread: Inbox["unread"], message: Message): Inbox["unread"] {
  const { priority, id } = message;
  return { ...unread, [priority]: put(unread[priority], numberOf(id), message) };
}

function withoutMessage(unread: Inbox["unread"], id: string): Inbox["unread"] {
  const priority = priorityOf(unread, id);
  if (priority === undefined) return unread;
  return { ...unread, [priority]: without(unread[priority], numberOf(id)) };
}

function received({ id, from, type, priority, replyTo }: Message): InboxFact {
  const reply = replyTo === undefined ? {} : { replyTo };
  return { type: "message.received", v: 1, data: { id, from, type, priority, ...reply } };
}

/** What it is told, whoever tells it: another actor's has passed no schema (S1). */
const commandIn = reader<InboxCommand>(InboxCommand);

export const inboxMachine = setup({
  types: {
    context: {} as Inbox,
    events: {} as InboxCommand | Receive,
    input: {} as InboxInput,
    emitted: {} as InboxFact,
  },
  guards: {
    sound: ({ event }) => Received.safeParse(event).success,
    takes: ({ context, event }) => {
      const command = commandIn(event);
      return command !== undefined && untakable(context, command) === undefined;
    },
  },
  actions: {
    keep: enqueueActions(({ context, enqueue }, { messages }: Receive) => {
      enqueue.assign({ unread: messages.reduce(withMessage, context.unread) });
      for (const message of messages) enqueue.emit(received(message));
    }),
    drop: enqueueActions(({ context, enqueue }, { ids }: InboxCommand) => {
      enqueue.assign({ unread: ids.reduce(withoutMessage, context.unread) });
      enqueue.emit({ type: "message.taken", v: 1, data: { ids } });
    }),
  },
}).createMachine({
  id: "inbox",
  context: ({ input: { agent } }) => {
    const none = sorted<number, Message>();
    return { agent, unread: { URGENT: none, HIGH: none, NORMAL: none, LOW: none } };
  },
  entry: emit(({ context: { agent } }) => ({ type: "inbox.opened", v: 1, data: { agent } })),
  on: {
    RECEIVE: { guard: "sound", actions: { type: "keep", params: ({ event }) => event } },
    TAKE: { guard: "takes", actions: { type: "drop", params: ({ event }) => event } },
  },
});

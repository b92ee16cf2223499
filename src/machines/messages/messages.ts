/**
 * The exchange of a run, `messages/RUN`: agents join, and what one sends is delivered to the inboxes
 * of those whom it is for. Its log is the history of all messages.
 *
 *     JOIN SUBSCRIBE … ─┐
 *                       ↓            ┌→ inbox/RUN:A
 *     SEND HANDOFF ─→ open ─RECEIVE──┼→ inbox/RUN:B
 *                          └SET─→ context/RUN   (a result that is handed off)
 *
 * - It keeps no message: the inbox of each addressee does, until it is taken.
 * - A send between two actors stays in order, so an inbox meets messages as they were numbered.
 * - Pure: what follows from an event is worked out in one turn (`exchange.ts`).
 */
import { enqueueActions, setup } from "xstate";
import {
  RecordedMessages,
  type MessagesCommand,
  type MessagesFact,
  type MessagesInput,
} from "../../events/messages/exchange.ts";
import { reader } from "../../events/recorded.ts";
import { sendToActor, startActor, type HostAction } from "../host-actions.ts";
import {
  handedOff,
  joined,
  left,
  newExchange,
  opened,
  sent,
  sentAll,
  subscribed,
  unsubscribed,
  type Exchange,
  type Turn,
} from "./exchange.ts";
import { objection } from "./objection.ts";

/** What a turn has worked out. A start stands before what is sent there. */
const take = enqueueActions<
  Exchange,
  MessagesCommand,
  Turn,
  MessagesCommand,
  never,
  HostAction,
  never,
  never,
  MessagesFact
>(({ enqueue }, { exchange, facts, starts = [], sends = [] }) => {
  enqueue.assign(exchange);
  for (const fact of facts) enqueue.emit(fact);
  for (const params of starts) enqueue({ type: "startActor", params });
  for (const params of sends) enqueue({ type: "sendToActor", params });
});

/** What the exchange is told, whoever tells it: another actor has passed no schema (S1). */
const commandIn = reader<MessagesCommand>(RecordedMessages);

export const messagesMachine = setup({
  types: {
    context: {} as Exchange,
    events: {} as MessagesCommand,
    input: {} as MessagesInput,
    emitted: {} as MessagesFact,
  },
  guards: {
    takes: ({ context, event }) => {
      const command = commandIn(event);
      return command !== undefined && objection(context, command) === undefined;
    },
  },
  actions: {
    startActor,
    sendToActor,
    take,
  },
}).createMachine({
  id: "messages",
  context: ({ input }) => newExchange(input),
  entry: { type: "take", params: ({ context }) => opened(context) },
  on: {
    "*": {
      guard: "takes",
      actions: {
        type: "take",
        params: ({ context, event }) => turnOf(context, commandIn(event) ?? event), // the guard has read it
      },
    },
  },
});

function turnOf(exchange: Exchange, command: MessagesCommand): Turn {
  switch (command.type) {
    case "JOIN":
      return joined(exchange, command);
    case "LEAVE":
      return left(exchange, command);
    case "SUBSCRIBE":
      return subscribed(exchange, command);
    case "UNSUBSCRIBE":
      return unsubscribed(exchange, command);
    case "SEND":
      return sent(exchange, command);
    case "SEND_ALL":
      return sentAll(exchange, command);
    case "HANDOFF":
      return handedOff(exchange, command);
  }
}

/**
 * The exchange of a run while one event of it is worked out: who is in it, who subscribed to what,
 * and how a message gets its number and finds its addressees.
 *
 * - Every function is pure and presumes that `objection` has none.
 * - A message goes to each addressee once; "everyone" and "subscribers" leave out the sender.
 */
import type { MessagesCommand, MessagesFact, MessagesInput } from "../../events/messages/exchange.ts";
import type { Receive } from "../../events/messages/inbox.ts";
import { inboxOf, type Message, type MessageType } from "../../events/messages/message.ts";
import { now } from "../../events/now.ts";
import type { ActorMessage, ActorStart } from "../host-actions.ts";
import { entries, get, has, put, sorted, without, type Sorted } from "../sorted.ts";

/** An agent that has joined. */
export interface Member {
  /** What it subscribed to. */
  readonly types: readonly MessageType[];
}

export interface Exchange {
  readonly run: string;
  /** How much a payload may have, in bytes of JSON. */
  readonly maxBytes: number;
  /** How many messages were sent: the number of the last one. */
  readonly sent: number;
  /** By name. */
  readonly members: Sorted<string, Member>;
}

/** What follows from one event. */
export interface Turn {
  readonly exchange: Exchange;
  readonly facts: readonly MessagesFact[];
  readonly starts?: readonly ActorStart[];
  readonly sends?: readonly ActorMessage[];
}

type Command<T extends MessagesCommand["type"]> = Extract<MessagesCommand, { readonly type: T }>;

/** Those who are in it from the start have joined; `opened` says so. */
export function newExchange({ run, agents, maxBytes }: MessagesInput): Exchange {
  const members = sorted<string, Member>(agents.map((agent) => [agent, { types: [] }]));
  return { run, maxBytes, sent: 0, members };
}

export function opened(exchange: Exchange): Turn {
  const agents = Array.from(entries(exchange.members), ([agent]) => agent);
  return { exchange, facts: agents.map(joinedFact), starts: agents.map(inbox) };
}

export function joined(exchange: Exchange, { agent }: Command<"JOIN">): Turn {
  if (has(exchange.members, agent)) return { exchange, facts: [] };
  return {
    exchange: { ...exchange, members: put(exchange.members, agent, { types: [] }) },
    facts: [joinedFact(agent)],
    starts: [inbox(agent)],
  };
}

function joinedFact(agent: string): MessagesFact {
  return { type: "agent.joined", v: 1, data: { agent } };
}

/** One that was in the run before finds its inbox as it left it. */
function inbox(agent: string): ActorStart {
  return { kind: "inbox", id: agent, input: { agent } };
}

export function left(exchange: Exchange, { agent }: Command<"LEAVE">): Turn {
  return {
    exchange: { ...exchange, members: without(exchange.members, agent) },
    facts: [{ type: "agent.left", v: 1, data: { agent } }],
  };
}

export function subscribed(exchange: Exchange, { agent, types }: Command<"SUBSCRIBE">): Turn {
  const old = typesOf(exchange, agent);
  const fresh = [...new Set(types)].filter((type) => !old.includes(type));
  if (fresh.length === 0) return { exchange, facts: [] };
  return {
    exchange: withTypes(exchange, agent, [...old, ...fresh]),
    facts: [{ type: "agent.subscribed", v: 1, data: { agent, types: fresh } }],
  };
}

export function unsubscribed(exchange: Exchange, { agent, types }: Command<"UNSUBSCRIBE">): Turn {
  const old = typesOf(exchange, agent);
  const gone = old.filter((type) => types.includes(type));
  if (gone.length === 0) return { exchange, facts: [] };
  return {
    exchange: withTypes(
      exchange,
      agent,
      old.filter((type) => !gone.includes(type)),
    ),
    facts: [{ type: "agent.unsubscribed", v: 1, data: { agent, types: gone } }],
  };
}

export function sent(exchange: Exchange, event: Command<"SEND">): Turn {
  return delivered(exchange, [letterOf(event)]);
}

export function sentAll(exchange: Exchange, { letters }: Command<"SEND_ALL">): Turn {
  return delivered(exchange, letters.map(letterOf));
}

function letterOf(said: Command<"SEND_ALL">["letters"][number]): Letter {
  const { from, to, message: type, priority, payload, replyTo, artifacts } = said;
  const reply = replyTo === undefined ? {} : { replyTo };
  const files = artifacts === undefined ? {} : { artifacts };
  return { from, to, type, priority, payload, ...reply, ...files };
}

/** S4-015. */
export function handedOff(
  exchange: Exchange,
  { from, to, result, artifacts }: Command<"HANDOFF">,
): Turn {
  const files = artifacts === undefined ? {} : { artifacts };
  const letter = { type: "result_handoff", priority: "HIGH", payload: result, ...files } as const;
  const turn = delivered(exchange, [{ from, to: [to], ...letter }]);
  const event = { type: "SET", key: `${from}_result`, value: result, by: from };
  return { ...turn, sends: [{ to: `context/${exchange.run}`, event }, ...(turn.sends ?? [])] };
}

type Letter = Omit<Message, "id" | "at">;

/** Those whom a message is for, each once. */
function addressees({ members }: Exchange, { from, to, type }: Letter): readonly string[] {
  if (typeof to !== "string") return to.length === 1 ? to : [...new Set(to)];
  const names: string[] = [];
  for (const [name, { types }] of entries(members))
    if (name !== from && (to === "everyone" || types.includes(type))) names.push(name);
  return names;
}

/** Each gets its number; an inbox gets all of its own at once. */
function delivered(exchange: Exchange, letters: readonly Letter[]): Turn {
  const facts: MessagesFact[] = [];
  const inboxes = new Map<string, Message[]>();
  let { sent: number } = exchange;
  for (const letter of letters) {
    const names = addressees(exchange, letter);
    const message: Message = { id: `m${++number}`, ...letter, at: now() };
    const { id, from, type, priority, replyTo } = message;
    const reply = replyTo === undefined ? {} : { replyTo };
    const data = { id, from, to: [...names], type, priority, ...reply };
    facts.push({ type: "message.sent", v: 1, data });
    for (const name of names) {
      const known = inboxes.get(name);
      if (known === undefined) inboxes.set(name, [message]);
      else known.push(message);
    }
  }
  return {
    exchange: { ...exchange, sent: number },
    facts,
    sends: Array.from(inboxes, ([name, messages]) => {
      const event: Receive = { type: "RECEIVE", messages };
      return { to: inboxOf(exchange.run, name), event };
    }),
  };
}

function typesOf({ members }: Exchange, agent: string): readonly MessageType[] {
  return get(members, agent)?.types ?? [];
}

function withTypes(exchange: Exchange, agent: string, types: readonly MessageType[]): Exchange {
  return { ...exchange, members: put(exchange.members, agent, { types }) };
}

/** Why an exchange does not take a command, with the values that speak against it. */
import type { Refusal } from "../../errors.ts";
import type { MessagesCommand } from "../../events/messages/exchange.ts";
import { CONTEXT, numberOf } from "../../events/messages/message.ts";
import { nearest } from "../../events/nearest.ts";
import { PAYLOAD_LIMIT, payloadFault } from "../../events/payload-limit.ts";
import { entries, has } from "../sorted.ts";
import type { Exchange } from "./exchange.ts";

/** Undefined where it takes it. */
export function objection(exchange: Exchange, event: MessagesCommand): Refusal | undefined {
  switch (event.type) {
    case "JOIN":
      return undefined;
    case "LEAVE":
    case "SUBSCRIBE":
    case "UNSUBSCRIBE":
      return unknownIn(exchange, [event.agent]);
    case "SEND":
      return againstSend(exchange, event);
    case "SEND_ALL":
      return firstAgainst(exchange, event.letters);
    case "HANDOFF":
      return (
        unknownIn(exchange, [event.from, event.to]) ??
        payloadFault("the result", event.result, Math.min(exchange.maxBytes, PAYLOAD_LIMIT)) // as the shared context
      );
  }
}

type Letter = Extract<MessagesCommand, { readonly type: "SEND_ALL" }>["letters"][number];

function firstAgainst(exchange: Exchange, letters: readonly Letter[]): Refusal | undefined {
  for (const letter of letters) {
    const refusal = againstSend(exchange, letter);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function againstSend(exchange: Exchange, { from, to, payload, replyTo }: Letter): Refusal | undefined {
  const sender = from === CONTEXT ? [] : [from];
  return (
    unknownIn(exchange, sender) ??
    (typeof to === "string" ? undefined : unknownIn(exchange, to)) ??
    (replyTo === undefined ? undefined : unsent(exchange, replyTo)) ??
    payloadFault("the payload", payload, exchange.maxBytes)
  );
}

/** The first of some names that has not joined. */
function unknownIn({ members }: Exchange, names: readonly string[]): Refusal | undefined {
  const agent = names.find((name) => !has(members, name));
  if (agent === undefined) return undefined;
  const known = Array.from(entries(members), ([name]) => name);
  const near = nearest(agent, known);
  const there = known.length === 0 ? "nobody" : shown(known);
  return {
    code: "RECIPIENT_UNKNOWN",
    message: `no agent "${agent}" has joined (joined: ${there})`,
    hint:
      near === undefined
        ? `Let "${agent}" join first, or use another name.`
        : `Did you mean "${near}"?`,
    data: { agent, members: known, ...(near !== undefined && { nearest: near }) },
  };
}

/** The first names of many. */
const SHOWN = 20;

function shown(names: readonly string[]): string {
  const rest = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(", ")}${rest > 0 ? ` and ${rest} others` : ""}`;
}

function unsent({ sent }: Exchange, replyTo: string): Refusal | undefined {
  if (numberOf(replyTo) <= sent) return undefined;
  return {
    code: "MESSAGE_UNKNOWN",
    message: `there is no message ${replyTo} to reply to, the last one is ${sent === 0 ? "none" : `m${sent}`}`,
    hint: "Reply to the id of a message that was received.",
    data: { ids: [replyTo] },
  };
}

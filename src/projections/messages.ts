/**
 * Messages between the agents of runs: one row per message that an exchange took, by run and id.
 *
 * - What a message carries is read from the exchange itself: payloads may be large.
 */
import { rootOf } from "../events/address.ts";
import { MessageSent } from "../events/messages/exchange.ts";
import type { RecordBody } from "../events/record.ts";
import type { Projection } from "./projection.ts";
import { messagesTable } from "./tables/messages.ts";

export interface MessageRow {
  /** `m1`, `m2`, …: the exchange counts. */
  readonly id: string;
  readonly run: string;
  readonly from: string;
  /** Whoever it is delivered to, by name. */
  readonly to: readonly string[];
  readonly type: string;
  readonly priority: string;
  /** The message that it answers. */
  readonly replyTo?: string;
  /** It hands over a result (`HANDOFF`). */
  readonly handoff: boolean;
  /** When the exchange took it, epoch ms. */
  readonly at: number;
}

export const messages: Projection<MessageRow> = {
  name: "messages",
  version: 1,
  key({ stream }, body) {
    if (!stream.startsWith("messages/") || body?.facts === undefined) return undefined;
    const run = rootOf(stream);
    return [...sentIn(body.facts).keys()].map((id) => messageKey(run, id));
  },
  fold(row, { stream, body, at }, key) {
    const sent = sentIn(body.facts ?? []).get(key.slice(key.indexOf(" ") + 1));
    if (sent === undefined) return row;
    const { id, from, to, type, priority, replyTo } = sent;
    const handoff = body.event?.type === "HANDOFF";
    const reply = replyTo === undefined ? {} : { replyTo };
    return { id, run: rootOf(stream), from, to, type, priority, ...reply, handoff, at };
  },
  tables: [messagesTable],
};

function messageKey(run: string, id: string): string {
  return `${run} ${id}`;
}

type Facts = NonNullable<RecordBody["facts"]>;
type Sent = MessageSent["data"];

/** One step may send a thousand: they are read once, for their keys and for each of their rows. */
function sentIn(facts: Facts): ReadonlyMap<string, Sent> {
  const known = read.get(facts);
  if (known !== undefined) return known;
  const sent = new Map<string, Sent>();
  for (const fact of facts) {
    const message = fact.type === "message.sent" ? MessageSent.safeParse(fact).data?.data : undefined;
    if (message !== undefined) sent.set(message.id, message);
  }
  read.set(facts, sent);
  return sent;
}

const read = new WeakMap<Facts, ReadonlyMap<string, Sent>>();

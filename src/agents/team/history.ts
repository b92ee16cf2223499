/** What agents of a run have said, from the log of its exchange alone (S4-037). */
import type { Actors } from "../../actors/face.ts";
import type { AnyKind } from "../../actors/kind.ts";
import { TroupeError } from "../../errors.ts";
import type { MessagesCommand, MessageSent } from "../../events/messages/exchange.ts";
import { exchangeOf, numberOf, type Message, type MessageType } from "../../events/messages/message.ts";
import type { StepRecord } from "../../projections/projection.ts";

export interface MessageFilter {
  /** Only what this agent sent or was sent. */
  readonly agent?: string;
  readonly type?: MessageType;
  /** At most so many. Default 100. */
  readonly limit?: number;
  /** Only those before this one: the last one of the page before. */
  readonly before?: Pick<PastMessage, "seq"> & Partial<Pick<PastMessage, "id">>;
}

/** A message as it was sent. */
export interface PastMessage extends Message {
  /** Whom it was delivered to, by name. */
  readonly deliveredTo: readonly string[];
  /** The record of the exchange where it stands. */
  readonly seq: number;
}

/**
 * The messages of a run, the newest first.
 *
 * @throws {@link TroupeError} `USAGE` for a limit that is none.
 */
export async function messageHistory(
  actors: Pick<Actors<readonly AnyKind[]>, "latest">,
  run: string,
  { agent, type, limit = 100, before }: MessageFilter = {},
): Promise<readonly PastMessage[]> {
  if (!Number.isInteger(limit) || limit < 1)
    throw new TroupeError("USAGE", `${limit} is no number of messages`, {
      hint: "Give a limit of 1 or more.",
    });
  const found: PastMessage[] = [];
  for await (const message of messagesBack(actors, run, before))
    if (isWanted(message, agent, type) && found.push(message) === limit) break;
  return found;
}

async function* messagesBack(
  actors: Pick<Actors<readonly AnyKind[]>, "latest">,
  run: string,
  before: MessageFilter["before"],
): AsyncGenerator<PastMessage> {
  const to = before === undefined ? undefined : before.seq + (before.id === undefined ? 0 : 1);
  const end = before?.id === undefined ? Number.POSITIVE_INFINITY : numberOf(before.id);
  const records = actors.latest(exchangeOf(run), to === undefined ? {} : { before: to });
  for await (const record of records)
    for (const message of messagesIn(record).toReversed())
      if (numberOf(message.id) < end) yield message; // some of a record may be on the page before
}

/** Whether a filter lets a message through. */
export function isWanted(
  message: PastMessage,
  agent: string | undefined,
  type: MessageType | undefined,
): boolean {
  if (type !== undefined && message.type !== type) return false;
  return agent === undefined || message.from === agent || message.deliveredTo.includes(agent);
}

/** The messages that a record of an exchange took, in order. */
export function messagesIn({ body, seq, at }: StepRecord): readonly PastMessage[] {
  const sent = (body.facts ?? []).filter(({ type }) => type === "message.sent");
  if (sent.length === 0) return [];
  const letters = lettersIn(body.event as unknown as Sending); // only these make it say so
  return sent.flatMap((fact, i) => {
    const { to: deliveredTo, replyTo, ...data } = (fact as unknown as MessageSent).data; // the exchange emits no other
    const letter = letters[i];
    if (letter === undefined) return [];
    const { to, payload, artifacts } = letter;
    const reply = replyTo === undefined ? {} : { replyTo };
    const files = artifacts === undefined ? {} : { artifacts };
    return [{ ...data, to, payload, ...reply, ...files, deliveredTo, seq, at }];
  });
}

type Sending = Extract<MessagesCommand, { readonly type: "SEND" | "SEND_ALL" | "HANDOFF" }>;
type Letter = Pick<Extract<Sending, { readonly type: "SEND" }>, "to" | "payload" | "artifacts">;

function lettersIn(command: Sending): readonly Letter[] {
  switch (command.type) {
    case "SEND":
      return [command];
    case "SEND_ALL":
      return command.letters;
    case "HANDOFF":
      return [{ ...command, to: [command.to], payload: command.result }];
  }
}

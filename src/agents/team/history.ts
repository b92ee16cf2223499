/** What agents of a run have said, from the log of its exchange alone (S4-037). */
import type { Actors } from "../../actors/face.ts";
import type { AnyKind } from "../../actors/kind.ts";
import { TroupeError } from "../../errors.ts";
import type { MessagesCommand, MessageSent } from "../../events/messages/exchange.ts";
import { exchangeOf, type Message, type MessageType } from "../../events/messages/message.ts";
import type { StepRecord } from "../../projections/projection.ts";

export interface MessageFilter {
  /** Only what this agent sent or was sent. */
  readonly agent?: string;
  readonly type?: MessageType;
  /** At most so many. Default 100. */
  readonly limit?: number;
  /** Only those before this record: the `seq` of the last one of the page before. */
  readonly before?: number;
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
  const from = before === undefined ? {} : { before };
  for await (const record of actors.latest(exchangeOf(run), from)) {
    const message = messageIn(record);
    if (message === undefined || !isWanted(message, agent, type)) continue;
    if (found.push(message) === limit) break;
  }
  return found;
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

/** The message that a record of an exchange took. */
export function messageIn({ body, seq, at }: StepRecord): PastMessage | undefined {
  const sent = body.facts?.find(({ type }) => type === "message.sent");
  if (sent === undefined) return undefined;
  const { to: deliveredTo, replyTo, ...data } = (sent as unknown as MessageSent).data; // the exchange emits no other
  const command = body.event as unknown as Command<"SEND"> | Command<"HANDOFF">; // only these make it say so
  const files = command.artifacts === undefined ? {} : { artifacts: command.artifacts };
  const content =
    command.type === "HANDOFF"
      ? { to: [command.to], payload: command.result }
      : { to: command.to, payload: command.payload };
  const reply = replyTo === undefined ? {} : { replyTo };
  return { ...data, ...content, ...reply, ...files, deliveredTo, seq, at };
}

type Command<T extends MessagesCommand["type"]> = Extract<MessagesCommand, { readonly type: T }>;

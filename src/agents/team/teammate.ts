/**
 * An agent of a run, as its program holds it: what it sends, what it is sent, what it answers.
 *
 * - A message is sent once it is on disk; then it is delivered, whatever crashes.
 * - One program at a time should read for an agent: two of them share its messages.
 */
import { z } from "zod";
import type { Clock } from "../../actors/clock.ts";
import { TroupeError } from "../../errors.ts";
import type { Json } from "../../events/json.ts";
import type { MessagesCommand, MessagesFact } from "../../events/messages/exchange.ts";
import type { Message, MessageType } from "../../events/messages/message.ts";
import type { Priority } from "../../events/priority.ts";
import { handling, type HandleOptions, type MessageHandlers, type Handling } from "./handling.ts";
import type { Mail, ReceiveOptions } from "./mail.ts";

/** How a message is sent. */
export interface PostOptions {
  /** Default `NORMAL`; of an answer, that of what it answers. */
  readonly priority?: Priority;
  /** Paths of files that go with it. */
  readonly artifacts?: readonly string[];
  /** Idempotency key: the same again sends nothing, and answers the same id. Default: a new one. */
  readonly id?: string;
}

export interface MessageOptions extends PostOptions {
  /** Default `notification`. */
  readonly type?: MessageType;
}

export type HandOffOptions = Omit<PostOptions, "priority">;

export interface RequestOptions extends PostOptions {
  /** Longest wait for the answer, ms. Default 30,000. */
  readonly timeoutMs?: number;
  /** Ends the wait, with its reason. */
  readonly signal?: AbortSignal;
}

/** How long a request waits for its answer, if nobody says, ms (S4-035). */
const REQUEST_MS = 30_000;

export interface Teammate {
  readonly name: string;

  /**
   * Sends a message to these agents and nobody else.
   *
   * @returns its id.
   * @throws {@link TroupeError} `RECIPIENT_UNKNOWN`, `PAYLOAD_TOO_LARGE`, `EVENT_INVALID`.
   */
  send(to: string | readonly string[], payload: Json, options?: MessageOptions): Promise<string>;
  /** Sends it to every agent that has joined, but itself. */
  broadcast(payload: Json, options?: MessageOptions): Promise<string>;
  /** Sends it to those who subscribed to its type. */
  publish(type: MessageType, payload: Json, options?: PostOptions): Promise<string>;
  /**
   * Asks another agent.
   *
   * @returns the payload of its answer; null where none came in time. An answer that comes later is a
   * message like any other.
   * @throws {@link TroupeError} `REQUEST_FAILED` where the other answers with an `error`, and what `send` throws.
   */
  request(to: string, payload: Json, options?: RequestOptions): Promise<Json>;
  /** Answers a message that asked. */
  reply(message: Message, payload: Json, options?: PostOptions): Promise<string>;
  /**
   * Hands a result off (S4-015): it is kept in the shared context as `NAME_result`, and delivered as a
   * `result_handoff` with priority HIGH. A lock of that key, whoever has it, keeps the context as it is;
   * the message is delivered all the same.
   *
   * @throws {@link TroupeError} `PAYLOAD_TOO_LARGE`, `RECIPIENT_UNKNOWN`; `KIND_UNKNOWN` where the host has no `contextKind`.
   */
  handOff(to: string, result: Json, options?: HandOffOptions): Promise<string>;

  /** From now on it gets what is published of these types. */
  subscribe(...types: readonly MessageType[]): Promise<void>;
  unsubscribe(...types: readonly MessageType[]): Promise<void>;

  /** The next unread message, the most urgent first; it counts as taken. Null where none came in time. */
  receive(options?: ReceiveOptions): Promise<Message | null>;
  /**
   * Unread messages, one after another, until the signal aborts. Each is taken when the loop's body is
   * through with it: one that a crash interrupted comes again.
   */
  messages(options?: { readonly signal?: AbortSignal }): AsyncIterable<Message>;
  /**
   * Calls a handler for each message of the types that have one, the others stay unread. What the
   * handler of a `request` answers is sent back; so is, as an `error`, what it throws.
   */
  handle(handlers: MessageHandlers, options?: HandleOptions): Handling;

  /** Nobody can write to it any more; what it has not read stays in its inbox. */
  leave(): Promise<void>;
}

export type Given = z.input<typeof MessagesCommand>;

/** A message on its way to the exchange. */
export type Letter = Extract<Given, { readonly type: "SEND_ALL" }>["letters"][number];

/** What a teammate stands on. */
export interface TeammateParts {
  readonly name: string;
  readonly mail: Mail;
  readonly clock: Clock;
  /** Tells the exchange something; answers what it says to that. */
  readonly tell: (command: Given, id?: string) => Promise<readonly MessagesFact[]>;
  /** Sends a message that has no key, with what else is sent at the time; answers its id. */
  readonly post: (letter: Letter) => Promise<string>;
  /** Sees to it that the run has a shared context. */
  readonly shareContext: () => Promise<void>;
}

export function teammate({ name, mail, clock, tell, shareContext, ...parts }: TeammateParts): Teammate {
  const post = async (
    said: Omit<Letter, "from">,
    { id, artifacts, ...rest }: PostOptions,
  ): Promise<string> => {
    const files = artifacts === undefined ? {} : { artifacts: [...artifacts] };
    const letter = { from: name, ...said, ...rest, ...files };
    return id === undefined
      ? parts.post(letter)
      : idIn(await tell({ type: "SEND", ...letter }, id), id);
  };
  const receive = async (options: ReceiveOptions = {}): Promise<Message | null> => {
    const message = await mail.next(options);
    if (message !== undefined) await mail.take(message.id);
    return message ?? null;
  };
  const answer = (
    { id: replyTo, from, priority }: Message,
    letter: Pick<Letter, "message" | "payload">,
    options: PostOptions = {},
  ): Promise<string> => post({ ...letter, to: [from], replyTo }, { priority, ...options });
  return {
    name,
    send: (to, payload, { type: message = "notification", ...options } = {}) =>
      post({ to: typeof to === "string" ? [to] : [...to], message, payload }, options),
    broadcast: (payload, { type: message = "notification", ...options } = {}) =>
      post({ to: "everyone", message, payload }, options),
    publish: (message, payload, options = {}) => post({ to: "subscribers", message, payload }, options),
    async request(to, payload, { timeoutMs = REQUEST_MS, signal, ...options } = {}) {
      const ask = () => post({ to: [to], message: "request", payload }, options);
      const found = await mail.answerTo(ask, { timeoutMs, signal });
      if (found?.type === "error") throw failed(to, found);
      return found?.payload ?? null;
    },
    reply: (message, payload, options) => answer(message, { message: "response", payload }, options),
    async handOff(to, result, { artifacts, id } = {}) {
      await shareContext();
      const files = artifacts === undefined ? {} : { artifacts: [...artifacts] };
      const handoff = { type: "HANDOFF", from: name, to, result, ...files } as const;
      return idIn(await tell(handoff, id), id);
    },
    subscribe: async (...types) =>
      void (await tell({ type: "SUBSCRIBE", agent: name, types: [...types] })),
    unsubscribe: async (...types) =>
      void (await tell({ type: "UNSUBSCRIBE", agent: name, types: [...types] })),
    receive,
    messages: (options) => mail.all(options),
    handle: (handlers, options) => handling({ name, mail, clock, answer }, handlers, options),
    leave: async () => void (await tell({ type: "LEAVE", agent: name })),
  };
}

/** The id of the message that was sent. @param key with which it was sent. */
function idIn(said: readonly MessagesFact[], key = "none"): string {
  for (const id of idsIn(said)) return id;
  throw new TroupeError("RECORD_INVALID", `"${key}" is the key of something else than a message`, {
    hint: "Give each message a key of its own, or none.",
  });
}

/** The ids of all that were sent, in order. */
export function idsIn(said: readonly MessagesFact[]): readonly string[] {
  return said.flatMap(({ type, data }) => (type === "message.sent" ? [data.id] : []));
}

/** What an `error` says, where a handler made it. */
const Fault = z.object({ message: z.string(), code: z.string().optional() });

function failed(to: string, { payload, replyTo = "" }: Message): TroupeError {
  const { message = JSON.stringify(payload), code } = Fault.safeParse(payload).data ?? {};
  return new TroupeError("REQUEST_FAILED", `"${to}" could not answer ${replyTo}: ${message}`, {
    hint: "Mend what the other agent names, or ask another one.",
    data: { to, request: replyTo, ...(code !== undefined && { code }), payload },
  });
}

/**
 * The inbox of an agent, as its program reads it: which message is next, and which are handed out
 * already.
 *
 * 1. A message is handed out once by this reader, however many ask at the same time.
 * 2. It stays unread in the inbox until `take`: a crash before that shows it again.
 * 3. The answer to a request goes to who waits for it, and to nobody else while somebody does:
 *    while a request has no id yet, no answer is handed out at all.
 * 4. What could not be taken is handed out again.
 * 5. Nothing here polls: it looks when the inbox moves, or when what is awaited changes.
 */
import type { Clock } from "../../actors/clock.ts";
import type { ActorHandle } from "../../actors/handle.ts";
import { TroupeError } from "../../errors.ts";
import { numberOf, type Message, type MessageType } from "../../events/messages/message.ts";
import { PRIORITIES } from "../../events/priority.ts";
import { isUnread, type Inbox } from "../../machines/messages/inbox.ts";
import { entries } from "../../machines/sorted.ts";
import { onceThereIsRoom } from "../patience.ts";
import type { InboxKind } from "./messages-kinds.ts";

export interface ReceiveOptions {
  /** Longest wait, ms; 0: only what is there. Default: none. */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Chooses a message; called again whenever there may be another. */
type Choose = (unread: Inbox["unread"]) => Message | undefined;

export class Mail {
  readonly #inbox: ActorHandle<InboxKind>;
  readonly #clock: Clock;
  /** Handed out, and still unread where we last looked. */
  readonly #out = new Set<string>();
  /** Of these, those that are taken: what a client sees may be older. */
  readonly #taken = new Set<string>();
  /** Requests whose answer somebody waits for. */
  readonly #awaited = new Set<string>();
  /** Requests under way that have no id yet. */
  #asking = 0;
  readonly #looks = new Set<() => void>();

  constructor(inbox: ActorHandle<InboxKind>, clock: Clock) {
    this.#inbox = inbox;
    this.#clock = clock;
  }

  /** The next unread message, of some types if any are given; undefined where none comes in time. */
  next({
    types,
    ...options
  }: ReceiveOptions & { readonly types?: ReadonlySet<MessageType> }): Promise<Message | undefined> {
    return this.#wait((unread) => {
      for (const message of inOrder(unread))
        if (types?.has(message.type) !== false && this.#isFree(message)) return message;
      return undefined;
    }, options);
  }

  /**
   * Asks, then waits for the answer, which counts as taken.
   *
   * @param ask sends the request, and answers its id.
   */
  async answerTo(ask: () => Promise<string>, options: ReceiveOptions): Promise<Message | undefined> {
    const id = await this.#asked(ask);
    try {
      const from = new Map<string, number>();
      const answer = await this.#wait((unread) => answerIn(unread, id, from), options);
      if (answer !== undefined) await this.take(answer.id);
      return answer;
    } finally {
      this.#awaited.delete(id);
      this.#lookAgain();
    }
  }

  /** Unread messages until the signal aborts; each is taken behind the body of the loop. */
  async *all({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<Message> {
    while (signal?.aborted !== true) {
      const message = await this.next({ signal }).catch((error: unknown) => {
        if (signal?.aborted !== true) throw error;
        return undefined;
      });
      if (message === undefined) return;
      try {
        yield message;
      } finally {
        await this.take(message.id);
      }
    }
  }

  /** It is done with. Where somebody else has taken it before, that is as good. */
  async take(id: string): Promise<void> {
    try {
      await onceThereIsRoom(this.#clock, () => this.#inbox.send({ type: "TAKE", ids: [id] }));
    } catch (error) {
      if (!TroupeError.is(error, "MESSAGE_UNKNOWN")) {
        this.putBack(id);
        throw error;
      }
    }
    this.#taken.add(id);
  }

  /** It is not done with, and goes to whoever asks next. */
  putBack(id: string): void {
    this.#out.delete(id);
    this.#lookAgain();
  }

  async #asked(ask: () => Promise<string>): Promise<string> {
    this.#asking++;
    try {
      const id = await ask();
      this.#awaited.add(id);
      return id;
    } finally {
      this.#asking--;
      this.#lookAgain();
    }
  }

  #forget(isThere: (id: string) => boolean): void {
    for (const id of this.#taken)
      if (!isThere(id)) for (const ids of [this.#taken, this.#out]) ids.delete(id);
  }

  #isFree(message: Message): boolean {
    if (this.#out.has(message.id)) return false;
    return !isAnswer(message) || (this.#asking === 0 && !this.#awaited.has(message.replyTo));
  }

  #lookAgain(): void {
    for (const look of this.#looks) look();
  }

  async #wait(choose: Choose, { timeoutMs, signal }: ReceiveOptions): Promise<Message | undefined> {
    signal?.throwIfAborted();
    const chosen = new AbortController();
    let message: Message | undefined;
    let over = false;
    const holds = (snapshot: { readonly context: unknown }): boolean => {
      if (message !== undefined || over) return true; // a further look must not take a second one
      const { unread } = snapshot.context as Inbox; // as the inbox's machine has it
      this.#forget((id) => isUnread({ unread }, id));
      message = choose(unread);
      if (message !== undefined) this.#out.add(message.id);
      return message !== undefined;
    };
    const look = async (): Promise<void> => {
      if (holds(await this.#inbox.snapshot())) chosen.abort();
    };
    // what keeps it from looking keeps it from waiting as well, and is told there
    const lookAgain = (): void => void look().catch(() => {});
    this.#looks.add(lookAgain);
    try {
      if (timeoutMs === 0) await look();
      else await this.#inbox.waitFor(holds, waiting(timeoutMs, signal, chosen.signal));
    } catch (error) {
      if (message === undefined && !TroupeError.is(error, "WAIT_TIMEOUT")) throw error;
    } finally {
      over = true;
      this.#looks.delete(lookAgain);
    }
    return message;
  }
}

/** Whether a message answers a request. */
function isAnswer(message: Message): message is Message & { readonly replyTo: string } {
  return message.replyTo !== undefined && (message.type === "response" || message.type === "error");
}

function waiting(timeoutMs: number | undefined, given: AbortSignal | undefined, chosen: AbortSignal) {
  const signal = given === undefined ? chosen : AbortSignal.any([given, chosen]);
  return timeoutMs === undefined ? { signal } : { signal, timeoutMs };
}

function* inOrder(unread: Inbox["unread"]): Generator<Message> {
  for (const priority of PRIORITIES) for (const [, message] of entries(unread[priority])) yield message;
}

/** @param from where to look on, by priority: what was seen once is no answer, and never becomes one. */
function answerIn(
  unread: Inbox["unread"],
  request: string,
  from: Map<string, number>,
): Message | undefined {
  for (const priority of PRIORITIES) {
    const start = from.get(priority) ?? numberOf(request) + 1; // an answer comes after what it answers
    for (const [number, message] of entries(unread[priority], start)) {
      if (isAnswer(message) && message.replyTo === request) return message;
      from.set(priority, number + 1);
    }
  }
  return undefined;
}

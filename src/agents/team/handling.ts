/**
 * Handlers of messages: an agent that answers by itself.
 *
 * 1. One message at a time, the most urgent first, each taken when its handler is through and its
 *    answer is on disk: one that a crash interrupted is handled again, and its answer sent once.
 * 2. What a handler throws ends nothing but this one message. A requester is sent it as an `error`.
 * 3. One whose answer or end cannot be written just now is handled again a little later.
 * 4. Every fault is told to `onError`.
 */
import type { Clock } from "../../actors/clock.ts";
import { harmless } from "../../actors/harmless.ts";
import { TroupeError } from "../../errors.ts";
import type { Message, MessageType } from "../../events/messages/message.ts";
import { AGAIN_MS, onceThereIsRoom, pause } from "../patience.ts";
import { warn, wordsOf } from "../thrown.ts";
import type { Mail } from "./mail.ts";

/** What it returns answers a `request`, and is ignored elsewhere. The signal aborts when the handling ends. */
export type MessageHandler = (message: Message, signal: AbortSignal) => unknown;

/** By type of message. */
export type MessageHandlers = Readonly<Partial<Record<MessageType, MessageHandler>>>;

export interface HandleOptions {
  /**
   * Hears of every fault, with the message that it concerns: what a handler throws, an answer that
   * cannot be sent. Without a message: nothing more can be received, and the handling has ended.
   * Default: a warning of the process.
   */
  readonly onError?: (error: unknown, message?: Message) => void;
}

/** Handlers at work. Disposing ends it, behind the handler that runs. */
export type Handling = AsyncDisposable;

export interface HandlingParts {
  readonly name: string;
  readonly mail: Mail;
  readonly clock: Clock;
  readonly answer: (
    message: Message,
    letter: { readonly message: "response" | "error"; readonly payload: Message["payload"] },
    options: { readonly id: string },
  ) => Promise<string>;
}

export function handling(
  { name, mail, clock, answer }: HandlingParts,
  handlers: MessageHandlers,
  { onError: hears = warn }: HandleOptions = {},
): Handling {
  const onError = harmless(hears, warn);
  const end = new AbortController();
  const { signal } = end;
  const types = new Set(Object.keys(handlers) as MessageType[]); // its own keys

  async function respond(message: Message): Promise<void> {
    const reply = await outcome(() => handlers[message.type]?.(message, signal));
    if ("fault" in reply) onError(reply.fault, message);
    if (message.type !== "request") return;
    const id = `answer:${name}:${message.id}`; // of two answers, the first counts
    try {
      await onceThereIsRoom(clock, () => answer(message, reply.letter, { id }));
    } catch (error) {
      onError(error, message);
      if (TroupeError.is(error, "RECIPIENT_UNKNOWN")) return; // it has left: nobody waits
      await onceThereIsRoom(clock, () => answer(message, failure(error), { id }));
    }
  }

  async function serve(message: Message): Promise<void> {
    try {
      await respond(message);
      await mail.take(message.id);
    } catch (error) {
      onError(error, message);
      await pause(clock, AGAIN_MS, signal);
      mail.putBack(message.id);
    }
  }

  async function loop(): Promise<void> {
    try {
      while (!signal.aborted) {
        const message = await mail.next({ types, signal });
        if (message !== undefined) await serve(message);
      }
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
  }

  const over = loop();
  return {
    async [Symbol.asyncDispose]() {
      end.abort();
      await over;
    },
  };
}

type Letter = Parameters<HandlingParts["answer"]>[1];

/** What a handler's work comes to, for who asked. */
async function outcome(
  work: () => unknown,
): Promise<{ readonly letter: Letter; readonly fault?: unknown }> {
  try {
    const payload = ((await work()) ?? null) as Message["payload"]; // the border refuses what is no JSON
    return { letter: { message: "response", payload } };
  } catch (fault) {
    return { letter: failure(fault), fault };
  }
}

function failure(error: unknown): Letter {
  const code = TroupeError.is(error) ? { code: error.code } : {};
  return { message: "error", payload: { ...code, message: wordsOf(error) } };
}

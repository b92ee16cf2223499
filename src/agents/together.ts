/**
 * What is asked for in one turn of the event loop goes into the log as one command: a record of
 * many costs little more than a record of one.
 *
 * - Each gets its own answer, and its own refusal: where a command of many is refused, nothing of it
 *   was written, and each is sent by itself, in order.
 */
import { setImmediate } from "node:timers";
import { TroupeError, type ErrorCode } from "../errors.ts";

/** As many share a command. */
const MOST = 256;

/** Codes by which a command is surely refused: nothing of it was written. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  "EVENT_INVALID",
  "EVENT_REFUSED",
  "JSON_INVALID",
  "MESSAGE_UNKNOWN",
  "PAYLOAD_TOO_LARGE",
  "RECIPIENT_UNKNOWN",
  "TIME_PAST",
]);

/** Whether one of them may be to blame, and nothing was written. What is nested so deep that no stack holds it is never sent. */
function isOfOne(error: unknown): boolean {
  return error instanceof RangeError || (TroupeError.is(error) && REFUSALS.has(error.code));
}

interface Asked<TOne, TAnswer> {
  readonly one: TOne;
  readonly resolve: (answer: TAnswer) => void;
  readonly reject: (error: unknown) => void;
}

export interface Together<TOne, TAnswer> {
  readonly ask: (one: TOne) => Promise<TAnswer>;
  /** Sends now what was asked for: before something that must come behind it. */
  readonly flush: () => void;
}

/** @param sendAll sends one command, and answers each of them, in the order given. */
export function together<TOne, TAnswer>(
  sendAll: (ones: readonly TOne[]) => Promise<readonly TAnswer[]>,
): Together<TOne, TAnswer> {
  let waiting: Asked<TOne, TAnswer>[] = [];

  async function send(asked: readonly Asked<TOne, TAnswer>[]): Promise<void> {
    try {
      const answers = await sendAll(asked.map(({ one }) => one));
      for (const [i, answer] of answers.entries()) asked[i]?.resolve(answer);
    } catch (error) {
      const alone = asked.length > 1 && isOfOne(error);
      for (const one of asked) {
        if (alone) void send([one]);
        else one.reject(error);
      }
    }
  }

  function flush(): void {
    const all = waiting;
    waiting = [];
    for (let i = 0; i < all.length; i += MOST) void send(all.slice(i, i + MOST));
  }

  return {
    ask: (one) =>
      new Promise((resolve, reject) => {
        if (waiting.push({ one, resolve, reject }) === 1) setImmediate(flush);
      }),
    flush,
  };
}

/**
 * What is asked for in one turn of the event loop goes into the log as one command: a record of
 * many jobs costs little more than a record of one.
 *
 * - Each gets its own answer, and its own refusal: where a command of many is refused, nothing of it
 *   was written, and each is sent by itself.
 */
import { setImmediate } from "node:timers";
import { TroupeError, type ErrorCode } from "../../errors.ts";

/** As many share a command. */
const MOST = 256;

/** Codes by which the command itself is refused, before anything is written. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  "EVENT_INVALID",
  "EVENT_REFUSED",
  "JSON_INVALID",
  "PAYLOAD_TOO_LARGE",
  "TIME_PAST",
]);

interface Asked<TOne, TAnswer> {
  readonly one: TOne;
  readonly resolve: (answer: TAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** @param sendAll sends one command, and answers each of them, in the order given. */
export function together<TOne, TAnswer extends object>(
  sendAll: (ones: readonly TOne[]) => Promise<readonly TAnswer[]>,
): (one: TOne) => Promise<TAnswer> {
  let waiting: Asked<TOne, TAnswer>[] = [];

  async function send(asked: readonly Asked<TOne, TAnswer>[]): Promise<void> {
    try {
      const answers = await sendAll(asked.map(({ one }) => one));
      for (const [i, { resolve }] of asked.entries()) {
        const answer = answers[i];
        if (answer !== undefined) resolve(answer);
      }
    } catch (error) {
      const alone = asked.length > 1 && TroupeError.is(error) && REFUSALS.has(error.code);
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

  return (one) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ one, resolve, reject }) === 1) setImmediate(flush);
    });
}

/** Waiting for a world that has no room just now. */
import type { Clock } from "../actors/clock.ts";
import { TroupeError } from "../errors.ts";

/** How long to wait before something is tried again, ms. */
export const AGAIN_MS = 100;

/**
 * Sends until the receiver's mailbox has room: for what must arrive and may arrive later than what
 * is sent after it. Every other error is thrown.
 */
export function onceThereIsRoom<T>(clock: Clock, send: () => Promise<T>): Promise<T> {
  return again(clock, send, (error) => TroupeError.is(error, "MAILBOX_FULL"));
}

/** Sends again and again, as long as what it throws passes. */
export async function again<T>(
  clock: Clock,
  send: () => Promise<T>,
  passes: (error: unknown) => boolean,
): Promise<T> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!passes(error)) throw error;
    }
    await pause(clock, AGAIN_MS);
  }
}

/** Resolves after so long, or as soon as the signal aborts. */
export async function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(ms, resolve);
  signal?.addEventListener("abort", () => resolve(), { once: true });
  if (signal?.aborted === true) resolve();
  await promise;
  cancel();
}

/** Wakes whoever waits for something to change: live readers, requesters, the server of commands. */
import { clearTimeout, setTimeout } from "node:timers";

export interface Bell {
  /** How many wait now. */
  readonly waiting: number;
  /** Resolves at the next ring, at `signal`'s abort, or after `timeoutMs`: look again then. */
  wait(options?: { readonly signal?: AbortSignal; readonly timeoutMs?: number }): Promise<void>;
  ring(): void;
}

export function bell(): Bell {
  const sleepers = new Set<() => void>();
  return {
    get waiting() {
      return sleepers.size;
    },
    wait({ signal, timeoutMs } = {}) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (signal?.aborted === true) return Promise.resolve();
      const timer = timeoutMs === undefined ? undefined : setTimeout(wake, timeoutMs);
      function wake() {
        sleepers.delete(wake);
        signal?.removeEventListener("abort", wake);
        clearTimeout(timer);
        resolve();
      }
      sleepers.add(wake);
      signal?.addEventListener("abort", wake);
      return promise;
    },
    ring() {
      for (const wake of sleepers) wake();
    },
  };
}

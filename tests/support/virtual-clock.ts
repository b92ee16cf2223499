/** Time that a test owns: nothing happens until it passes. */
import type { Clock } from "../../src/actors/clock.ts";

export interface VirtualClock extends Clock {
  /** Lets time pass, and everything that falls due in it happen in order, each settled before the next. */
  pass(ms: number): Promise<void>;
  /** When the next thing falls due (epoch ms), if one does up to then. */
  next(until: number): number | undefined;
}

/** @param start epoch ms. */
export function virtualClock(start = 1_700_000_000_000): VirtualClock {
  let now = start;
  let made = 0;
  const waiting = new Map<number, { readonly at: number; readonly call: () => void }>();
  const next = (until: number): number | undefined => {
    let best: number | undefined;
    for (const [id, { at }] of waiting) {
      const bestAt = best === undefined ? Infinity : (waiting.get(best)?.at ?? Infinity);
      if (at <= until && at < bestAt) best = id;
    }
    return best;
  };
  return {
    made: true,
    now: () => now,
    after(ms, call) {
      const id = made++;
      waiting.set(id, { at: now + Math.max(ms, 0), call });
      return () => void waiting.delete(id);
    },
    next(until) {
      const id = next(until);
      return id === undefined ? undefined : waiting.get(id)?.at;
    },
    async pass(ms) {
      const until = now + ms;
      await settle();
      for (let id = next(until); id !== undefined; id = next(until)) {
        const due = waiting.get(id);
        waiting.delete(id);
        if (due === undefined) continue;
        now = Math.max(now, due.at);
        due.call();
        await settle();
      }
      now = until;
    },
  };
}

/** Lets everything that needs no time happen: on the memory log nothing waits for the world. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 12; i++) await new Promise(setImmediate);
}

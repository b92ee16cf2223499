/**
 * Alarms: one wait of the clock per actor that has timers, armed or not in memory.
 *
 * - A7. Due times are absolute. The actors' own records hold them; this only wakes.
 */
import type { Clock } from "./clock.ts";

export interface Due {
  /** Effect id of the timer. */
  readonly id: string;
  /** Epoch ms. */
  readonly dueAt: number;
}

export interface Alarms {
  /** Replaces what is set for an actor; an empty list clears it. */
  readonly arm: (address: string, timers: readonly Due[]) => void;
  readonly clear: () => void;
}

/** @param ring called once for each timer that is due, in order of due time and then of arming. */
export function alarms(clock: Clock, ring: (address: string, id: string) => void): Alarms {
  const set = new Map<string, { readonly due: readonly Due[]; readonly cancel: () => void }>();

  function arm(address: string, timers: readonly Due[]): void {
    set.get(address)?.cancel();
    if (timers.length === 0) {
      set.delete(address);
      return;
    }
    const due = [...timers].sort((a, b) => a.dueAt - b.dueAt);
    const next = due[0]?.dueAt ?? 0;
    set.set(address, { due, cancel: clock.after(next - clock.now(), () => fire(address)) });
  }

  function fire(address: string): void {
    const due = set.get(address)?.due ?? [];
    const now = clock.now();
    const ripe = due.filter(({ dueAt }) => dueAt <= now);
    arm(address, due.slice(ripe.length));
    for (const { id } of ripe) ring(address, id);
  }

  return {
    arm,
    clear() {
      for (const { cancel } of set.values()) cancel();
      set.clear();
    },
  };
}

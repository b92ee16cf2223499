/**
 * Alarms: one wait of the clock per actor that has timers, armed or not in memory.
 *
 * - A7. Due times are absolute. The actors' own records hold them; this only wakes.
 */
import type { Clock } from "./clock.ts";
import type { ArmedTimer, Timers } from "./timers.ts";

export interface Alarms {
  /** Sets the alarms of an actor to what it has armed; without timers none. Costs nothing where they have not changed (A13). */
  readonly arm: (address: string, timers: Timers | undefined) => void;
  readonly clear: () => void;
}

interface Wait {
  /** What it was set to, and as of which version. */
  readonly timers: Timers;
  readonly version: number;
  /** What has not rung yet, the next first. */
  readonly due: readonly ArmedTimer[];
  readonly cancel: () => void;
}

/** @param ring called once for each timer that is due, in order of due time and then of arming. */
export function alarms(clock: Clock, ring: (address: string, id: string) => void): Alarms {
  const set = new Map<string, Wait>();

  function arm(address: string, timers: Timers | undefined): void {
    const before = set.get(address);
    if (before !== undefined && before.timers === timers && before.version === timers.version) return;
    before?.cancel();
    set.delete(address);
    if (timers === undefined || timers.size === 0) return;
    const due = [...timers.values()].sort((a, b) => a.dueAt - b.dueAt);
    wait(address, due, { timers, version: timers.version });
  }

  function wait(
    address: string,
    due: readonly ArmedTimer[],
    of: Pick<Wait, "timers" | "version">,
  ): void {
    const next = due[0];
    const cancel =
      next === undefined ? () => {} : clock.after(next.dueAt - clock.now(), () => fire(address));
    set.set(address, { ...of, due, cancel });
  }

  function fire(address: string): void {
    const waiting = set.get(address);
    if (waiting === undefined) return;
    const now = clock.now();
    const ripe = waiting.due.filter(({ dueAt }) => dueAt <= now);
    wait(address, waiting.due.slice(ripe.length), waiting);
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

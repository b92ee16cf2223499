/**
 * Deadlocks: whether one who would wait waits for itself in the end. Pure.
 *
 * - Whoever stands in line waits for the holder, and for all who came before.
 * - Asked before every wait, so there is never a cycle: nothing else lets one wait for another
 *   for whom it did not wait before.
 * - It looks from the asker back to those who wait for it, so one for whom nobody waits costs
 *   nothing, however long the lines are (A13).
 */
import { entries, get, sorted } from "../sorted.ts";
import { HELD } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Who waits for which key. */
export interface Wait {
  readonly owner: string;
  readonly key: string;
}

/** What somebody waits for, and who is in its way. */
interface Blocked {
  readonly key: string;
  readonly by: string;
}

/**
 * The shortest cycle that a wait would close: each waits for its key, which the next one holds or
 * asked for earlier, the last one's the first. Undefined where there is none.
 */
export function cycleOf(turn: Turn, wait: Wait): readonly Wait[] | undefined {
  const blocked = new Map<string, Blocked | undefined>([[wait.owner, undefined]]);
  for (const by of blocked.keys()) {
    for (const [owner, key] of waitingFor(turn, by)) {
      if (blocked.has(owner)) continue;
      blocked.set(owner, { key, by }); // the loop comes to it in turn
      if (turn.claim(owner, wait.key) !== undefined) return [wait, ...chain(blocked, owner)];
    }
  }
  return undefined;
}

/** From one who waits, over those in the way, to the asker. */
function chain(blocked: ReadonlyMap<string, Blocked | undefined>, from: string): readonly Wait[] {
  const found: Wait[] = [];
  let owner = from;
  for (let on = blocked.get(owner); on !== undefined; on = blocked.get(owner)) {
    found.push({ owner, key: on.key });
    owner = on.by;
  }
  return found;
}

/** Those who wait for one, each with the key. */
function* waitingFor(turn: Turn, owner: string): Generator<readonly [string, string]> {
  for (const [key, ticket] of entries(get(turn.state.claims, owner) ?? sorted<string, number>())) {
    const lease = turn.lease(key);
    // a lease that has lapsed holds up nobody, though its end is not written yet
    if (lease === undefined || (ticket === HELD && lease.until <= turn.at)) continue;
    for (const [, waiter] of entries(lease.line, ticket + 1)) yield [waiter.owner, key];
  }
}

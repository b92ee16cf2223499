/**
 * Locks: leases with an owner, an end and a fencing number (T-R4). Pure.
 *
 * - At most one owner has a key, and only up to the end of its lease.
 * - Those who wait get it in the order in which they asked.
 * - Fences grow: over all keys, and whatever became of the lock before.
 * - A holder that asks again gets what it has, for longer: locks are not counted, and one release
 *   frees it.
 */
import type { CommandOf } from "../../events/context/commands.ts";
import { entries, first, get, sorted } from "../sorted.ts";
import { cycleOf } from "./deadlock.ts";
import { HELD, timeOf, type Lease, type Waiter } from "./state.ts";
import type { Turn } from "./turn.ts";

/** How many leases and waits end in one step at most; what more is due follows in the next. */
const ENDS = 100;

/** Ends the lease of a key if it has lapsed, so that what is said of the key holds now. */
export function settle(turn: Turn, key: string): void {
  const lease = turn.lease(key);
  if (lease === undefined || lease.until > turn.at) return;
  end(turn, key, { type: "lock.expired", v: 1, data: lossOf(key, lease) });
}

/** Ends what is due: leases that lapse, and waits that were long enough. */
export function lapse(turn: Turn): void {
  for (let ended = 0; ended < ENDS; ended++) {
    const [when, due] = first(turn.state.dues) ?? [];
    if (due === undefined || when === undefined || timeOf(when) > turn.at) return;
    if (due.ticket === undefined) settle(turn, due.key);
    else abandon(turn, due.key, due.ticket);
  }
}

export function acquire(turn: Turn, { key, owner, ttlMs, waitMs }: CommandOf<"ACQUIRE">): void {
  settle(turn, key);
  const lease = turn.lease(key);
  if (lease === undefined) give(turn, key, { owner, ttlMs, line: sorted() });
  else if (lease.owner === owner) {
    const { fence, until } = prolong(turn, key, { ...lease, ttlMs });
    turn.say({ type: "lock.acquired", v: 1, data: { key, owner, fence, until } });
  } else if (waitMs === 0) {
    const data = { key, owner, holder: lease.owner, until: lease.until };
    turn.say({ type: "lock.denied", v: 1, data });
  } else wait(turn, key, { owner, ttlMs, until: turn.at + waitMs });
}

export function renew(turn: Turn, { key, owner, fence, ttlMs }: CommandOf<"RENEW">): void {
  const lease = turn.lease(key);
  if (lease === undefined) return;
  const { until } = prolong(turn, key, { ...lease, ttlMs: ttlMs ?? lease.ttlMs });
  turn.say({ type: "lock.renewed", v: 1, data: { key, owner, fence, until } });
}

export function release(turn: Turn, { key, owner, fence }: CommandOf<"RELEASE">): void {
  end(turn, key, { type: "lock.released", v: 1, data: { key, owner, fence } });
}

export function unlock(turn: Turn, { key, by }: CommandOf<"UNLOCK">): void {
  settle(turn, key);
  const lease = turn.lease(key);
  if (lease === undefined) return;
  end(turn, key, { type: "lock.unlocked", v: 1, data: { ...lossOf(key, lease), by } });
}

export function leave(turn: Turn, { key, owner }: CommandOf<"LEAVE">): void {
  const ticket = turn.claim(owner, key);
  if (ticket !== undefined && ticket !== HELD) abandon(turn, key, ticket);
}

/** The context is a fork's: who held or waited for a lock did so in another run. */
export function releaseAll(turn: Turn): void {
  for (const [key, lease] of entries(turn.state.locks)) {
    for (const [ticket] of entries(lease.line)) abandon(turn, key, ticket);
    turn.dropLease(key);
    turn.say({ type: "lock.unlocked", v: 1, data: { ...lossOf(key, lease), by: "fork" } });
  }
}

function lossOf(key: string, { owner, fence }: Lease): { key: string; owner: string; fence: number } {
  return { key, owner, fence };
}

/** A lease never gets shorter. */
function prolong(turn: Turn, key: string, lease: Lease): Lease {
  const longer = { ...lease, until: Math.max(lease.until, turn.at + lease.ttlMs) };
  turn.putLease(key, longer);
  return longer;
}

function give(turn: Turn, key: string, lease: Pick<Lease, "owner" | "ttlMs" | "line">): void {
  const { owner, ttlMs } = lease;
  const [fence, until] = [turn.state.fence + 1, turn.at + ttlMs];
  turn.change({ fence });
  turn.putLease(key, { ...lease, fence, until });
  turn.say({ type: "lock.acquired", v: 1, data: { key, owner, fence, until } });
}

/** Its holder has it no more: the first who still waits gets it. */
function end(turn: Turn, key: string, said: Turn["facts"][number]): void {
  turn.say(said);
  for (let next = first(lineOf(turn, key)); next !== undefined; next = first(lineOf(turn, key))) {
    const [ticket, waiter] = next;
    if (waiter.until < turn.at) {
      abandon(turn, key, ticket);
      continue;
    }
    turn.dropWaiter(key, ticket);
    const line = lineOf(turn, key);
    return give(turn, key, { owner: waiter.owner, ttlMs: waiter.ttlMs, line });
  }
  turn.dropLease(key);
}

function lineOf(turn: Turn, key: string): Lease["line"] {
  return turn.lease(key)?.line ?? sorted();
}

function abandon(turn: Turn, key: string, ticket: number): void {
  const owner = get(lineOf(turn, key), ticket)?.owner;
  if (owner === undefined) return;
  turn.dropWaiter(key, ticket);
  turn.say({ type: "lock.abandoned", v: 1, data: { key, owner } });
}

/** Puts one in line, or lets it keep its place there; unless nobody of a cycle could ever go on. */
function wait(turn: Turn, key: string, waiter: Waiter): void {
  const { owner, until } = waiter;
  const kept = turn.claim(owner, key);
  const cycle = kept === undefined ? cycleOf(turn, { owner, key }) : undefined;
  if (cycle !== undefined) {
    turn.say({ type: "lock.deadlock", v: 1, data: { key, owner, cycle: [...cycle] } });
    return;
  }
  const ticket = kept ?? turn.state.ticket + 1;
  turn.change({ ticket: Math.max(ticket, turn.state.ticket) });
  turn.putWaiter(key, ticket, waiter);
  const place = kept === undefined ? lineOf(turn, key).size : placeOf(turn, key, ticket);
  turn.say({ type: "lock.waiting", v: 1, data: { key, owner, place, until } });
}

function placeOf(turn: Turn, key: string, own: number): number {
  let place = 1;
  for (const [ticket] of entries(lineOf(turn, key))) {
    if (ticket >= own) break;
    place++;
  }
  return place;
}

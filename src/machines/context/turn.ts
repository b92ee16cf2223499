/**
 * One step of a shared context while it is worked out. It lives no longer than the step, so it
 * may be changed in place; the machine turns it into actions.
 */
import type { ContextFact } from "../../events/context/facts.ts";
import { first, get, put, sorted, without } from "../sorted.ts";
import { dueKey, HELD, timeOf, type ContextState, type Lease, type Waiter } from "./state.ts";

export class Turn {
  state: ContextState;
  readonly facts: ContextFact[] = [];
  /** Epoch ms. */
  readonly at: number;
  /** What the timer is to be set to, epoch ms; undefined where it stays as it is. */
  alarmAt: number | undefined;

  constructor(state: ContextState, at: number) {
    this.state = state;
    this.at = at;
  }

  change(change: Partial<ContextState>): void {
    this.state = { ...this.state, ...change };
  }

  say(fact: ContextFact): void {
    this.facts.push(fact);
  }

  lease(key: string): Lease | undefined {
    return get(this.state.locks, key);
  }

  /** The ticket of one who waits, {@link HELD} of one who holds it. */
  claim(owner: string, key: string): number | undefined {
    const claims = get(this.state.claims, owner);
    return claims === undefined ? undefined : get(claims, key);
  }

  /** Gives a lock, or puts one lease in the place of another. */
  putLease(key: string, lease: Lease): void {
    this.dropLease(key);
    const { owner, fence, until } = lease;
    this.change({
      locks: put(this.state.locks, key, lease),
      dues: put(this.state.dues, dueKey(until, fence, "lease"), { key }),
    });
    this.#claim(owner, key, HELD);
  }

  dropLease(key: string): void {
    const lease = this.lease(key);
    if (lease === undefined) return;
    const { owner, fence, until } = lease;
    this.change({
      locks: without(this.state.locks, key),
      dues: without(this.state.dues, dueKey(until, fence, "lease")),
    });
    this.#disclaim(owner, key);
  }

  /** Puts one in the line for a key that is locked, or makes it wait up to another time. */
  putWaiter(key: string, ticket: number, waiter: Waiter): void {
    const lease = this.dropWaiter(key, ticket);
    if (lease === undefined) return;
    this.change({
      locks: put(this.state.locks, key, { ...lease, line: put(lease.line, ticket, waiter) }),
      dues: put(this.state.dues, dueKey(waiter.until, ticket, "waiter"), { key, ticket }),
    });
    this.#claim(waiter.owner, key, ticket);
  }

  /** @returns the lease of the key, without the waiter. */
  dropWaiter(key: string, ticket: number): Lease | undefined {
    const lease = this.lease(key);
    const waiter = lease === undefined ? undefined : get(lease.line, ticket);
    if (lease === undefined || waiter === undefined) return lease;
    const rest = { ...lease, line: without(lease.line, ticket) };
    this.change({
      locks: put(this.state.locks, key, rest),
      dues: without(this.state.dues, dueKey(waiter.until, ticket, "waiter")),
    });
    this.#disclaim(waiter.owner, key);
    return rest;
  }

  /** Sets the timer to what falls due next, unless it rings before that anyhow. */
  setAlarm(): void {
    const [due] = first(this.state.dues) ?? [];
    if (due === undefined) return;
    const dueAt = timeOf(due);
    const { alarmAt } = this.state;
    if (alarmAt !== null && alarmAt <= dueAt) return;
    this.alarmAt = dueAt;
    this.change({ alarmAt: dueAt });
  }

  #claim(owner: string, key: string, ticket: number): void {
    const claims = get(this.state.claims, owner) ?? sorted<string, number>();
    this.change({ claims: put(this.state.claims, owner, put(claims, key, ticket)) });
  }

  #disclaim(owner: string, key: string): void {
    const claims = get(this.state.claims, owner);
    if (claims === undefined) return;
    const rest = without(claims, key);
    const { claims: all } = this.state;
    this.change({ claims: rest.size === 0 ? without(all, owner) : put(all, owner, rest) });
  }
}

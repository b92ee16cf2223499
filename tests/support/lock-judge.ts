/** A judge of locks who knows no more than what is said of them. */
import assert from "node:assert/strict";
import type { ContextFact } from "../../src/events/context/facts.ts";

type Fact<T extends ContextFact["type"]> = Extract<ContextFact, { readonly type: T }>;

export interface Held {
  readonly owner: string;
  readonly fence: number;
  readonly until: number;
}

/** Hears facts, and knows by them who holds what and who stands in line. */
export class LockJudge {
  readonly held = new Map<string, Held>();
  readonly lines = new Map<string, string[]>();
  #fence = 0;

  line(key: string): string[] {
    const line = this.lines.get(key) ?? [];
    this.lines.set(key, line);
    return line;
  }

  /** @throws where a fact breaks a law. */
  hear(fact: ContextFact, at: number): void {
    switch (fact.type) {
      case "context.updated":
        return;
      case "lock.acquired":
      case "lock.renewed":
        return this.#holds(fact, at);
      case "lock.denied":
        return assert.equal(this.held.get(fact.data.key)?.owner, fact.data.holder);
      case "lock.waiting":
        return this.#waits(fact.data, at);
      case "lock.deadlock":
        return this.#closes(fact.data, at);
      case "lock.expired":
      case "lock.released":
      case "lock.unlocked":
        return this.#loses(fact, at);
      case "lock.abandoned":
        return this.#leaves(fact.data);
    }
  }

  /** Whether one who waits for a key would wait for itself in the end. */
  wouldLoop(owner: string, key: string, at: number): boolean {
    const seen = new Set<string>();
    const next = this.ahead(key, this.line(key).length, at);
    for (const one of next) {
      if (one === owner) return true;
      if (seen.has(one)) continue;
      seen.add(one);
      for (const [of, line] of this.lines)
        if (line.includes(one)) next.push(...this.ahead(of, line.indexOf(one), at));
    }
    return false;
  }

  /** Who is in the way of a place in line. */
  ahead(key: string, place: number, at: number): string[] {
    const held = this.held.get(key);
    return [
      ...(held !== undefined && held.until > at ? [held.owner] : []),
      ...this.line(key).slice(0, place),
    ];
  }

  #holds({ type, data }: Fact<"lock.acquired" | "lock.renewed">, at: number): void {
    const { key, ...lease } = data;
    const before = this.held.get(key);
    if (type === "lock.renewed" || before?.owner === lease.owner)
      assert.deepEqual([before?.owner, before?.fence], [lease.owner, lease.fence]);
    else this.#given(data);
    assert(lease.until > at && lease.until >= (before?.until ?? 0));
    this.held.set(key, lease);
  }

  /** Nobody has it, and it is the next one's. */
  #given({ key, owner, fence }: Held & { readonly key: string }): void {
    assert.equal(this.held.get(key), undefined, "two owners");
    assert(fence > this.#fence, "a fence went back");
    this.#fence = fence;
    const line = this.line(key);
    if (line.length > 0) assert.equal(line.shift(), owner, "somebody pushed in");
  }

  #waits({ key, owner, place }: Fact<"lock.waiting">["data"], at: number): void {
    const [held, line] = [this.held.get(key), this.line(key)];
    assert(held !== undefined && held.owner !== owner, "it waits for nobody");
    if (!line.includes(owner)) {
      assert(!this.wouldLoop(owner, key, at), "a deadlock was missed");
      line.push(owner);
    }
    assert.equal(line.indexOf(owner) + 1, place);
  }

  #loses({ type, data }: Fact<"lock.expired" | "lock.released" | "lock.unlocked">, at: number): void {
    const held = this.held.get(data.key);
    assert.deepEqual([held?.owner, held?.fence], [data.owner, data.fence]);
    if (type === "lock.expired") assert((held?.until ?? Infinity) <= at, "it lapsed too early");
    this.held.delete(data.key);
  }

  #leaves({ key, owner }: Fact<"lock.abandoned">["data"]): void {
    const line = this.line(key);
    assert(line.includes(owner));
    line.splice(line.indexOf(owner), 1);
  }

  /** Each of a cycle waits for the next one. */
  #closes({ key, owner, cycle }: Fact<"lock.deadlock">["data"], at: number): void {
    assert(this.wouldLoop(owner, key, at), "there is no deadlock");
    assert.equal(cycle[0]?.owner, owner);
    cycle.forEach((one, index) => {
      const line = this.line(one.key);
      const place = index === 0 ? line.length : line.indexOf(one.owner);
      assert(place >= 0, "it does not wait");
      const next = cycle[index + 1]?.owner ?? owner;
      assert(this.ahead(one.key, place, at).includes(next), "the next one is not in its way");
    });
  }
}

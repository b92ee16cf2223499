/** Locks under whatever is asked of them (T-R4). */
import assert from "node:assert/strict";
import { fc, test } from "@fast-check/vitest";
import { describe } from "vitest";
import { HELD, type ContextState } from "../../src/machines/context/state.ts";
import { entries } from "../../src/machines/sorted.ts";
import { ContextWorld } from "../support/context-world.ts";
import { LockJudge } from "../support/lock-judge.ts";

type Op =
  | { readonly type: "ACQUIRE"; owner: string; key: string; ttlMs: number; waitMs: number }
  /** `lateness` 0 is the last fence that was given for the key. */
  | { readonly type: "RELEASE" | "RENEW"; owner: string; key: string; lateness: number }
  | { readonly type: "SET"; key: string; lateness: number | undefined }
  | { readonly type: "LEAVE"; owner: string; key: string }
  | { readonly type: "UNLOCK"; key: string }
  | Passing;
interface Passing {
  readonly type: "pass" | "sleep";
  readonly ms: number;
}

const owner = fc.constantFrom("A", "B", "C", "D", "E");
const key = fc.constantFrom("j", "k", "l", "m");
const ttlMs = fc.constantFrom(1, 100, 1_000, 50_000);
const waitMs = fc.constantFrom(0, 50, 1_000, 80_000, 80_000);
const ms = fc.constantFrom(0, 1, 99, 500, 2_000);
const lateness = fc.nat({ max: 2 });
const late = fc.option(lateness, { nil: undefined });
const weighted = (weight: number, arbitrary: fc.Arbitrary<Op>) => ({ weight, arbitrary });
const one = <const T extends string>(...types: readonly T[]) => fc.constantFrom(...types);
const op: fc.Arbitrary<Op> = fc.oneof(
  weighted(6, fc.record({ type: one("ACQUIRE"), owner, key, ttlMs, waitMs })),
  weighted(3, fc.record({ type: one("RELEASE", "RENEW"), owner, key, lateness })),
  weighted(2, fc.record({ type: one("SET"), key, lateness: late })),
  weighted(1, fc.record({ type: one("LEAVE"), owner, key })),
  weighted(1, fc.record({ type: one("UNLOCK"), key })),
  weighted(2, fc.record({ type: one("pass", "sleep"), ms })),
);

/** A world with its judge. */
class Trial {
  readonly world = new ContextWorld();
  readonly judge = new LockJudge();
  /** The fences of each key, the last first. */
  readonly #fences = new Map<string, number[]>();
  #heard = 0;

  do(op: Op): void {
    if (!("ms" in op)) this.#tell(op);
    else if (op.type === "pass") this.world.pass(op.ms);
    else this.world.at += op.ms; // no host lives: nothing rings
    this.hear();
    agrees(this.world.state);
  }

  hear(): void {
    const { facts, times } = this.world;
    for (const [index, fact] of facts.entries()) {
      if (index < this.#heard) continue;
      this.judge.hear(fact, times[index] ?? 0);
      if (fact.type === "lock.acquired")
        this.#fences.set(fact.data.key, [fact.data.fence, ...this.#known(fact.data.key)]);
    }
    this.#heard = facts.length;
  }

  #known(key: string): number[] {
    return this.#fences.get(key) ?? [];
  }

  #tell(op: Exclude<Op, Passing>): void {
    const late = "lateness" in op ? op.lateness : undefined;
    const fence = late === undefined ? undefined : (this.#known(op.key)[late] ?? 1);
    const { lateness: _, ...rest } = { lateness: 0, ...op };
    const said = this.world.tell({
      ...rest,
      ...(fence !== undefined && { fence }),
      ...(op.type === "SET" && { value: 1, by: "x" }),
      ...(op.type === "UNLOCK" && { by: "op" }),
    });
    if (op.type === "SET") this.#wrote("length" in said, op.key, fence);
  }

  /** T-R4: who wrote had the lock, or nobody has it; and who may write can. */
  #wrote(done: boolean, key: string, fence: number | undefined): void {
    this.hear();
    const held = this.judge.held.get(key);
    const live = held !== undefined && held.until > this.world.at ? held : undefined;
    if (done) assert.equal(fence, live?.fence, "a stale fence wrote");
    else if (live !== undefined) assert.notEqual(fence, live.fence, "its holder could not write");
    else assert(fence !== undefined || this.judge.line(key).length > 0, "a free key is not writable");
  }
}

/** The indexes say what the locks say. */
function agrees({ locks, claims, dues, alarmAt }: ContextState): void {
  const claimed: string[] = [];
  const due: string[] = [];
  for (const [key, { owner, until, line }] of entries(locks)) {
    claimed.push(`${owner} ${key} ${HELD}`);
    due.push(`${key} ${until}`);
    for (const [ticket, waiter] of entries(line)) {
      claimed.push(`${waiter.owner} ${key} ${ticket}`);
      due.push(`${key} ${waiter.until}`);
    }
  }
  const found = [...entries(claims)].flatMap(([owner, of]) =>
    [...entries(of)].map(([key, ticket]) => `${owner} ${key} ${ticket}`),
  );
  assert.deepEqual(found.toSorted(), claimed.toSorted());
  const dueFound = [...entries(dues)].map(([when, { key }]) => `${key} ${Number(when.slice(0, 16))}`);
  assert.deepEqual(dueFound.toSorted(), due.toSorted());
  const [earliest = Infinity] = [...entries(dues)].map(([when]) => Number(when.slice(0, 16)));
  assert(earliest === Infinity || (alarmAt !== null && alarmAt <= earliest), "nothing would ring");
}

describe("for whatever is asked of locks", () => {
  test.prop([fc.array(op, { maxLength: 80, size: "max" })], { numRuns: 100 })(
    "T-R4: never two owners, first come first served, fences grow, a stale one never writes, and deadlocks are found",
    (ops) => {
      const trial = new Trial();
      for (const op of ops) trial.do(op);
      trial.world.pass(1_000_000);
      trial.hear();
      const { locks, claims, dues } = trial.world.state;
      assert.deepEqual([locks.size, claims.size, dues.size], [0, 0, 0], "something never ended");
      assert.equal(trial.world.alarm, undefined);
    },
  );

  test.prop(
    [
      fc.integer({ min: 2, max: 12 }).chain((n) =>
        fc.record({
          n: fc.constant(n),
          waits: fc.array(fc.tuple(fc.nat({ max: n - 1 }), fc.nat({ max: n - 1 })), { maxLength: 60 }),
        }),
      ),
    ],
    { numRuns: 100 },
  )("T-R4: for every graph of waits, a cycle of any length is found and no other", ({ n, waits }) => {
    const trial = new Trial();
    const ask = (who: number, of: number, waitMs: number): void =>
      trial.do({ type: "ACQUIRE", owner: `o${who}`, key: `k${of}`, ttlMs: 50_000, waitMs });
    for (let i = 0; i < n; i++) ask(i, i, 0);
    for (const [who, of] of waits) ask(who, of, 80_000);
    for (let i = 0; i < n; i++) if (i + 1 < n) ask(i, i + 1, 80_000);
  });
});

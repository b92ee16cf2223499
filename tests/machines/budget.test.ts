/** Budgets: what is reserved and spent never passes a limit by a call or more, in any order of events. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { BudgetMessage, BudgetReply } from "../../src/events/agent/budget.ts";
import type { Budget, RunBudget } from "../../src/events/agent/limits.ts";
import { NOTHING, plus, type Spent } from "../../src/events/agent/spent.ts";
import { newPurse, type Purse, type Request } from "../../src/machines/budget/purse.ts";
import { DUE, step } from "../../src/machines/budget/steps.ts";

const spent = (tokens: number, rest: Partial<Spent> = {}): Spent => ({
  ...NOTHING,
  calls: 1,
  tokens,
  ...rest,
});

const reserve = (id: string, agent: string, most: Spent, leaseMs = 1_000): Request => ({
  type: "RESERVE",
  id,
  agent,
  to: `agent/r1:${id}`,
  most,
  leaseMs,
});

type Said = readonly string[];

/** The answers of a step: `GRANTED id`. */
function said(sends: ReturnType<typeof step>["sends"]): Said {
  return sends.map(({ event }) => {
    const reply = BudgetReply.parse(event);
    return `${reply.type.replace("BUDGET_", "")} ${reply.id}`;
  });
}

describe("the budget of a run", () => {
  it("takes no reservation from whom it could not answer", () => {
    const ask = reserve("a", "x", spent(1));
    expect(BudgetMessage.safeParse(ask).success).toBe(true);
    for (const to of ["", "nobody", "agent/", "agent/r 1"])
      expect(BudgetMessage.safeParse({ ...ask, to }).success).toBe(false);
  });

  it("grants what fits, lets wait what may fit later, and refuses what never will", () => {
    let purse = newPurse({ tokens: 100 });
    const take = (event: Parameters<typeof step>[1], at = 0): Said => {
      const done = step(purse, event, at);
      purse = done.purse;
      return said(done.sends);
    };
    expect(take(reserve("a", "x", spent(60)))).toEqual(["GRANTED a"]);
    expect(take(reserve("b", "y", spent(60)))).toEqual([]);
    expect(take(reserve("c", "y", spent(10)))).toEqual([]); // nobody gets ahead
    expect(take({ type: "SETTLE", id: "a", spent: spent(30) })).toEqual(["GRANTED b", "GRANTED c"]);
    expect(take(reserve("d", "y", spent(1)))).toEqual([]);
    expect(take({ type: "SETTLE", id: "b", spent: spent(90) })).toEqual(["REFUSED d"]);
    expect(take(reserve("e", "x", spent(1)))).toEqual(["REFUSED e"]);
  });

  it("an agent's own limit holds it up, and nobody else", () => {
    const limits = { tokens: 1_000, agents: { x: { calls: 1 } } };
    let { purse } = step(newPurse(limits), reserve("a", "x", spent(1)), 0);
    const later = step(purse, reserve("b", "x", spent(1)), 0);
    expect(said(later.sends)).toEqual([]);
    const other = step(later.purse, reserve("c", "y", spent(1)), 0);
    expect(said(other.sends)).toEqual(["GRANTED c"]);
    ({ purse } = other);
    const ended = step(purse, { type: "SETTLE", id: "a", spent: spent(1) }, 0);
    expect(said(ended.sends)).toEqual(["REFUSED b"]);
    expect(ended.facts.at(-1)?.data).toMatchObject({
      message: 'the budget of agent "x" is spent: 1 of 1 calls',
    });
  });

  it("a call that nobody settles lapses, and counts as the most it could cost", () => {
    const first = step(newPurse({ tokens: 100 }), reserve("a", "x", spent(70), 500), 1_000);
    expect(first.alarmAt).toBe(1_500);
    const lapsed = step(first.purse, { type: DUE }, 1_500);
    expect(lapsed.purse.spent.tokens).toBe(70);
    expect(lapsed.facts.map(({ type }) => type)).toEqual(["budget.lapsed"]);
    const late = step(lapsed.purse, { type: "SETTLE", id: "a", spent: spent(1) }, 1_600);
    expect(late.purse.spent.tokens).toBe(70);
  });

  it("who leaves the line is granted nothing, and holds nobody up", () => {
    let { purse } = step(newPurse({ tokens: 100 }), reserve("a", "x", spent(60)), 0);
    for (const [id, most] of [
      ["b", 60],
      ["c", 40],
    ] as const)
      ({ purse } = step(purse, reserve(id, "y", spent(most)), 0));
    const left = step(purse, { type: "SETTLE", id: "b", spent: NOTHING }, 0);
    expect(said(left.sends)).toEqual(["GRANTED c"]);
    expect(left.purse.spent).toEqual(NOTHING);
    const forged = step(left.purse, { type: "SETTLE", id: "__proto__", spent: spent(9) }, 0);
    expect(forged.purse).toEqual(left.purse);
  });

  test.prop([limits, limits, fc.array(event, { maxLength: 60 })], { numRuns: 300 })(
    "no limit is passed by a call or more; all that asked are answered or in line; nothing is counted twice",
    (run, own, events) => {
      const play = new Play({ ...run, agents: { x: own } });
      for (const next of events) {
        play.take(next);
        expect(play.purse.spent).toEqual(play.total);
        const waiting = play.purse.line.map(({ id }) => id);
        expect([...play.answered, ...waiting].toSorted()).toEqual([...play.asked.keys()].toSorted());
        // somebody is under way whenever somebody waits
        if (waiting.length > 0) expect(Object.keys(play.purse.reserved).length).toBeGreaterThan(0);
        expect(play.past(run, play.purse.spent)).toEqual([]);
        expect(play.past(own, play.purse.byAgent["x"] ?? NOTHING)).toEqual([]);
        expect(play.twice).toEqual([]);
      }
    },
  );
});

const amount = fc.record({
  tokens: fc.nat(100),
  money: fc.nat(5),
  actual: fc.double({ min: 0, max: 1, noNaN: true }),
});
const event = fc.oneof(
  fc.record({ type: fc.constant("ask" as const), agent: fc.constantFrom("x", "y"), amount }),
  fc.record({ type: fc.constant("end" as const), nth: fc.nat(20) }),
  fc.record({ type: fc.constant("wait" as const), ms: fc.nat(2_000) }),
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

const limits = fc.record(
  { calls: fc.nat(12), tokens: fc.nat(400), money: fc.nat(20) },
  { requiredKeys: [] },
);

/** A run whose calls cost some share of the most that they can. */
class Play {
  purse: Purse;
  total = NOTHING;
  readonly asked = new Map<string, { readonly most: Spent; readonly cost: Spent }>();
  readonly answered = new Set<string>();
  readonly twice: string[] = [];
  readonly #open = new Set<string>();
  #at = 0;

  constructor(given: RunBudget) {
    this.purse = newPurse(given);
  }

  take(next: Event): void {
    const { purse, facts, sends } = step(this.purse, this.#messageOf(next), this.#at);
    this.purse = purse;
    for (const { type, data } of facts)
      if (type === "budget.settled" || type === "budget.lapsed") {
        this.total = plus(this.total, data.spent);
        this.#open.delete(data.id);
      }
    for (const one of said(sends)) {
      const [what, id = ""] = one.split(" ");
      if (this.answered.has(id)) this.twice.push(id);
      this.answered.add(id);
      if (what === "GRANTED") this.#open.add(id);
    }
  }

  /** What is past a limit by a call or more. */
  past(limit: Budget, spentSoFar: Spent): readonly string[] {
    return (["calls", "tokens", "money"] as const).filter((part) => {
      const largest = Math.max(1, ...[...this.asked.values()].map(({ most }) => most[part]));
      return spentSoFar[part] > Math.max(0, (limit[part] ?? Infinity) - 1) + largest;
    });
  }

  #messageOf(next: Event): Parameters<typeof step>[1] {
    if (next.type === "ask") {
      const { tokens, money, actual } = next.amount;
      const most = spent(tokens, { money });
      const cost = spent(Math.floor(tokens * actual), { money: Math.floor(money * actual) });
      const id = `r${this.asked.size}`;
      this.asked.set(id, { most, cost });
      return reserve(id, next.agent, most);
    }
    if (next.type === "wait") {
      this.#at += next.ms;
      return { type: DUE };
    }
    const id = [...this.#open][next.nth % Math.max(1, this.#open.size)] ?? "nobody";
    return { type: "SETTLE", id, spent: this.asked.get(id)?.cost ?? NOTHING };
  }
}

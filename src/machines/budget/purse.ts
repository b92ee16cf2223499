/**
 * What a run has spent, what is reserved, and who waits. Pure.
 *
 * - A call is granted where all that is spent and reserved, and the most that it can cost, are
 *   within the limits, of the run and of its agent. So calls beside each other never pass them.
 * - Where nothing is reserved and something is left, one call is granted whatever it may cost: so
 *   limits are passed by less than one call.
 * - A call that might fit later waits; one that never will is refused.
 */
import type { Reserve } from "../../events/agent/budget.ts";
import type { Budget, RunBudget } from "../../events/agent/limits.ts";
import { NOTHING, plus, type Spent } from "../../events/agent/spent.ts";
import { entryOf } from "../../events/entry.ts";
import type { z } from "zod";

export type Request = z.infer<typeof Reserve>;

export interface Reservation {
  readonly agent: string;
  readonly most: Spent;
  /** Epoch ms: by then it has ended, whatever became of its agent. */
  readonly until: number;
}

export interface Purse {
  readonly limits: RunBudget;
  /** Limits that agents have by their definitions. */
  readonly own: Readonly<Record<string, Budget>>;
  readonly spent: Spent;
  readonly byAgent: Readonly<Record<string, Spent>>;
  readonly reserved: Readonly<Record<string, Reservation>>;
  /** In the order in which they asked. */
  readonly line: readonly Request[];
}

const PARTS = ["calls", "tokens", "money", "timeMs"] as const;
type Part = (typeof PARTS)[number];

export function newPurse(limits: RunBudget): Purse {
  return { limits, own: {}, spent: NOTHING, byAgent: {}, reserved: {}, line: [] };
}

/** One of the two that limit a call: the run, or its agent. */
interface Scope {
  readonly whose: string;
  readonly limit: Budget;
  readonly spent: Spent;
  readonly reserved: Spent;
}

/** All that is reserved, and each agent's part of it: added up once, not for each request. */
export interface Reserved {
  readonly all: Spent;
  readonly byAgent: Readonly<Record<string, Spent>>;
}

export function reservedIn({ reserved }: Purse): Reserved {
  const byAgent = new Map<string, Spent>();
  let all = NOTHING;
  for (const { agent, most } of Object.values(reserved)) {
    all = plus(all, most);
    byAgent.set(agent, plus(byAgent.get(agent) ?? NOTHING, most));
  }
  return { all, byAgent: Object.fromEntries(byAgent) };
}

/** With one call more. */
export function withCall({ all, byAgent }: Reserved, { agent, most }: Request): Reserved {
  const its = plus(entryOf(byAgent, agent) ?? NOTHING, most);
  return { all: plus(all, most), byAgent: { ...byAgent, [agent]: its } };
}

function scopesOf(purse: Purse, agent: string, reserved: Reserved): readonly [Scope, Scope] {
  const { limits, own, spent, byAgent } = purse;
  return [
    { whose: "the run", limit: limits, spent, reserved: reserved.all },
    {
      whose: `agent "${agent}"`,
      limit: entryOf(limits.agents ?? {}, agent) ?? entryOf(own, agent) ?? {},
      spent: entryOf(byAgent, agent) ?? NOTHING,
      reserved: entryOf(reserved.byAgent, agent) ?? NOTHING,
    },
  ];
}

/** What becomes of a request now. */
export type Decision =
  | { readonly type: "granted" }
  | { readonly type: "refused"; readonly message: string }
  /** `run`: nobody behind it gets ahead. */
  | { readonly type: "waits"; readonly run: boolean };

/** @param reserved as {@link reservedIn} has it of this purse. */
export function decide(purse: Purse, { agent, most }: Request, reserved: Reserved): Decision {
  const scopes = scopesOf(purse, agent, reserved);
  for (const scope of scopes) {
    const part = PARTS.find((one) => scope.spent[one] >= (scope.limit[one] ?? Infinity));
    if (part !== undefined) return { type: "refused", message: exhausted(scope, part) };
  }
  const [run, own] = scopes;
  if (!fits(run, most)) return { type: "waits", run: true };
  return fits(own, most) ? { type: "granted" } : { type: "waits", run: false };
}

function fits({ limit, spent, reserved }: Scope, most: Spent): boolean {
  if (reserved.calls === 0) return true;
  return PARTS.every((part) => spent[part] + reserved[part] + most[part] <= (limit[part] ?? Infinity));
}

const WORDS: Readonly<Record<Part, string>> = {
  calls: "calls",
  tokens: "tokens",
  money: "of money",
  timeMs: "ms",
};

function exhausted({ whose, spent, limit }: Scope, part: Part): string {
  return `the budget of ${whose} is spent: ${spent[part]} of ${limit[part] ?? 0} ${WORDS[part]}`;
}

export function granted(purse: Purse, { id, agent, most, leaseMs }: Request, at: number): Purse {
  const until = at + leaseMs;
  return { ...purse, reserved: { ...purse.reserved, [id]: { agent, most, until } } };
}

/** A reserved call has ended, and cost so much. */
export function settled(purse: Purse, id: string, spent: Spent): Purse {
  const { [id]: reservation, ...reserved } = purse.reserved;
  if (reservation === undefined) return purse;
  const { agent } = reservation;
  const its = plus(entryOf(purse.byAgent, agent) ?? NOTHING, spent);
  return {
    ...purse,
    reserved,
    spent: plus(purse.spent, spent),
    byAgent: { ...purse.byAgent, [agent]: its },
  };
}

/** When the next reservation lapses, epoch ms; undefined: there is none. */
export function nextLapse({ reserved }: Purse): number | undefined {
  const times = Object.values(reserved).map(({ until }) => until);
  return times.length === 0 ? undefined : Math.min(...times);
}

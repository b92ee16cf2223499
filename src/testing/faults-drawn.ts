/** Faults for a history, drawn within what the same history came by when nothing befell it. */
import { diceOf, type Dice } from "./dice.ts";
import type { History } from "./evidence.ts";
import { APPEND_FAULTS, CRASH_POINTS, type Fault, type Plan } from "./plan.ts";

/** What may befall the hosts and the log. */
export type FaultName = Fault["fault"];

/** Of one host, one after the other. */
const ALONE = [
  "crash",
  "kill",
  "close",
  "takeover",
  "append",
  "snapshot",
  "read",
  "clock",
  "again",
] as const satisfies readonly FaultName[];
/** Of hosts that share the log. */
const SHARED = ["join", "usurp", "members", "claim", "answer"] as const satisfies readonly FaultName[];

const MOST_FAULTS = 4;
/** Hosts that share a log look for each other each second: a clock that is a minute slow would fill a history. */
const CLOCKS_MS = [-60_000, -50, 50, 60_000];
const SHARED_CLOCKS_MS = [-6_000, -50, 50, 60_000];

/** @param calm the plan's history, without faults. */
export function withFaults(plan: Plan, calm: History, names: "all" | readonly FaultName[]): Plan {
  const dice = diceOf(plan.seed ^ 0x165667b1);
  const known: readonly FaultName[] = plan.settings.hosts === undefined ? ALONE : [...ALONE, ...SHARED];
  const among = names === "all" ? known : known.filter((name) => names.includes(name));
  if (among.length === 0) return plan;
  const drawn = Array.from({ length: 1 + dice.below(MOST_FAULTS) }, () =>
    drawFault(dice.of(among), dice, { plan, calm }),
  );
  return { ...plan, faults: drawn.filter((fault) => fault !== undefined) };
}

interface Within {
  readonly plan: Plan;
  readonly calm: History;
}

function drawFault(name: FaultName, dice: Dice, { plan, calm }: Within): Fault | undefined {
  const nth = (what: string): number => 1 + dice.below((calm.passed.get(what) ?? 0) + 2); // what is disturbed takes longer
  const turn = (): number => dice.below(calm.turns);
  switch (name) {
    case "crash": {
      const point = dice.of(CRASH_POINTS.filter((one) => calm.passed.has(one)));
      return { fault: name, point, nth: nth(point) };
    }
    case "kill":
    case "close":
    case "join":
      return { fault: name, turn: turn() };
    case "takeover":
      return { fault: name, turn: turn(), turns: 1 + dice.below(80) };
    case "usurp":
      return { fault: name, nth: nth(name), turns: 20 + dice.below(220) };
    case "append": {
      const times = dice.percent(15) ? 2 + dice.below(4) : 1;
      const how = dice.of(APPEND_FAULTS);
      return { fault: name, how, nth: nth(name), times, ms: 1 + dice.below(300) };
    }
    case "clock": {
      const by = plan.settings.hosts === undefined ? CLOCKS_MS : SHARED_CLOCKS_MS;
      return { fault: name, turn: turn(), byMs: dice.of(by) };
    }
    case "again":
      return againOf(plan, dice);
    case "snapshot":
    case "read":
    case "members":
    case "claim":
    case "answer":
      return { fault: name, nth: nth(name) };
  }
}

function againOf({ acts }: Plan, dice: Dice): Fault | undefined {
  const ids = acts.flatMap((act) => ("id" in act ? [act.id] : []));
  if (ids.length === 0) return undefined;
  return { fault: "again", id: dice.of(ids), waitMs: dice.of([0, 0, 5, 500]) };
}

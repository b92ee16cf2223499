/**
 * One history of a subject, judged: by the laws of the host, by a replay in another time, and
 * where it is asked for by living it again.
 */
import { kindsByName } from "../actors/kind.ts";
import { readingStepper } from "../actors/client.ts";
import { memoryLog } from "../events/log/memory.ts";
import type { SubjectDrama } from "./casting.ts";
import { diceOf } from "./dice.ts";
import type { History } from "./evidence.ts";
import { live } from "./history.ts";
import { judge } from "./judge.ts";
import { inOtherTime } from "./other-time.ts";
import { planOf, sharedPlanOf, type Plan } from "./plan.ts";
import { replayAll } from "./replayed.ts";
import type { Verdict } from "./simulation.ts";

/** Lives a plan and judges it. */
export type Trial = (plan: Plan) => Promise<Verdict>;

/**
 * How long actors stay in memory, ms. A host that has one looks at it as often, so that where time
 * is long this must be, too.
 */
const IDLE_MS = [300, 3_000, 3_600_000, 3_600_000];

/** The plan of a seed, in which nothing befalls anybody. */
export function calmPlan(seed: number, drama: SubjectDrama, hosts = 1): Plan {
  const isShared = hosts > 1;
  const plan = isShared ? sharedPlanOf(seed, drama.story) : planOf(seed, drama.story);
  const idleMs = diceOf(seed ^ 0x7feb352d).of(IDLE_MS);
  const settings = { ...plan.settings, idleMs, ...(isShared && { hosts }) };
  return { ...plan, faults: [], settings };
}

/** By all laws. */
export function trialOf(drama: SubjectDrama): Trial {
  return async (plan) => {
    const history = await live(plan, drama);
    const faults = await judge(history, drama, drama.laws);
    if (faults.length > 0) return { history, faults };
    return { history, faults: await faultsInOtherTime(history, drama) };
  };
}

/** The same, and one plan must be one history. */
export function trialTwice(drama: SubjectDrama): Trial {
  const trial = trialOf(drama);
  return async (plan) => {
    const { history, faults } = await trial(plan);
    if (faults.length > 0) return { history, faults };
    const differs = differenceOf(history, await live(plan, drama));
    return { history, faults: differs === undefined ? [] : [twice(differs)] };
  };
}

async function faultsInOtherTime(history: History, { kinds: list }: SubjectDrama): Promise<string[]> {
  const kinds = kindsByName(list);
  await using log = memoryLog({ store: history.store });
  const env = inOtherTime({ log, kinds, stepper: readingStepper(kinds) }, history.plan.seed);
  const faults: string[] = [];
  await replayAll(env, (text) => void faults.push(`${text} ${OTHER_TIME}`), history.left);
  return faults;
}

/** Behind what is told of a replay by another clock. */
export const OTHER_TIME =
  "(replayed with another clock and other chances; let the machine take the time from now(), and chance from events and input)";

/** Where two logs part, in words; undefined where they are the same. */
export function differenceOf(one: History, two: History): string | undefined {
  const [a, b] = [recordsOf(one), recordsOf(two)];
  const at = a.findIndex((text, index) => text !== b[index]);
  if (at === -1 && a.length === b.length) return undefined;
  const place = at === -1 ? a.length : at;
  return `record ${place + 1} of the log is ${a[place] ?? "not there"}, and then ${b[place] ?? "not there"}`;
}

function recordsOf({ store }: History): readonly string[] {
  return store.records.map(({ sealed, stream, seq }) => {
    return `${stream}#${seq} ${Buffer.from(sealed.data).toString()}`;
  });
}

function twice(differs: string): string {
  return (
    `the same plan gave two histories: ${differs} ` +
    "(the machine, its schemas, its actions or the answers ask the clock, chance, or something that outlives a history)"
  );
}

/**
 * What a drill does, made from its seed alone: the commands of its history, and where each life
 * of the host ends.
 *
 * - 1. The same seed gives the same history and the same plan, in parent and child alike.
 * - 2. A command's id is its idempotency key: every life sends the whole history again.
 */
import { diceOf, type Dice } from "../../src/testing/dice.ts";

/** Where a life may end: the host's own points, and some that the drill adds around it. */
const POINTS = [
  { point: "after-append", most: 30 },
  { point: "before-effect", most: 40 },
  { point: "after-effect", most: 40 },
  { point: "in-activity", most: 6 },
  { point: "during-snapshot", most: 8 },
  /** The log was asked to append, and has not answered. */
  { point: "in-append", most: 30 },
  /** A timer was armed and has not fired. */
  { point: "timer-pending", most: 10 },
  /** In the middle of an activity's work. */
  { point: "mid-activity", most: 6 },
  /** The outside world has the activity's result, the log has not. */
  { point: "activity-over", most: 6 },
  /** The host is closed, not killed, after so many answers. */
  { point: "closed", most: 12 },
  { point: "before-append", most: 30 },
  { point: "before-answer", most: 40 },
] as const;

export type DrillPoint = (typeof POINTS)[number]["point"];

/** The end of one life: at the nth time that it comes by a point. */
export interface Crash {
  readonly point: DrillPoint;
  readonly nth: number;
}

export type DeskCommand =
  | {
      readonly type: "JOB";
      readonly n: number;
      readonly restMs: number;
      readonly workMs: number;
      readonly coolMs: number;
      /** What each attempt at the work comes to; the last holds for all further ones. */
      readonly fates: readonly Fate[];
    }
  | { readonly type: "TELL"; readonly n: number }
  | { readonly type: "LATER"; readonly n: number; readonly delayMs: number }
  | { readonly type: "DROP" | "CANCEL" | "RING"; readonly n: number }
  | { readonly type: "TEMP"; readonly n: number; readonly ms: number }
  | { readonly type: "BALL"; readonly n: number; readonly left: number };
export type WorkerCommand =
  | { readonly type: "PING"; readonly k: number }
  | { readonly type: "HURRY" | "AGAIN" };
export type Fate = "works" | "fails" | "hangs";

export type Step =
  | { readonly to: `desk/${string}`; readonly start: true }
  | { readonly to: `desk/${string}`; readonly id: string; readonly send: DeskCommand }
  | { readonly to: `worker/${string}`; readonly id: string; readonly send: WorkerCommand };

/** Steps that are asked for at once, then a pause. */
export interface Burst {
  readonly steps: readonly Step[];
  readonly pauseMs: number;
}

export interface Drill {
  readonly seed: number;
  readonly bursts: readonly Burst[];
  /** One for each life but the last. */
  readonly crashes: readonly Crash[];
  /** Kill the server when the nth answer of this life has come (JetStream). */
  readonly serverKills: readonly { readonly life: number; readonly answer: number }[];
}

export function drillOf(seed: number): Drill {
  const dice = diceOf(seed);
  const crashes = Array.from({ length: 2 + dice.below(3) }, () => crashOf(dice));
  const serverKills = Array.from({ length: dice.below(4) }, () => ({
    life: 1 + dice.below(crashes.length + 1),
    answer: 1 + dice.below(12),
  }));
  return { seed, crashes, serverKills, bursts: burstsOf(dice) };
}

function crashOf(dice: Dice): Crash {
  const { point, most } = dice.of(POINTS);
  return { point, nth: 1 + dice.below(most) };
}

function burstsOf(dice: Dice): Burst[] {
  const roots = Array.from({ length: 1 + dice.below(3) }, (_, index) => `r${index}`);
  const jobs = new Map(roots.map((root) => [root, 0]));
  const bursts: Burst[] = [
    { steps: roots.map((root) => ({ to: `desk/${root}`, start: true })), pauseMs: 0 },
  ];
  let ids = 0;
  for (let left = 12 + dice.below(18); left > 0;) {
    const steps: Step[] = [];
    for (let size = 1 + dice.below(7); size > 0 && left > 0; size--, left--)
      steps.push(stepOf(dice, dice.of(roots), jobs, `c${ids++}`));
    bursts.push({ steps, pauseMs: dice.below(3) === 0 ? 1 + dice.below(30) : 0 });
  }
  return bursts;
}

// oxlint-disable-next-line max-params -- the four things that make a step
function stepOf(dice: Dice, root: string, jobs: Map<string, number>, id: string): Step {
  const n = jobs.get(root) ?? 0;
  const any = dice.below(Math.max(n, 1));
  const what = dice.below(100);
  if (n === 0 || what < 40) {
    jobs.set(root, n + 1);
    return { to: `desk/${root}`, id, send: jobOf(dice, n) };
  }
  if (what < 55) return { to: `desk/${root}`, id, send: { type: "TELL", n: Number(id.slice(1)) } };
  if (what < 68) {
    const send = { type: "LATER", n: Number(id.slice(1)), delayMs: 1 + dice.below(60) } as const;
    return { to: `desk/${root}`, id, send };
  }
  if (what < 76) return { to: `desk/${root}`, id, send: { type: "DROP", n: any } };
  const to = `worker/${root}:w${any}` as const;
  if (what < 86) return { to, id, send: { type: "PING", k: Number(id.slice(1)) } };
  return { to, id, send: { type: dice.of(["HURRY", "AGAIN", "AGAIN"]) } };
}

function jobOf(dice: Dice, n: number): DeskCommand {
  const fates = Array.from({ length: dice.below(4) }, () =>
    dice.of<Fate>(["works", "fails", "fails", "hangs"]),
  );
  return {
    type: "JOB",
    n,
    restMs: dice.below(40),
    workMs: dice.below(25),
    coolMs: 1 + dice.below(20),
    fates: [...fates, dice.below(4) === 0 ? "fails" : "works"],
  };
}

/**
 * What a simulation does, as data: the user's acts, and the faults that befall host and log.
 * It is made from a seed, and a failing one is shrunk by leaving things out.
 *
 * 1. One seed, one plan; one plan, one history.
 * 2. Faults are placed by counting: what comes too late to be reached does not happen.
 */
import type { CrashPoint } from "../actors/runtime.ts";
import type { Json } from "../events/json.ts";
import { diceOf, type Dice } from "./dice.ts";

/** Something that the user asks for, so long after the act before it. */
export type Act = {
  readonly waitMs: number;
  readonly to: string;
  /** Only once everything before it is answered. */
  readonly patient?: true;
} & (
  | { readonly start: Json | undefined }
  /** The id is the idempotency key. */
  | { readonly id: string; readonly send: { readonly type: string; readonly [key: string]: Json } }
  | { readonly id: string; readonly stop: true }
  /** Looks at the actor's state. */
  | { readonly look: true }
);

/** What may become of an append. */
export const APPEND_FAULTS = [
  /** Written, but the host is told that nobody knows. */
  "lost-ack",
  /** Written at once, acknowledged late. */
  "late-ack",
  /** Not written, and the host is told that nobody knows. */
  "unknown",
  /** Written late, after the host was told that nobody knows. */
  "late-write",
  /** Waits before it is written. */
  "slow",
  /** Surely not written. */
  "failed",
] as const;
export type AppendFault = (typeof APPEND_FAULTS)[number];

export const CRASH_POINTS = [
  "before-append",
  "after-append",
  "before-effect",
  "after-effect",
  "before-answer",
  "in-activity",
  "during-snapshot",
] as const satisfies readonly CrashPoint[];

export type Fault =
  /** The host dies at the nth time that any host comes by this point. */
  | { readonly fault: "crash"; readonly point: CrashPoint; readonly nth: number }
  /** The host dies between two turns. */
  | { readonly fault: "kill"; readonly turn: number }
  /** The host is closed in good order, and another one opened. */
  | { readonly fault: "close"; readonly turn: number }
  /**
   * Another host becomes the owner; the old one does not know, and goes on for so many turns. Of
   * hosts that share the log one loses one of its partitions.
   */
  | { readonly fault: "takeover"; readonly turn: number; readonly turns: number }
  /** The same at the nth append, of hosts that share the log: who appends loses the partition. */
  | { readonly fault: "usurp"; readonly nth: number; readonly turns: number }
  /** One host more comes to those that share the log. */
  | { readonly fault: "join"; readonly turn: number }
  /** The nth time that a host asks for the others, or tells of itself, the log cannot be reached. */
  | { readonly fault: "members"; readonly nth: number }
  /** The nth time that a partition is claimed, the host does not hear that it has it. */
  | { readonly fault: "claim"; readonly nth: number }
  /** The nth answer of one host to another is lost. */
  | { readonly fault: "answer"; readonly nth: number }
  /** The nth append, and those right behind it. */
  | {
      readonly fault: "append";
      readonly how: AppendFault;
      readonly nth: number;
      readonly times: number;
      readonly ms: number;
    }
  /** The nth time that a snapshot is stored or fetched, the store fails. */
  | { readonly fault: "snapshot"; readonly nth: number }
  /** The nth time that the log is read, it cannot be reached. */
  | { readonly fault: "read"; readonly nth: number }
  /** The host's clock is set, forward or back. */
  | { readonly fault: "clock"; readonly turn: number; readonly byMs: number }
  /** The user sends a command of this id once more. */
  | { readonly fault: "again"; readonly id: string; readonly waitMs: number };

/** How long who shares a log is known, and owns, after it died, ms. */
export const LEASE_MS = 5_000;

export interface Settings {
  readonly snapshotEvery: number;
  readonly checkpointEvery: number;
  readonly idleMs: number;
  readonly loadedLimit: number;
  readonly mailboxLimit: number;
  readonly partitions: number;
  /** So many hosts share the log. Default: one after another has all of it. */
  readonly hosts?: number;
  /** First come, first served, instead of by the dice. */
  readonly fair: boolean;
}

export interface Plan {
  readonly seed: number;
  readonly settings: Settings;
  readonly acts: readonly Act[];
  readonly faults: readonly Fault[];
}

/** What the acts of a seed are: the part of a plan that its machines decide. */
export type Story = (dice: Dice) => readonly Act[];

/** @param story makes the acts. */
export function planOf(seed: number, story: Story): Plan {
  const dice = diceOf(seed);
  const acts = story(dice);
  const settings = { ...settingsOf(seed, dice), partitions: 1 + dice.below(2), fair: false };
  const faults = Array.from({ length: dice.below(6) }, () => faultOf(dice, acts));
  return { seed, settings, acts, faults };
}

/** The plan of hosts that share the log. */
export function sharedPlanOf(seed: number, story: Story): Plan {
  const dice = diceOf(seed);
  const acts = story(dice);
  const settings = {
    ...settingsOf(seed, dice),
    partitions: dice.of([2, 3, 4, 4, 4]),
    hosts: 2 + dice.below(2),
    fair: false,
  };
  const faults = Array.from({ length: dice.below(7) }, () =>
    dice.percent(40) ? sharedFault(dice) : later(faultOf(dice, acts)),
  );
  return { seed, settings, acts, faults };
}

function settingsOf(seed: number, dice: Dice): Omit<Settings, "partitions" | "fair"> {
  return {
    snapshotEvery: dice.of([3, 8, 1000]),
    checkpointEvery: dice.of([5, 4096, 4096, 4096]),
    idleMs: dice.of([30, 300, 3000, 3000]),
    loadedLimit: seed % 4 === 0 ? 2 : 10_000,
    mailboxLimit: dice.of([2, 1000, 1000]),
  };
}

/** Several hosts take more turns for the same. */
const MORE_TURNS = 1.5;

/** Hosts look for each other each second, so that a clock which is a minute slow would fill a history. */
const MOST_BACK_MS = 6_000;

function later(fault: Fault): Fault {
  if (!("turn" in fault)) return fault;
  const turn = Math.floor(fault.turn * MORE_TURNS);
  if (fault.fault !== "clock") return { ...fault, turn };
  return { ...fault, turn, byMs: Math.max(fault.byMs, -MOST_BACK_MS) };
}

function sharedFault(dice: Dice): Fault {
  const turn = dice.below(REACH.turn * MORE_TURNS);
  switch (dice.below(8)) {
    case 0:
    case 1:
      return { fault: "join", turn };
    case 2:
      return { fault: "takeover", turn, turns: 1 + dice.below(120) };
    case 3:
    case 4:
      return { fault: "usurp", nth: 1 + dice.below(REACH.append), turns: 20 + dice.below(220) };
    case 5:
      return { fault: "members", nth: 1 + dice.below(REACH.members) };
    case 6:
      return { fault: "claim", nth: 1 + dice.below(REACH.claim) };
    default:
      return { fault: "answer", nth: 1 + dice.below(REACH.answer) };
  }
}

/** So often an append, a turn or a point comes by in a history of usual length. */
const REACH = { turn: 400, append: 45, snapshot: 30, read: 25, members: 60, claim: 10, answer: 20 };
const POINT_REACH: Readonly<Record<CrashPoint, number>> = {
  "before-append": 45,
  "after-append": 45,
  "before-effect": 30,
  "after-effect": 30,
  "before-answer": 60,
  "in-activity": 8,
  "during-snapshot": 20,
};

function faultOf(dice: Dice, acts: readonly Act[]): Fault {
  const turn = dice.below(REACH.turn);
  switch (dice.below(12)) {
    case 0:
    case 1:
    case 2: {
      const point = dice.of(CRASH_POINTS);
      return { fault: "crash", point, nth: 1 + dice.below(POINT_REACH[point]) };
    }
    case 3:
      return { fault: "kill", turn };
    case 4:
      return { fault: "takeover", turn, turns: 1 + dice.below(80) };
    case 5:
      return dice.percent(50)
        ? { fault: "close", turn }
        : { fault: "read", nth: 1 + dice.below(REACH.read) };
    case 6:
      return { fault: "clock", turn, byMs: dice.of([-60_000, -50, 50, 60_000]) };
    case 7:
      return { fault: "snapshot", nth: 1 + dice.below(REACH.snapshot) };
    case 8:
    case 9:
      return againOf(dice, acts) ?? { fault: "kill", turn };
    default:
      return appendFault(dice);
  }
}

function againOf(dice: Dice, acts: readonly Act[]): Fault | undefined {
  const ids = acts.flatMap((act) => ("id" in act ? [act.id] : []));
  if (ids.length === 0) return undefined;
  return { fault: "again", id: dice.of(ids), waitMs: dice.of([0, 0, 5, 500]) };
}

function appendFault(dice: Dice): Fault {
  const times = dice.percent(15) ? 2 + dice.below(8) : 1;
  const nth = 1 + dice.below(REACH.append);
  return { fault: "append", how: dice.of(APPEND_FAULTS), nth, times, ms: 1 + dice.below(300) };
}

/**
 * What befalls a cluster, its hosts and their connections, made from a seed and a duration alone.
 *
 * - 1. The same seed, duration and shape give the same plan.
 * - 2. One target has one fault at a time; different targets may suffer at once.
 * - 3. However short it is, as many kinds of faults as fit come before any comes again.
 */
import { diceOf, type Dice } from "../../src/testing/dice.ts";

export type Direction = "up" | "down" | "both";

/** What happens to one target, so long after the start. */
export type Fault = { readonly atMs: number; readonly forMs: number } & (
  | { readonly fault: "kill host" | "close host"; readonly host: number }
  /** SIGSTOP, then SIGCONT: an owner that sleeps and does not know it. */
  | { readonly fault: "stop host"; readonly host: number }
  /** Its connections break, and none is taken. */
  | { readonly fault: "cut"; readonly link: number }
  | { readonly fault: "delay"; readonly link: number; readonly byMs: number }
  /** Bytes are accepted and not passed on; in the end they arrive late, or the connections break. */
  | {
      readonly fault: "half-open";
      readonly link: number;
      readonly direction: Direction;
      readonly end: "late" | "reset";
    }
  | { readonly fault: "kill server"; readonly server: number }
  /** The server stands still again and again, as behind a disk that does not answer. */
  | { readonly fault: "slow server"; readonly server: number; readonly pulseMs: number }
);

export interface Shape {
  readonly servers: number;
  readonly hosts: number;
  /** Connections that can be disturbed: those of the hosts, then those of the clients. */
  readonly links: number;
  readonly leaseMs: number;
}

export interface Plan extends Shape {
  readonly seed: number;
  /** How long faults begin. */
  readonly seconds: number;
  readonly faults: readonly Fault[];
  /** By how much the clock of each host is wrong, ms. */
  readonly skewsMs: readonly number[];
}

/** A fault's kind, and what it needs of its target and its time. */
type Maker = (dice: Dice, at: { readonly atMs: number; readonly plan: Shape }) => Fault;

const between = (dice: Dice, least: number, most: number): number =>
  least + dice.below(most - least + 1);

/** Pause between the beginnings of two faults, ms. */
const LEAST_PAUSE_MS = 150;
const MOST_PAUSE_MS = 900;

/** A clock that is further off is no clock for timers. */
const MOST_SKEW_MS = 500;
const FAR_OFF_PERCENT = 30;

const MAKERS: readonly Maker[] = [
  (dice, { atMs, plan }) => ({
    fault: "kill host",
    atMs,
    host: dice.below(plan.hosts),
    forMs: between(dice, 0, 800),
  }),
  (dice, { atMs, plan }) => ({
    fault: "stop host",
    atMs,
    host: dice.below(plan.hosts),
    forMs: between(dice, plan.leaseMs / 2, plan.leaseMs * 3),
  }),
  (dice, { atMs, plan }) => ({
    fault: "kill server",
    atMs,
    server: dice.below(plan.servers),
    forMs: between(dice, 0, 1_500),
  }),
  (dice, { atMs, plan }) => ({
    fault: "half-open",
    atMs,
    link: dice.below(plan.links),
    direction: dice.of(["up", "down", "both"]),
    end: dice.of(["late", "reset"]),
    forMs: between(dice, 200, plan.leaseMs * 2),
  }),
  (dice, { atMs, plan }) => ({
    fault: "cut",
    atMs,
    link: dice.below(plan.links),
    forMs: between(dice, 0, plan.leaseMs * 2),
  }),
  (dice, { atMs, plan }) => ({
    fault: "delay",
    atMs,
    link: dice.below(plan.links),
    byMs: between(dice, 5, 300),
    forMs: between(dice, 500, 3_000),
  }),
  (dice, { atMs, plan }) => ({
    fault: "slow server",
    atMs,
    server: dice.below(plan.servers),
    pulseMs: between(dice, 50, 500),
    forMs: between(dice, 300, 2_000),
  }),
  (dice, { atMs, plan }) => ({
    fault: "close host",
    atMs,
    host: dice.below(plan.hosts),
    forMs: between(dice, 0, 800),
  }),
];

export function planOf(seed: number, seconds: number, shape: Shape): Plan {
  const dice = diceOf(seed);
  const skewsMs = skewsOf(dice, shape.hosts);
  return { seed, seconds, ...shape, skewsMs, faults: faultsOf(dice, seconds * 1000, shape) };
}

/** Most clocks are a little off; of three or more, in some storms, one is far off. */
function skewsOf(dice: Dice, hosts: number): readonly number[] {
  const skews = Array.from({ length: hosts }, (_, n) => [0, 200, -200][n % 3] ?? 0);
  if (hosts >= 3 && dice.percent(FAR_OFF_PERCENT))
    skews[0] = dice.of([-1, 1]) * between(dice, 3_000, 60_000);
  return shuffled(dice, skews);
}

/** Whether a host whose clock is so far off must own nothing. */
export function isFarOff(skewMs: number): boolean {
  return Math.abs(skewMs) > MOST_SKEW_MS;
}

function faultsOf(dice: Dice, untilMs: number, shape: Shape): Fault[] {
  const faults: Fault[] = [];
  const freeAt = new Map<string, number>();
  let deck: Maker[] = [];
  for (
    let atMs = LEAST_PAUSE_MS;
    atMs < untilMs;
    atMs += between(dice, LEAST_PAUSE_MS, MOST_PAUSE_MS)
  ) {
    if (deck.length === 0) deck = shuffled(dice, MAKERS);
    const fault = deck.pop()?.(dice, { atMs, plan: shape });
    if (fault === undefined || (freeAt.get(targetOf(fault)) ?? 0) > atMs) continue;
    freeAt.set(targetOf(fault), atMs + fault.forMs + LEAST_PAUSE_MS);
    faults.push(fault);
  }
  return faults;
}

/** What a fault befalls, by name. */
export function targetOf(fault: Fault): string {
  if ("host" in fault) return `host ${fault.host}`;
  return "link" in fault ? `link ${fault.link}` : `server ${fault.server}`;
}

function shuffled<TItem>(dice: Dice, items: readonly TItem[]): TItem[] {
  const left = [...items];
  return items.flatMap(() => left.splice(dice.below(left.length), 1));
}

/** A plan, one fault a line. */
export function planText({ skewsMs, faults }: Plan): string {
  const lines = faults.map((fault) => {
    const { atMs, forMs, fault: what, ...rest } = fault;
    const how = Object.entries(rest).map(([key, value]) => ` ${key} ${value}`);
    return `  ${(atMs / 1000).toFixed(2).padStart(7)} s  ${what},${how.join(",")}, for ${forMs} ms`;
  });
  return [`  clocks off by ${skewsMs.join(", ")} ms`, ...lines].join("\n");
}

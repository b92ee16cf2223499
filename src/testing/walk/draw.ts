/** One move, drawn among those that can happen in a place. */
import fc, { type Arbitrary, type Random, type Value } from "fast-check";
import type { Answer } from "../subject.ts";
import { echoed, knownIn, openings, type Said } from "./echo.ts";
import { dueIn, openIn, type Move } from "./move.ts";
import { takes } from "./offers.ts";
import { move, type Moved, type Place } from "./place.ts";
import type { Stage } from "./stage.ts";

export interface Drawn {
  readonly move: Move;
  /** Plainer ones of the same sort. */
  readonly smaller: () => Iterable<Drawn>;
}

export interface Draw {
  readonly random: Random;
  readonly bias: number | undefined;
}

/** Events that are made before one is taken that is refused. */
const TRIES = 12;
/** Of so many, one is sent whether the actor takes it or not. */
const STRAY = 8;
const WAITS_MS = [1, 1_000, 60_000, 3_600_000, 86_400_000];
const FAILED: Arbitrary<Answer> = fc.constant({ error: new Error("it failed") });

/** Undefined where nothing can happen any more. */
export function drawn(stage: Stage, place: Place, draw: Draw): Drawn | undefined {
  if (place.fold.state.snapshot.status !== "active") return undefined;
  const sorts: readonly (readonly [weight: number, draw: () => Drawn | undefined])[] = [
    [likelihoodOf(stage, place), () => sent(stage, place, draw)],
    [stage.messages === undefined ? 0 : 3, () => heard(stage, place, draw)],
    [openIn(place).length === 0 ? 0 : 4, () => ended(stage, place, draw)],
    [dueIn(place).length === 0 ? 0 : 2, () => fired(place, draw)],
  ];
  const sum = sorts.reduce((all, [weight]) => all + weight, 0);
  if (sum === 0) return undefined;
  let left = draw.random.nextInt(1, sum);
  const chosen = sorts.find(([weight]) => (left -= weight) <= 0);
  return chosen?.[1]() ?? sent(stage, place, draw);
}

/** Where nothing from outside is taken, something is sent now and then. */
function likelihoodOf({ events, stepper }: Stage, { fold }: Place): number {
  if (events === undefined) return 0;
  return stepper.accepts(fold.identity, fold.state).length === 0 ? 1 : 4;
}

function sent(stage: Stage, place: Place, draw: Draw): Drawn | undefined {
  const { events } = stage;
  return events && said(stage, place, { ...draw, events, does: "send" });
}

function heard(stage: Stage, place: Place, draw: Draw): Drawn | undefined {
  const { messages } = stage;
  return messages && said(stage, place, { ...draw, events: messages, does: "hear" });
}

interface Saying extends Draw {
  readonly events: Arbitrary<unknown>;
  readonly does: Said["does"];
}

/** Mostly something that the actor takes here. */
function said(stage: Stage, place: Place, saying: Saying): Drawn {
  const { random, bias, events } = saying;
  const stray = random.nextInt(1, STRAY) === 1;
  for (let tries = 1; ; tries++) {
    const made = events.generate(random, bias);
    const one = worded(stage, place, { ...saying, made });
    if (stray || tries === TRIES) return one;
    if (isOpen(stage, place, made.value) && isTaken(move(stage, place, one.move))) return one;
  }
}

function isTaken({ outcome, record }: Moved): boolean {
  return outcome === "failed" || (outcome === "recorded" && record?.body["handled"] !== false);
}

function worded(
  stage: Stage,
  place: Place,
  { events, made, does, ...draw }: Saying & { readonly made: Value<unknown> },
): Drawn {
  const plain = (event: unknown): Said =>
    does === "send" ? { does, event } : { does, event: event as { readonly type: string } }; // as its arbitrary says
  const word = plain(made.value);
  const other = draw.random.nextInt(1, 3) === 1 ? echo(stage, place, word, draw) : undefined;
  if (other === undefined) return shrinking(events, made, plain, waitOf(draw));
  return { move: other, smaller: () => [shrinking(events, made, plain, 0)] };
}

function echo(stage: Stage, place: Place, word: Said, { random }: Draw): Said | undefined {
  const opening = oneOf(openings(word.event), random);
  if (opening === undefined) return undefined;
  const known = knownIn(place).filter((one) => typeof one === typeof opening[1]);
  const one = oneOf(known, random);
  return one === undefined ? undefined : echoed(stage, word, opening, one);
}

/** A quick look at the types that have a transition here. */
function isOpen(stage: Stage, place: Place, event: unknown): boolean {
  const { type } = Object(event) as { readonly type?: unknown }; // whatever it is
  return takes(stage, place, String(type));
}

/** Undefined where what was to end hangs. */
function ended({ answers }: Stage, place: Place, draw: Draw): Drawn | undefined {
  const child = oneOf(openIn(place), draw.random);
  if (child === undefined) return undefined;
  const values = answers.get(child.src) ?? FAILED;
  const made = values.generate(draw.random, draw.bias);
  const plain = (answer: Answer): Move | undefined =>
    answer === "hangs" ? undefined : { does: "end", child: child.address, answer };
  return shrinking(values, made, plain, waitOf(draw));
}

function fired(place: Place, { random }: Draw): Drawn | undefined {
  const timer = oneOf(dueIn(place), random);
  return timer && { move: { does: "fire", timer: timer.name }, smaller: () => [] };
}

function oneOf<T>(list: readonly T[], random: Random): T | undefined {
  return list.length === 0 ? undefined : list[random.nextInt(0, list.length - 1)];
}

function waitOf({ random }: Draw): number {
  return random.nextInt(1, 3) === 1 ? (oneOf(WAITS_MS, random) ?? 0) : 0;
}

type Plain<T, TMove> = (value: T) => TMove;

/** A move whose event or answer shrinks as its arbitrary says; and it happens at once. */
function shrinking<T, TMove extends Move | undefined>(
  values: Arbitrary<T>,
  made: Value<T>,
  plain: Plain<T, TMove>,
  waitMs: number,
): TMove extends undefined ? Drawn | undefined : Drawn;
function shrinking<T>(
  values: Arbitrary<T>,
  made: Value<T>,
  plain: Plain<T, Move | undefined>,
  waitMs: number,
): Drawn | undefined {
  const one = plain(made.value);
  if (one === undefined) return undefined;
  return {
    move: waitMs === 0 ? one : { ...one, waitMs },
    *smaller() {
      const now = waitMs === 0 ? undefined : shrinking(values, made, plain, 0);
      if (now !== undefined) yield now;
      for (const other of values.shrink(made.value, made.context)) {
        const less = shrinking(values, other, plain, waitMs);
        if (less !== undefined) yield less;
      }
    },
  };
}

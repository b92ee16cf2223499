/** What comes to a subject from outside: values of its arbitraries, by the dice of a history. */
import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import type { Json } from "../events/json.ts";
import { eventsOf, inputOf } from "./arbitrary/events-of.ts";
import type { Dice } from "./dice.ts";
import type { Subject } from "./subject.ts";

export interface Stimuli {
  readonly input: Arbitrary<unknown>;
  readonly events: Arbitrary<unknown>;
}

/** What a subject leaves out, its kind's schemas say. */
export function stimuliOf({ kind, input, events }: Subject): Stimuli {
  return { input: input ?? inputOf(kind), events: events ?? eventsOf(kind) };
}

/** A value by the dice: the same dice, the same value. */
export function draw<T>(from: Arbitrary<T>, dice: Dice): T {
  const [value] = fc.sample(from, { numRuns: 1, seed: dice.below(2 ** 31) });
  return value as T; // there is one
}

/** As a plan holds it: what JSON leaves out is not there. */
export function plain(value: unknown): Json | undefined {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as Json); // it was JSON
}

/** Values that say less than this one, the least first; none where the arbitrary cannot tell. */
export function simpler(from: Arbitrary<unknown>, value: unknown): readonly unknown[] {
  if (!from.canShrinkWithoutContext(value)) return [];
  return [...from.shrink(value, undefined).take(MOST_SIMPLER)].map(({ value: one }) => one);
}

const MOST_SIMPLER = 12;

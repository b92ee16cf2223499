/** What comes to a subject from outside: values of its arbitraries, by the dice of a history. */
import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import type { AnyKind } from "../actors/kind.ts";
import { TroupeError } from "../errors.ts";
import type { Json } from "../events/json.ts";
import type { Dice } from "./dice.ts";
import type { Subject } from "./subject.ts";

/** What a kind's own schemas allow. */
export interface Schemas {
  readonly eventsOf: (kind: AnyKind) => Arbitrary<unknown>;
  readonly inputOf: (kind: AnyKind) => Arbitrary<unknown>;
}

export interface Stimuli {
  readonly input: Arbitrary<unknown>;
  readonly events: Arbitrary<unknown>;
}

const REQUIRED: Schemas = {
  eventsOf({ kind }) {
    throw unsaid(kind, "events");
  },
  inputOf({ kind, input }) {
    if (input === undefined) return fc.constant(undefined);
    throw unsaid(kind, "input");
  },
};

/** @param schemas for what the subject leaves out. */
export function stimuliOf({ kind, input, events }: Subject, schemas: Schemas = REQUIRED): Stimuli {
  return { input: input ?? schemas.inputOf(kind), events: events ?? schemas.eventsOf(kind) };
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

function unsaid(kind: string, what: "events" | "input"): TroupeError {
  return new TroupeError("USAGE", `nothing is known of the ${what} of kind "${kind}"`, {
    hint: `Give the subject \`${what}\`, an arbitrary of fast-check.`,
    data: { kind, what },
  });
}

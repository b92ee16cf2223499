/** Small machines as data, so that they can be generated, and changed in one place. */
import fc from "fast-check";
import { assign, setup } from "xstate";
import { z } from "zod";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import type { KindCode } from "../../src/actors/versions.ts";

const STATES = ["a", "b", "c"] as const;
const TYPES = ["X", "Y", "Z"] as const;

/** What a state makes of an event: where it goes (or stays), and what it adds. */
export interface Arrow {
  readonly from: (typeof STATES)[number];
  readonly type: (typeof TYPES)[number];
  readonly to: (typeof STATES)[number] | null;
  readonly adds: number;
}
/** At most one arrow for each state and event. */
export type SmallSpec = readonly Arrow[];

export const smallSpec: fc.Arbitrary<SmallSpec> = fc.uniqueArray(
  fc.record({
    from: fc.constantFrom(...STATES),
    type: fc.constantFrom(...TYPES),
    to: fc.constantFrom(null, ...STATES),
    adds: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 9, selector: ({ from, type }) => from + type },
);
export const smallHistory = fc.array(fc.record({ type: fc.constantFrom(...TYPES) }), { maxLength: 8 });

export function smallMachine(spec: SmallSpec) {
  const stateOf = (name: string) => ({
    on: Object.fromEntries(
      spec
        .filter(({ from }) => from === name)
        .map(({ type, to, adds }) => [
          type,
          { ...(to !== null && { target: to }), actions: { type: "add", params: adds } as const },
        ]),
    ),
  });
  return setup({
    types: { context: {} as { readonly n: number } },
    actions: { add: assign({ n: ({ context }, by: number) => context.n + by }) },
  }).createMachine({
    id: "small",
    context: { n: 0 },
    initial: "a",
    states: { a: stateOf("a"), b: stateOf("b"), c: stateOf("c") },
  });
}

export function smallKind(
  spec: SmallSpec,
  {
    version = "1",
    previous = [],
  }: { readonly version?: string; readonly previous?: readonly KindCode[] } = {},
): AnyKind {
  const events = z.looseObject({ type: z.string() });
  return defineKind({ kind: "small", version, machine: smallMachine(spec), events, previous });
}

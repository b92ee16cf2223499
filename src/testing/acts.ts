/** What a user does with subjects: starts them, sends what their arbitraries make, stops some, looks at them. */
import type { Arbitrary } from "fast-check";
import type { Dice } from "./dice.ts";
import type { Act, Story } from "./plan.ts";
import { draw, plain, simpler, type Stimuli } from "./stimuli.ts";

export interface Told extends Stimuli {
  readonly kind: string;
}

/** Between two acts, ms. */
const WAITS = [0, 0, 0, 1, 5, 20, 100, 400, 2_000, 60_000];
const NAMES = ["a", "b"];

type Send = Extract<Act, { readonly send: unknown }>["send"];

interface Root extends Told {
  readonly to: string;
}

/** @param acts beside the starts. */
export function storyOf(told: readonly Told[], { acts }: { readonly acts?: number } = {}): Story {
  return (dice) => {
    const roots = told.flatMap((one) => {
      const names = NAMES.slice(0, 1 + dice.below(2));
      return names.map((name): Root => ({ ...one, to: `${one.kind}/${name}` }));
    });
    const starts = roots.map(({ to, input }): Act => ({
      waitMs: 0,
      to,
      start: plain(draw(input, dice)),
    }));
    const length = acts ?? 4 + dice.below(11);
    return [...starts, ...Array.from({ length }, (_, n) => actOf(dice, dice.of(roots), n))];
  };
}

function actOf(dice: Dice, { to, events }: Root, n: number): Act {
  const own = { waitMs: dice.of(WAITS), to, ...(n === 0 && { patient: true as const }) }; // all are there
  const what = dice.below(100);
  if (what < 6) return { ...own, look: true };
  if (what < 9) return { ...own, id: `c${n}`, stop: true };
  return { ...own, id: `c${n}`, send: plain(draw(events, dice)) as Send }; // the border says whether it is one
}

/** The same act with less in it, for shrinking. */
export function simplerActs(told: readonly Told[]): (act: Act) => readonly Act[] {
  return (act) => {
    const known = told.find(({ kind }) => act.to.startsWith(`${kind}/`));
    if (known === undefined) return [];
    if ("send" in act)
      return less(known.events, act.send).map((send) => ({ ...act, send: send as Send }));
    return "start" in act ? less(known.input, act.start).map((start) => ({ ...act, start })) : [];
  };
}

function less(from: Arbitrary<unknown>, value: unknown) {
  return simpler(from, value).map((one) => plain(one));
}

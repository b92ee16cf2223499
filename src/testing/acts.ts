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
/** Of a hundred acts, so many start one more. */
const MORE = 12;

type Send = Extract<Act, { readonly send: unknown }>["send"];

interface Root extends Told {
  readonly to: string;
}

export interface StoryOptions {
  /** Acts of a history beside the first starts. Default: 4 to 14, by the dice. */
  readonly acts?: number;
  /** Actors of each subject that are started at most: `KIND/1`, `KIND/2`, … Default 4. */
  readonly roots?: number;
}

export function storyOf(told: readonly Told[], { acts, roots: most = 4 }: StoryOptions = {}): Story {
  return (dice) => {
    const roots: Root[] = [];
    const startOf = (one: Told): Act => {
      const to = `${one.kind}/${1 + roots.filter(({ kind }) => kind === one.kind).length}`;
      roots.push({ ...one, to });
      return { waitMs: 0, to, start: plain(draw(one.input, dice)) };
    };
    const all: Act[] = told.map(startOf);
    const length = acts ?? 4 + dice.below(11);
    for (let n = 0; n < length; n++) all.push(moreOf() ?? actOf(dice, rootOf(dice, roots), n));
    return all;

    function moreOf(): Act | undefined {
      if (!dice.percent(MORE)) return undefined;
      const one = dice.of(told);
      return roots.filter(({ kind }) => kind === one.kind).length < most ? startOf(one) : undefined;
    }
  };
}

/** The last one rather than those before, which may have ended. */
function rootOf(dice: Dice, roots: readonly Root[]): Root {
  return dice.of(dice.percent(50) ? roots.slice(-1) : roots);
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

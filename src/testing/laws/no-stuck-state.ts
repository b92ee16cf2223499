/**
 * `noStuckState`: wherever an actor stands that has not ended, something can happen that changes it:
 * an event from outside, a word of another actor, a timer, or the end of what it has running.
 */
import fc from "fast-check";
import type { StateValue } from "xstate";
import type { AnyKind } from "../../actors/kind.ts";
import { statusOf } from "../../actors/fold.ts";
import { partsOf } from "../../replay/machine-parts.ts";
import { assertAnswered } from "../answers-of.ts";
import { foundIn } from "../paths/paths-of.ts";
import { openIn, type Move } from "../walk/move.ts";
import { offersOf, samplesOf, takes, type Samples } from "../walk/offers.ts";
import { move, type Moved, type Place } from "../walk/place.ts";
import { stageOf, type Stage, type Tested } from "../walk/stage.ts";
import { stopsOf, type Walk } from "../walk/walks.ts";
import { brokenLaw, hold, type LawOptions } from "./law.ts";
import { inPlaceIn } from "./mutation.ts";
import { stateText, type Broken } from "./report.ts";
import { meantBy, usage } from "../usage.ts";

export interface StuckOptions extends LawOptions {
  /** States in which an actor may stand for ever: values, or names in them. Default: none. */
  readonly except?: readonly string[];
  /** States whose shortest paths are tried before histories are drawn: see `limit` of {@link pathsOf}. Default 200. */
  readonly limit?: number;
}

/** Samples of each type of event, and how many more are tried before a place is said to be stuck. */
const EACH = 5;
const MORE = 300;

/**
 * Holds a machine to having a way on from wherever it can stand: over the shortest paths to its states,
 * then over random histories.
 *
 *     it("is never stuck", () => noStuckState(order));
 *
 * What the world may say is sampled: a way that only a very special event opens may be missed. Name
 * such a state in `except`, or give `events` that open it.
 *
 * @throws {@link TroupeError} `LAW_BROKEN` with the history that leads there; `USAGE` where `except`
 * names what is no state, or what is waited for has no answer; `ARBITRARY_FAILED`.
 */
export async function noStuckState<TKind extends AnyKind>(
  tested: Tested<TKind>,
  options: StuckOptions = {},
): Promise<void> {
  const {
    except = [],
    seed = fc.readConfigureGlobal()?.seed ?? 1,
    folder = "temp",
    limit = 200,
  } = options;
  const stage = stageOf(tested);
  assertAnswered(stage.kind, stage.answers);
  assertStates(stage.kind, except);
  const samples = samplesOf(stage, { seed, each: EACH });
  const judge = judgeOf(samples, { except, seed });
  for (const { walk } of foundIn(stage, { seed, samples: EACH, limit })) {
    const broken = judge(stage, walk);
    if (broken !== undefined)
      throw await brokenLaw("noStuckState", stage, { walk, broken, again: { seed }, folder });
  }
  await hold("noStuckState", tested, options, judge);
}

interface Search {
  readonly except: readonly string[];
  readonly seed: number;
}

/** It remembers what led on from a state: that is tried first where the state is met again. */
function judgeOf(samples: Samples, search: Search): (stage: Stage, walk: Walk) => Broken | undefined {
  const led = new Map<string, Move>();
  return (stage, walk) => {
    const changing = inPlaceIn(stage, walk); // it ends by that, and every state behind it is missed
    if (changing !== undefined) return changing;
    for (const { moved } of stopsOf(stage, walk)) {
      const { place } = moved;
      if (place === undefined) continue;
      if (statusOf(place.fold) !== "active" || isExcept(place, search.except)) continue;
      const way = wayOn(stage, place, { samples, seed: search.seed, first: led.get(stateText(place)) });
      if (way === undefined) return stuck(stage, place, samples);
      led.set(stateText(place), way);
    }
    return undefined;
  };
}

/** A state value as text, or a name in one. */
function assertStates({ kind, machine }: AnyKind, except: readonly string[]): void {
  const known = [...partsOf(machine).states.values()].map(({ key }) => key);
  for (const one of except) {
    if (known.includes(one) || isValue(machine, one)) continue;
    throw usage(`kind "${kind}" has no state "${one}", which \`except\` names`, {
      hint: meantBy(one, known, `Name one of its states: ${known.slice(1).join(", ")}.`),
      data: { kind, state: one, known },
    });
  }
}

/** As the report of this law writes those that have parts: `{"a":"b"}`. */
function isValue(machine: AnyKind["machine"], text: string): boolean {
  try {
    return stateTextOf(machine, JSON.parse(text)) === text;
  } catch {
    return false;
  }
}

function stateTextOf(machine: AnyKind["machine"], value: StateValue): string {
  return JSON.stringify(machine.resolveState({ value, context: {} }).value);
}

function isExcept(place: Place, except: readonly string[]): boolean {
  const state = stateText(place);
  return except.some((one) => one === state || state.includes(`"${one}"`));
}

/** A move that changes something here; undefined where none is found. */
function wayOn(
  stage: Stage,
  place: Place,
  {
    samples,
    seed,
    first,
  }: { readonly samples: Samples; readonly seed: number; readonly first: Move | undefined },
): Move | undefined {
  const leads = (one: Move): boolean => changes(stage, place, move(stage, place, one));
  if (first !== undefined && leads(first)) return first;
  for (const one of offersOf(stage, place, samples)) if (leads(one)) return one;
  if (stage.events === undefined) return undefined;
  const types = new Set([...samples.events.keys()].filter((type) => takes(stage, place, type)));
  if (types.size === 0) return undefined;
  const more = fc.sample(stage.events, { numRuns: MORE, seed: seed + 1 });
  return more.map((event): Move => ({ does: "send", event })).find(leads);
}

/** Whether a move leads to another state, context, or anything else that runs or is armed. */
function changes({ stepper }: Stage, before: Place, { outcome, place }: Moved): boolean {
  if (outcome !== "recorded" || place === undefined) return false;
  const looks = (one: Place): string =>
    JSON.stringify([
      stepper.hash(one.fold.state, []),
      [...one.fold.timers.keys()].sort(),
      openIn(one).map(({ address }) => address),
    ]);
  return looks(before) !== looks(place);
}

function stuck(stage: Stage, place: Place, samples: Samples): Broken {
  const taken = [...samples.events.keys()].filter((type) => takes(stage, place, type));
  const why =
    taken.length === 0
      ? "it takes no event"
      : `${taken.join(", ")} ${taken.length === 1 ? "changes" : "change"} nothing`;
  return {
    what: `nothing leads on from state "${stateText(place)}": ${why}, and no timer or activity does`,
    at: `state ${stateText(place)}`,
    hint: 'Give the state a way out, make it `type: "final"`, or name it in `except`.',
  };
}

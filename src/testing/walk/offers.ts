/**
 * What could happen to an actor where it stands, out of some samples of what the world may say: the
 * same samples, the same moves, so that a search meets the same states again.
 */
import fc, { type Arbitrary } from "fast-check";
import type { Answer } from "../subject.ts";
import { echoed, knownIn, openings, type Said } from "./echo.ts";
import { dueIn, openIn, type Move } from "./move.ts";
import { START, type Place } from "./place.ts";
import type { Stage } from "./stage.ts";

export interface Samples {
  readonly inputs: readonly unknown[];
  /** By type. */
  readonly events: ReadonlyMap<string, readonly unknown[]>;
  readonly messages: readonly { readonly type: string }[];
  /** By `src`. */
  readonly answers: ReadonlyMap<string, readonly Answer[]>;
}

/** Events that are looked through for samples of each type. */
const LOOKED_THROUGH = 300;
/** Words that are made to name something known, and how many come of them, for each type of event. */
const ECHOED = 4;
const MOST_ECHOES = 24;
const FAILURE: Answer = { error: new Error("it failed") };

/** @param each samples of each type of event and of each answer; of the input twice as many. */
export function samplesOf(
  stage: Stage,
  { seed, each }: { readonly seed: number; readonly each: number },
): Samples {
  const some = <T>(values: Arbitrary<T>, numRuns: number): readonly T[] =>
    fc.sample(values, { seed, numRuns });
  const events = new Map<string, unknown[]>();
  for (const event of stage.events === undefined ? [] : some(stage.events, LOOKED_THROUGH)) {
    const { type } = Object(event) as { readonly type?: unknown }; // it has passed its schema
    const same = events.get(String(type)) ?? [];
    events.set(String(type), same);
    same.push(event);
  }
  return {
    inputs: distinct(some(stage.input, 10 * each), 2 * each),
    events: new Map([...events].map(([type, all]) => [type, distinct(all, each)])),
    messages: distinct(stage.messages === undefined ? [] : some(stage.messages, 20 * each), 4 * each),
    answers: new Map(
      [...stage.answers].map(([src, all]) => [src, distinct(some(all, 10 * each), each)]),
    ),
  };
}

/** Values that differ, those first that differ in more than a letter or a digit. */
function distinct<T>(values: readonly T[], most: number): readonly T[] {
  const sorts = new Map<string, T>();
  const rest = new Map<string, T>();
  for (const value of values) {
    const sort = JSON.stringify(value, roughly) ?? "";
    if (sorts.has(sort)) rest.set(JSON.stringify(value, plain) ?? "", value);
    else sorts.set(sort, value);
  }
  return [...sorts.values(), ...rest.values()].slice(0, most);
}

function plain(_key: string, value: unknown): unknown {
  return value instanceof Error ? { error: value.message } : value;
}

/** Of a number its sign and size, and whether it lies before the start of a walk; of a text whether it has one letter, some or none. */
function roughly(key: string, value: unknown): unknown {
  if (typeof value === "number")
    return `${value < 0} ${String(Math.trunc(value)).length} ${value < START}`;
  if (typeof value === "string" && key !== "type") return Math.min(value.length, 2);
  return plain(key, value);
}

/** All that could happen next, the likeliest to matter first. */
export function* offersOf(
  stage: Stage,
  place: Place,
  samples: Samples,
): Generator<Move, void, undefined> {
  for (const { name } of dueIn(place)) yield { does: "fire", timer: name };
  yield* endsIn(place, samples);
  for (const [type, events] of samples.events)
    if (takes(stage, place, type)) yield* withEchoes(stage, place, events.map(sending));
  const heard = samples.messages.filter(({ type }) => takes(stage, place, type));
  yield* withEchoes(stage, place, heard.map(hearing));
}

const sending = (event: unknown): Said => ({ does: "send", event });
const hearing = (event: { readonly type: string }): Said => ({ does: "hear", event });

function* endsIn(place: Place, { answers }: Samples): Generator<Move, void, undefined> {
  for (const { address, src } of openIn(place))
    for (const answer of answers.get(src) ?? [FAILURE])
      if (answer !== "hangs") yield { does: "end", child: address, answer };
}

/** Whether a type has a transition here: guards may speak against it. */
export function takes({ stepper }: Stage, { fold }: Place, type: string): boolean {
  const open = stepper.accepts(fold.identity, fold.state);
  return open.some((each) => each === type || each.endsWith("*"));
}

/** Words, and those that name what the actor knows. */
function* withEchoes(
  stage: Stage,
  place: Place,
  words: readonly Said[],
): Generator<Said, void, undefined> {
  yield* words;
  const known = knownIn(place);
  let left = MOST_ECHOES;
  for (const word of words.slice(0, ECHOED))
    for (const opening of openings(word.event))
      for (const one of known) {
        const other = left > 0 ? echoed(stage, word, opening, one) : undefined;
        if (other === undefined) continue;
        left--;
        yield other;
      }
}

/** From subjects to what a simulation plays: kinds, a world that answers, acts of a user, and what is judged. */
import { parseInput, parseOutside, kindNamed, kindsByName, type AnyKind } from "../actors/kind.ts";
import { readingStepper } from "../actors/client.ts";
import { parseAddress } from "../events/address.ts";
import { answering, actionText, type Answering, type AnsweringOptions } from "./answering.ts";
import type { AsRead } from "./check-answers.ts";
import { answersOf, assertAnswered } from "./answers-of.ts";
import { checkInPlace } from "./check-in-place.ts";
import { simplerActs, storyOf, type StoryOptions } from "./acts.ts";
import type { Act } from "./plan.ts";
import type { Drama } from "./simulation.ts";
import { stimuliOf } from "./stimuli.ts";
import type { Subject } from "./subject.ts";

/** What is tested: a kind, one with what is said to it, or several together. */
export type Given<TKind extends AnyKind = AnyKind> =
  | TKind
  | Subject<TKind>
  | { readonly cast: readonly (AnyKind | Subject)[] };

export interface CastingOptions extends AnsweringOptions, StoryOptions {
  /** So many hosts share the log. Default: one after another has all of it. */
  readonly hosts?: number;
}

export interface SubjectDrama extends Drama {
  readonly outside: Answering;
  readonly subjects: readonly Subject[];
  /** Acts that say less, for shrinking. */
  readonly simpler: (act: Act) => readonly Act[];
}

export function subjectsOf(given: Given): readonly Subject[] {
  if ("cast" in given) return given.cast.flatMap((one) => subjectsOf(one));
  return ["machine" in given ? { kind: given } : given];
}

/** @throws {@link TroupeError} `USAGE` where `answers` names what nothing is called, or something that is waited for has none. */
export function dramaOf(subjects: readonly Subject[], options: CastingOptions = {}): SubjectDrama {
  const kinds = [...new Set(subjects.flatMap(({ kind, beside = [] }) => [kind, ...beside]))];
  const answered = subjects.map((subject) => ({
    kind: subject.kind,
    answers: answersOf({ ...subject, beside: kinds }),
  }));
  const all = new Map(answered.flatMap(({ answers }) => [...answers]));
  for (const { kind } of answered) assertAnswered(kind, all, true);
  const outside = answering(answered, options);
  const told = subjects.map((subject) => ({ kind: subject.kind.kind, ...stimuliOf(subject) }));
  return {
    name: subjects.map(({ kind }) => kind.kind).join("+"),
    simpler: simplerActs(told),
    kinds,
    outside,
    subjects,
    standIns: outside,
    free: true,
    story: storyOf(told, options),
    laws: { actionName, asRead: asReadBy(kinds), own: checkInPlace },
    shared: (options.hosts ?? 1) > 1,
  };
}

const actionName: Drama["laws"]["actionName"] = (address, effect, id) =>
  effect.type === "action" ? actionText(address, id, effect.name) : undefined;

/** As the kinds' schemas read it, and records hold it. */
function asReadBy(list: readonly AnyKind[]): AsRead {
  const kinds = kindsByName(list);
  const stepper = readingStepper(kinds);
  return (act) => {
    const kind = kindNamed(kinds, parseAddress(act.to).kind);
    if ("send" in act) return stepper.encode(parseOutside(kind, act.send), "event");
    const input = "start" in act ? parseInput(kind, act.start) : undefined;
    return input === undefined ? undefined : stepper.encode(input, "input");
  };
}

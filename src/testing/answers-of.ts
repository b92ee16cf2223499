/**
 * What activities and children of a subject come to: as it says, else as `answers` of its kind says.
 *
 * 1. A name that none of its machines has is an error: what it says would never be asked for.
 * 2. Where a machine waits for the output of something that can only fail, that is an error, too:
 *    nothing behind its `onDone` would be tested.
 */
import fc, { type Arbitrary } from "fast-check";
import type { AnyStateMachine } from "xstate";
import type { AnyKind } from "../actors/kind.ts";
import { childLogic, isMachine } from "../actors/xstate/logic.ts";
import type { TroupeError } from "../errors.ts";
import { partsOf } from "../replay/machine-parts.ts";
import { arbitraryOf } from "./arbitrary/arbitrary-of.ts";
import type { Answer, Subject } from "./subject.ts";
import { meantBy, usage } from "./usage.ts";

export type Answers = ReadonlyMap<string, Arbitrary<Answer>>;

/** What fails with no words of its own. */
const FAILS: Answer = { error: new Error("it failed") };

/** @throws {@link TroupeError} `USAGE` for a name that nothing has; `ARBITRARY_FAILED`. */
export function answersOf({ kind, beside = [], answers = {} }: Subject): Answers {
  const known = startedBy([kind, ...beside]);
  for (const src of Object.keys(answers)) if (!known.has(src)) throw unknown(kind, src, [...known]);
  const own = sourcesOf(kind.machine);
  const told = Object.entries(kind.answers ?? {}).filter(
    ([src]) => answers[src] === undefined && own.includes(src),
  );
  const byKind = told.map(([src, schema]) => {
    const done = arbitraryOf(schema).map((made): Answer => ({ output: schema.parse(made) }));
    return [src, fc.oneof(done, fc.constant(FAILS))] as const;
  });
  return new Map([...byKind, ...Object.entries(answers)]);
}

/** Names of all that the machines of these kinds start, their children's too. */
export function startedBy(kinds: readonly AnyKind[]): ReadonlySet<string> {
  return new Set(kinds.flatMap(({ machine }) => machinesIn(machine)).flatMap(sourcesOf));
}

/**
 * @param run whether children that are machines are run, so that only activities are answered.
 * @throws {@link TroupeError} `USAGE` naming the first that is waited for and can only fail.
 */
export function assertAnswered(kind: AnyKind, answers: Answers, run = false): void {
  for (const { state, src } of waitsIn(kind.machine))
    if (!answers.has(src) && (!run || machineIn(kind.machine, src) === undefined))
      throw unanswered(kind, state, src);
}

/** The first that is waited for and has no answer, as a hint; undefined where all have. */
export function missingIn({ machine }: AnyKind, answers: Answers): string | undefined {
  const missing = waitsIn(machine).find(({ src }) => !answers.has(src));
  return missing && hintFor(missing.src);
}

/** Invokes whose output is waited for. */
function waitsIn(
  machine: AnyStateMachine,
): readonly { readonly state: string; readonly src: string }[] {
  return [...partsOf(machine).states].flatMap(([state, { invoke, transitions }]) =>
    invoke
      .filter(({ id }) => transitions.has(`xstate.done.actor.${id}`))
      .map((invoke) => ({ state, src: sourceOf(invoke) })),
  );
}

/** Names under which a machine starts something. */
function sourcesOf(machine: AnyStateMachine): readonly string[] {
  const nodes = [...partsOf(machine).states.values()];
  const invoked = nodes.flatMap(({ invoke }) => invoke.map(sourceOf));
  return [...new Set([...invoked, ...Object.keys(machine.implementations.actors)])];
}

/** As a text: XState names what is written where it is invoked. */
function sourceOf({ src }: { readonly src: unknown }): string {
  return typeof src === "string" ? src : "";
}

/** A machine and those that it starts, all the way down. */
function machinesIn(machine: AnyStateMachine, known = new Set<AnyStateMachine>()): AnyStateMachine[] {
  if (known.has(machine)) return [];
  known.add(machine);
  const below = sourcesOf(machine).flatMap((src) => machineIn(machine, src) ?? []);
  return [machine, ...below.flatMap((one) => machinesIn(one, known))];
}

/** Undefined where it is none, or only its name is known. */
function machineIn(machine: AnyStateMachine, src: string): AnyStateMachine | undefined {
  try {
    const logic = childLogic(machine, src);
    return isMachine(logic) ? logic : undefined;
  } catch {
    return undefined;
  }
}

function unknown({ kind }: AnyKind, src: string, known: readonly string[]): TroupeError {
  const listed = known.length === 0 ? "it starts nothing" : `it has ${known.join(", ")}`;
  return usage(`\`answers\` names "${src}", which no machine of kind "${kind}" starts`, {
    hint: meantBy(src, known, `Name what its machine invokes or spawns: ${listed}.`),
    data: { kind, src, known },
  });
}

function unanswered({ kind }: AnyKind, state: string, src: string): TroupeError {
  return usage(
    `nothing says what "${src}" answers, so it only fails: \`onDone\` in state ${state} of kind "${kind}" would not be tested`,
    { hint: hintFor(src), data: { kind, state, src } },
  );
}

function hintFor(src: string): string {
  const name = /^[A-Za-z_$][\w$]*$/.test(src) ? `answers.${src}` : `answers[${JSON.stringify(src)}]`;
  return `Give ${name} of the subject: an arbitrary of { output }, { error } or "hangs".`;
}

/** Where an actor is tested without a host: its kind, the machinery that steps it, and what the world may say. */
import type { Arbitrary } from "fast-check";
import { readingStepper } from "../../actors/client.ts";
import { kindsByName, type AnyKind, type Kinds } from "../../actors/kind.ts";
import type { Stepper } from "../../actors/xstate/contract.ts";
import type { RecordedEvent } from "../../events/record.ts";
import { eventsOf, inputOf } from "../arbitrary/events-of.ts";
import { answersOf, type Answers } from "../answers-of.ts";
import type { Subject } from "../subject.ts";

export interface Stage {
  readonly kind: AnyKind;
  readonly kinds: Kinds;
  /** Steps twice, and freezes contexts and events: what tells an impure machine. */
  readonly stepper: Stepper;
  readonly address: `${string}/${string}`;
  readonly input: Arbitrary<unknown>;
  /** Undefined where it takes none from outside. */
  readonly events: Arbitrary<unknown> | undefined;
  readonly messages: Arbitrary<{ readonly type: string }> | undefined;
  readonly answers: Answers;
  /** Events of the subject as the border has read them: each is sent in many places. */
  readonly read: WeakMap<object, RecordedEvent>;
}

/** A kind alone, or one with what the world around it may say. */
export type Tested<TKind extends AnyKind = AnyKind> = TKind | Subject<TKind>;

export function subjectOf(tested: Tested): Subject {
  return isSubject(tested) ? tested : { kind: tested };
}

function isSubject(tested: Tested): tested is Subject {
  return typeof tested.kind === "object";
}

/** @throws {@link TroupeError} `USAGE` where `answers` names what nothing is called; `ARBITRARY_FAILED`. */
export function stageOf(tested: Tested): Stage {
  const subject = subjectOf(tested);
  const { kind, beside = [], input, events, messages } = subject;
  const kinds = kindsByName([kind, ...beside]);
  return {
    kind,
    kinds,
    stepper: readingStepper(kinds, true),
    address: `${kind.kind}/kit`,
    input: input ?? inputOf(kind),
    events: events ?? (kind.events._zod.def.type === "never" ? undefined : eventsOf(kind)),
    messages,
    answers: answersOf(subject),
    read: new WeakMap(),
  };
}

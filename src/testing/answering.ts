/**
 * The world outside a subject's machines: each activity is answered as the subject says, after a
 * while of the simulation's time, and each custom action is noted, then run.
 *
 * 1. The same history, activity and attempt get the same answer, whatever else happens.
 * 2. One that was left may answer all the same, late: nothing may come of that (A6).
 * 3. Its timeout, heartbeat and retries are the activity's own.
 */
import {
  fromCallback,
  fromEventObservable,
  fromObservable,
  type AnyActorLogic,
  type EventObject,
} from "xstate";
import { activity } from "../actors/activity.ts";
import type { StandInAttempt, StandIns } from "../actors/stand-ins.ts";
import { parseAddress } from "../events/address.ts";
import { fnv1a } from "../events/fnv.ts";
import { diceOf } from "./dice.ts";
import type { Enterable, World } from "./outside.ts";
import { draw } from "./stimuli.ts";
import type { AnyKind } from "../actors/kind.ts";
import type { Answers } from "./answers-of.ts";
import { working, type Hearer, type Planned, type Working } from "./working.ts";

/** Whether activities that were left answer nevertheless. */
export type Lateness = "never" | "sometimes" | "always";

export interface Answering extends Enterable, StandIns {
  silent(): ReadonlySet<string>;
  /** Answers that came, in the present history, although nobody waited any more. */
  readonly late: number;
}

/** A kind, and what it starts comes to. */
export interface Answered {
  readonly kind: AnyKind;
  readonly answers: Answers;
}

export interface AnsweringOptions {
  /** Names of custom actions that are noted, and not run. */
  readonly mute?: readonly string[];
  /** Default "sometimes". */
  readonly late?: Lateness;
}

/** How long work takes, ms; and where all of it is to be late. */
const WHILES = [0, 0, 5, 20, 60, 300, 2_000];
const LONG = [1, 5, 20, 100, 400, 2_000];
/** Of a hundred, where some are late. */
const LATE = 25;

export function answering(
  subjects: readonly Answered[],
  { mute = [], late = "sometimes" }: AnsweringOptions = {},
): Answering {
  let world: World | undefined;
  let works: Working | undefined;
  const views = new Map<string, { readonly life: number; readonly open: () => number }>();
  const here = (): World => {
    if (world === undefined) throw new Error("no history runs");
    return world;
  };
  return {
    enter(next) {
      world = next;
      works = working(next);
      views.clear();
    },
    silent: () => works?.silent() ?? new Set(),
    get late() {
      return works?.late ?? 0;
    },
    open(address) {
      const last = views.get(address);
      return last !== undefined && here().turns.lives(last.life) ? last.open() : undefined;
    },
    moved(address, { seq, snapshot, open }) {
      const { turns, show } = here();
      show({ address, from: seq, to: seq, snapshot });
      views.set(address, { life: turns.life, open });
    },
    action({ address, id, name, run }) {
      const { turns, tip, note } = here();
      note({
        life: turns.life,
        what: "acted",
        action: actionText(address, id, name),
        tip: tip(address),
      });
      if (!mute.includes(name)) run();
    },
    activity(attempt) {
      const { seed } = here();
      const { idempotencyKey, fence, child } = attempt;
      const dice = diceOf(fnv1a(`${seed} ${idempotencyKey} ${fence.epoch} ${fence.attempt}`));
      const ms = dice.of(late === "sometimes" ? WHILES : LONG);
      const isLate = late === "always" || (late === "sometimes" && dice.percent(LATE));
      const answers = answersFor(subjects, attempt);
      const answer = answers === undefined ? { error: unanswered(child.src) } : draw(answers, dice);
      if (works === undefined) throw new Error("no history runs");
      return logicOf(attempt, works, { answer, ms, isLate });
    },
  };
}

/** What the world notes of a custom action. */
export function actionText(address: string, id: string, name: string): string {
  return `${address} ${id} ${name}`;
}

function logicOf(attempt: StandInAttempt, works: Working, planned: Planned): AnyActorLogic {
  const { child, logic } = attempt;
  const { answer } = planned;
  if (child.logicType === "promise")
    return activity(({ signal, heartbeat }) => works.run(attempt, planned, { signal, heartbeat }));
  if (child.logicType === "callback")
    return fromCallback(({ sendBack }) => {
      if (typeof answer === "object" && "error" in answer) throw answer.error; // it can fail in no other way
      return works.speak(attempt, planned, { next: (value) => sendBack(value as EventObject) }); // the subject says so
    });
  const source = () => ({
    subscribe: (hearer: Hearer) => ({ unsubscribe: works.speak(attempt, planned, hearer) }),
  });
  return speaksEvents(logic) ? fromEventObservable(source as never) : fromObservable(source as never); // an observable of anything
}

const EVENTS = fromEventObservable(() => ({ subscribe: () => ({ unsubscribe() {} }) }));

function speaksEvents(logic: AnyActorLogic): boolean {
  return String(logic.transition) === String(EVENTS.transition);
}

/** Of the subject whose machine asks; of a child's machine, of any that knows the name. */
function answersFor(subjects: readonly Answered[], { owner, child: { src } }: StandInAttempt) {
  const { kind } = parseAddress(owner);
  const own = subjects.find((one) => one.kind.kind === kind)?.answers.get(src);
  return own ?? subjects.find(({ answers }) => answers.has(src))?.answers.get(src);
}

function unanswered(src: string): Error {
  return new Error(`the subject has no answer of "${src}"`);
}

/** What can happen to an actor, as the host would hand it in: one input each. */
import { TroupeError } from "../../errors.ts";
import { isResident, statusOf } from "../../actors/fold.ts";
import type { Input } from "../../actors/inputs.ts";
import { parseOutside } from "../../actors/kind.ts";
import type { ArmedTimer } from "../../actors/timers.ts";
import type { ChildStart, EncodedEvent } from "../../actors/xstate/contract.ts";
import { doneEvent, errorEvent } from "../../actors/xstate/events.ts";
import { RecordedEvent } from "../../events/record.ts";
import type { Answer } from "../subject.ts";
import type { Place } from "./place.ts";
import type { Stage } from "./stage.ts";

export type Move =
  /** Somebody outside sends what the kind's schema takes. */
  (
    | { readonly does: "send"; readonly event: unknown }
    /** Another actor says something. */
    | { readonly does: "hear"; readonly event: { readonly type: string } }
    /** What it has running, an activity or a child, ends. By its address. */
    | { readonly does: "end"; readonly child: string; readonly answer: Exclude<Answer, "hangs"> }
    /** The timer that is due first fires. By XState's id of it. */
    | { readonly does: "fire"; readonly timer: string }
  ) & {
    /** Time that passes before it, ms. Default 0. */
    readonly waitMs?: number;
  };

/** Who speaks, where it does not matter. */
const SOMEBODY = "somebody/kit";

/**
 * The input of a move; undefined where it cannot happen in this place: what would end does not run,
 * the timer is not armed, or another one is due before it.
 *
 * @throws {@link TroupeError} `EVENT_INVALID`, `EVENT_RESERVED` or `JSON_INVALID` for an event of the
 * subject's own that its kind does not take, and `JSON_INVALID` for such an answer.
 */
export function inputFor(stage: Stage, place: Place, move: Move): Input | undefined {
  const { stepper } = stage;
  const next = place.fold.seq + 1;
  switch (move.does) {
    case "send":
      return { type: "command", cause: `cmd:kit-${next}`, event: readBy(stage, move.event) };
    case "hear": {
      const event = RecordedEvent.parse(stepper.encode(move.event, "message"));
      return { type: "message", from: SOMEBODY, cause: `${SOMEBODY}#${next}.0`, event };
    }
    case "end":
      return endOf(place, move);
    case "fire": {
      const timer = dueIn(place).find(({ name }) => name === move.timer);
      return timer === undefined ? undefined : { type: "timer", id: timer.id };
    }
  }
}

function readBy({ kind, stepper, read }: Stage, event: unknown): RecordedEvent {
  const known = read.get(Object(event));
  if (known !== undefined) return known;
  const fresh = RecordedEvent.parse(stepper.encode(parseOutside(kind, event), "event"));
  read.set(Object(event), fresh);
  return fresh;
}

function endOf(place: Place, { child, answer }: Extract<Move, { does: "end" }>): Input | undefined {
  const open = openIn(place).find(({ address }) => address === child);
  if (open === undefined) return undefined;
  const event = endEvent(open, answer);
  const resident = place.fold.residents.get(child);
  if (resident !== undefined) return { type: "resident", from: child, id: resident.id, event };
  return { type: "message", from: child, cause: `${child}#${place.fold.seq + 1}.0`, event };
}

function endEvent({ id, src }: ChildStart, answer: Exclude<Answer, "hangs">): EncodedEvent {
  if ("error" in answer) return errorEvent(id, answer.error);
  try {
    return doneEvent(id, answer.output);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TroupeError("JSON_INVALID", `an answer of "${src}" is no JSON: ${why}`, {
      hint: "Let the answers of the subject be plain JSON.",
      data: { src },
      cause,
    });
  }
}

/** What it has running: activities, and actors that are its children. */
export function openIn({ fold, children }: Place): readonly ChildStart[] {
  if (statusOf(fold) !== "active") return [];
  return [...[...fold.residents.values()].map(({ child }) => child), ...children.values()];
}

/** The timers that may fire next: those that are due first. */
export function dueIn({ fold: { timers } }: Place): readonly ArmedTimer[] {
  const first = Math.min(...[...timers.values()].map(({ dueAt }) => dueAt));
  return [...timers.values()].filter(({ dueAt }) => dueAt === first);
}

/** Whether an actor is somebody else's to run, and ends by a word to its parent. */
export function isActor(child: ChildStart): boolean {
  return child.detached !== true && !isResident(child);
}

/**
 * The actor as a fold of its records: live and in replay it is this one function that moves it.
 *
 * - A2. `advance` runs no effect; it only says which are asked for.
 * - A6. A timer's firing and a resident's end count only while that timer or resident is open.
 * - A8. One watermark per sender: what arrived once never counts again.
 * - A11. What is owed is derived from records: effects enter the outbox, settled ids leave it.
 * - A14. A checkpoint moves nothing: it only closes a segment of the window of command ids.
 * - A15. Nothing but the actor's own records and its kind's code decides the outcome; what a
 *   machine asks of time is the time of the record.
 */
import type { Json } from "../events/json.ts";
import { during } from "../events/now.ts";
import type { RecordBody, RecordedEvent, SystemDelta } from "../events/record.ts";
import { effectMark, isCommand, isEnd, markOf } from "./causes.ts";
import { isResident, newFold, type Fold } from "./fold.ts";
import { FORKED, forkedStep, noteForked, WOKEN } from "./fork/forked.ts";
import type { Mover } from "./identity.ts";
import { rehash } from "./scales.ts";
import { systemDelta } from "./system-delta.ts";
import type {
  ChildStart,
  Effect,
  HashedState,
  State,
  Stepped,
  Stepper,
  SystemDirectory,
} from "./xstate/contract.ts";

/** A record's part that is known before the step: its input and what the replay must not invent. */
export interface Entry {
  readonly seq: number;
  readonly at: number;
  readonly cause: string | undefined;
  readonly body: Pick<
    RecordBody,
    | "born"
    | "event"
    | "from"
    | "timer"
    | "stale"
    | "light"
    | "settled"
    | "ran"
    | "dues"
    | "lookups"
    | "since"
    | "checkpoint"
    | "copied"
  >;
  /** Makes the hash of a record that is not written yet. In replay the record says what it covers. */
  readonly hash?: (stepped: Stepped) => HashedState;
}

/** What a step did besides moving the fold. */
export interface Advanced {
  readonly handled: boolean;
  readonly effects: readonly NumberedEffect[];
  readonly hash: HashedState;
  /** Output or error of an actor that has ended. */
  readonly end: { readonly output?: Json; readonly error?: Json };
  readonly dues: Readonly<Record<string, number>> | undefined;
  readonly lookups: Stepped["lookups"];
  readonly system: SystemDelta | undefined;
  readonly taken: readonly string[];
}

export interface NumberedEffect {
  readonly id: string;
  readonly effect: Effect;
  /** Trace context of the record that asked for it. */
  readonly trace?: string | undefined;
}

/** Makes an actor from its birth: the first record. */
export function birth(
  { identity, version }: Mover,
  entry: Entry & { readonly correlation: string },
  stepper: Stepper,
  directory: SystemDirectory,
): { readonly fold: Fold; readonly advanced: Advanced } {
  const born = entry.body.born ?? { id: identity.id };
  const input = born.input === undefined ? {} : { input: born.input };
  const stepped = during(entry.at, () => stepper.start(identity, input, entry.seq, directory));
  const { correlation, cause: bornCause } = entry;
  const fold = newFold({ identity, version, born, correlation, bornCause, state: stepped.state });
  return { fold, advanced: absorb(fold, entry, stepped, stepper) };
}

/** Moves an actor by one record. Throws before anything has changed, or not at all. */
export function advance(
  fold: Fold,
  entry: Entry,
  stepper: Stepper,
  directory: SystemDirectory,
): Advanced {
  const stepped = during(entry.at, () => stepOf(fold, entry, stepper, directory));
  return absorb(fold, entry, stepped, stepper);
}

function stepOf(fold: Fold, entry: Entry, stepper: Stepper, directory: SystemDirectory): Stepped {
  const { event, stale } = entry.body;
  const still: Stepped = { state: fold.state, handled: true, effects: [], taken: [] };
  if (entry.body.checkpoint !== undefined) return still;
  if (event === undefined || stale === true) return { ...still, handled: false };
  switch (event.type) {
    case "troupe.recovered":
    case "troupe.settled":
    case "troupe.skipped":
    case "troupe.activity.failed":
    case WOKEN:
      return still;
    case FORKED:
      return forkedStep(fold, { event, seq: entry.seq }, stepper, directory);
    case "troupe.timer.fired":
      return { ...still, effects: firedSend(fold, entry.body.timer) };
    case "troupe.stopped":
      return stepper.stop(fold.identity, fold.state, entry.seq);
    default:
      return stepper.step(fold.identity, fold.state, event, entry.seq, directory);
  }
}

/** A delayed send to somebody else is, once due, a send of the step in which it fired. */
function firedSend(fold: Fold, id: string | undefined): readonly Effect[] {
  const timer = id === undefined ? undefined : fold.timers.withId(id);
  return timer === undefined ? [] : [{ type: "send", to: timer.to, event: timer.event }];
}

/** What a record did that only says how the actor stands. */
export function unmoved(hash: string): Advanced {
  const nothing = { effects: [], end: {}, dues: undefined, lookups: undefined, taken: [] };
  return { ...nothing, handled: true, hash: { hash, whole: true }, system: undefined };
}

/** Takes in what a step came to. */
export function absorb(fold: Fold, entry: Entry, stepped: Stepped, stepper: Stepper): Advanced {
  const effects = stepped.effects.map((effect, index) => ({ id: `${entry.seq}.${index}`, effect }));
  const hash = entry.hash?.(stepped) ?? rehash(entry.body, stepped, { stepper, before: fold.state });
  const end = endOf(stepped.state, stepper); // may throw, so it stands before anything moves
  settle(fold, entry);
  noteInput(fold, entry);
  rollOver(fold, entry);
  fold.seq = entry.seq;
  fold.at = entry.at;
  fold.state = stepped.state;
  const system = systemDelta(fold, stepped);
  const dues = takeEffects(fold, effects, entry);
  if (fold.state.snapshot.status !== "active") {
    fold.timers.clear();
    fold.residents.clear();
  }
  return {
    handled: stepped.handled || entry.body.born !== undefined,
    effects,
    hash,
    end,
    dues,
    lookups: stepped.lookups,
    system,
    taken: stepped.taken,
  };
}

function endOf({ snapshot: { status, output, error } }: State, stepper: Stepper): Advanced["end"] {
  if (status === "done" && output !== undefined) return { output: stepper.encode(output, "output") };
  if (status === "error") return { error: stepper.encodeError(error) };
  return {};
}

function settle(fold: Fold, { seq, body }: Entry): void {
  for (const id of body.settled ?? []) fold.outbox.delete(id);
  const ran = body.ran ?? seq - 1;
  for (const id of fold.actions.keys()) {
    if (markOf(id).seq > ran) break;
    fold.actions.delete(id);
  }
}

function rollOver(fold: Fold, { seq, body: { checkpoint } }: Entry): void {
  if (checkpoint === undefined) return;
  fold.checkpoint = { seq, bytes: checkpoint.bytes };
  fold.commands.seal(seq);
}

function noteInput(fold: Fold, entry: Entry): void {
  const { event, from, timer } = entry.body;
  if (timer !== undefined) disarm(fold, timer);
  else if (entry.cause !== undefined) noteCause(fold, entry.cause, entry);
  if (event === undefined) return;
  const resident = from === undefined ? undefined : fold.residents.get(from);
  if (resident !== undefined && isEnd(event, resident.child.id))
    fold.residents.delete(resident.child.address);
  if (event.type === "troupe.activity.failed") noteFailure(fold, event);
  if (event.type === "troupe.recovered") noteRecovery(fold);
  if (event.type === FORKED) noteForked(fold, event, entry);
}

function disarm(fold: Fold, timer: string): void {
  fold.timers.delete(fold.timers.withId(timer)?.name ?? "");
}

function noteRecovery(fold: Fold): void {
  if (fold.forked === fold.seq) return; // nothing of a fork has begun before
  for (const [address, open] of fold.residents)
    fold.residents.set(address, { ...open, recoveries: open.recoveries + 1 });
}

function noteFailure(fold: Fold, event: RecordedEvent): void {
  const address = event["activity"];
  const open = typeof address === "string" ? fold.residents.get(address) : undefined;
  if (open === undefined) return;
  const retryAt = event["retryAt"];
  // whose host was lost has not failed itself: another attempt, as after a take-over
  const counted =
    event["lost"] === true ? { recoveries: open.recoveries + 1 } : { failures: open.failures + 1 };
  fold.residents.set(open.child.address, {
    ...open,
    ...counted,
    ...(typeof retryAt === "number" && { retryAt }),
  });
}

function noteCause(fold: Fold, cause: string, { seq, at, body }: Entry): void {
  const mark = body.from === undefined ? undefined : effectMark(cause, body.from);
  if (mark !== undefined && body.from !== undefined) {
    fold.watermarks.set(body.from, mark);
    return;
  }
  if (isCommand(cause)) fold.commands.note(cause, { seq, at });
}

function takeEffects(
  fold: Fold,
  effects: readonly NumberedEffect[],
  entry: Entry,
): Readonly<Record<string, number>> | undefined {
  const dues: Record<string, number> = {};
  for (const { id, effect } of effects) {
    switch (effect.type) {
      case "emit":
        break;
      case "action":
        fold.actions.set(id, { id, name: effect.name, run: effect.run });
        break;
      case "send":
        fold.outbox.set(id, { type: "send", id, to: effect.to, event: effect.event });
        break;
      case "start":
        takeStart(fold, id, effect.child, entry.at);
        break;
      case "stop":
        if (!fold.residents.delete(effect.child))
          fold.outbox.set(id, { type: "stop", id, child: effect.child });
        break;
      case "timer": {
        const index = String(markOf(id).index);
        const dueAt = entry.body.dues?.[index] ?? entry.at + effect.delayMs;
        dues[index] = dueAt;
        fold.timers.set(effect.timer, {
          id,
          name: effect.timer,
          to: effect.to,
          event: effect.event,
          dueAt,
        });
        break;
      }
      case "cancel":
        fold.timers.delete(effect.timer);
        break;
    }
  }
  return Object.keys(dues).length === 0 ? undefined : dues;
}

function takeStart(fold: Fold, id: string, child: ChildStart, startedAt: number): void {
  if (isResident(child)) {
    fold.residents.set(child.address, { id, child, startedAt, failures: 0, recoveries: 0 });
  } else fold.outbox.set(id, { type: "start", id, child });
}

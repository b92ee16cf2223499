/**
 * What waits in a mailbox, and what becomes of each: recorded, dropped or refused.
 *
 * - A6. A late completion or timer changes nothing.
 * - A8, A9. What arrived once is dropped, and its sender is told that it arrived.
 * - An input from outside that the machine cannot take is refused, and nothing is written;
 *   one from inside is always recorded, or settled because the actor has ended.
 */
import type { Snapshot, SnapshotFrom } from "xstate";
import { TroupeError, type Refusal } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import type { Born, RecordedEvent } from "../events/record.ts";
import type { Entry } from "./advance.ts";
import { effectMark, isCommand } from "./causes.ts";
import { hasArrived, statusOf, valueOf, type Fold } from "./fold.ts";
import { kindNamed, sameJson, type AnyKind, type Kinds } from "./kind.ts";
import type { Stepper } from "./xstate/contract.ts";

interface Outcome {
  /** It is on disk in this record, or was before: then what the machine emitted is not known here. */
  readonly done?: (seq: number, facts?: readonly RecordedEvent[]) => void;
  /** It was not taken. */
  readonly failed?: (error: unknown) => void;
  readonly trace?: string | undefined;
  /** Its sender runs elsewhere and asks again: it is refused where it would be held. */
  readonly remote?: true;
}

/** The start of an actor: by a parent (`cause` is its effect) or from outside. */
export interface BirthInput extends Outcome {
  readonly type: "birth";
  readonly born: Born;
  readonly correlation: string;
  readonly cause?: string;
}
/** An event from outside, which the border has looked at already. */
export interface CommandInput extends Outcome {
  readonly type: "command";
  /** `cmd:<id>`. */
  readonly cause: string;
  readonly event: RecordedEvent;
  /** Why the border does not take it: it counts only if it was recorded before, under an earlier schema. */
  readonly unfit?: TroupeError;
}
/** An event from another actor, a custom action, or a resident of another actor. */
export interface MessageInput extends Outcome {
  readonly type: "message";
  readonly from: string;
  readonly cause: string;
  readonly event: RecordedEvent;
}
/** A timer of the actor itself is due. */
export interface TimerInput extends Outcome {
  readonly type: "timer";
  readonly id: string;
}
/** A resident of the actor itself sent something or ended. `id` is the effect id of its start. */
export interface ResidentInput extends Outcome {
  readonly type: "resident";
  readonly from: string;
  readonly id: string;
  readonly event: RecordedEvent;
}
/** The host's own records: `troupe.*`. */
export interface ControlInput extends Outcome {
  readonly type: "control";
  readonly event: RecordedEvent;
  readonly cause?: string;
  readonly from?: string;
}
export type Input =
  | BirthInput
  | CommandInput
  | MessageInput
  | TimerInput
  | ResidentInput
  | ControlInput;

/** What becomes of an input. */
export type Decision =
  | { readonly type: "record"; readonly cause: string | undefined; readonly body: Entry["body"] }
  /** It counts as taken: by this record, or by nobody any more. */
  | { readonly type: "drop"; readonly seq: number }
  | { readonly type: "refuse"; readonly error: TroupeError };

/** What a decision rests on beside the actor. */
export interface Deciding {
  readonly stepper: Stepper;
  readonly kinds: Kinds;
}

/** Decides about one input of an actor; `fold` is undefined where the actor does not exist. */
export function decide(address: string, fold: Fold | undefined, input: Input, env: Deciding): Decision {
  if (input.type === "birth") return decideBirth(address, fold, input);
  if (fold === undefined) return absent(address, input);
  switch (input.type) {
    case "command":
      return decideCommand(fold, input, env);
    case "message":
      return decideMessage(fold, input, env.stepper);
    case "timer":
      return decideTimer(fold, input);
    case "resident":
      return decideResident(fold, input);
    case "control":
      return decideControl(fold, input);
  }
}

function decideBirth(address: string, fold: Fold | undefined, input: BirthInput): Decision {
  if (fold === undefined) return { type: "record", cause: input.cause, body: { born: input.born } };
  const detached = input.cause !== undefined && input.born.parent === undefined;
  const same =
    input.cause === undefined
      ? sameJson(fold.born.input, input.born.input)
      : detached || fold.bornCause === input.cause;
  if (same) return { type: "drop", seq: 1 };
  const error = new TroupeError("ACTOR_EXISTS", `"${address}" exists with another input`, {
    hint: "Start it under another id, or with the same input to get the one that exists.",
    data: { address },
  });
  return { type: "refuse", error };
}

function absent(address: string, input: Input): Decision {
  const inside = input.type === "control" ? input.from !== undefined : input.type !== "command";
  if (inside) return { type: "drop", seq: 0 };
  const unfit = input.type === "command" ? input.unfit : undefined;
  return { type: "refuse", error: unfit ?? notFound(address) };
}

export function notFound(address: string): TroupeError {
  return new TroupeError("ACTOR_NOT_FOUND", `there is no actor "${address}"`, {
    hint: "Start it first, or look up the addresses that exist with `troupe ls`.",
    data: { address },
  });
}

function decideCommand(fold: Fold, input: CommandInput, { stepper, kinds }: Deciding): Decision {
  const known = fold.commands.get(input.cause);
  if (known !== undefined) return { type: "drop", seq: known };
  if (input.unfit !== undefined) return { type: "refuse", error: input.unfit };
  const active = statusOf(fold) === "active";
  const refusal = active ? refusalOf(fold, input, { stepper, kinds }) : undefined;
  if (refusal !== undefined) return { type: "refuse", error: refusal };
  if (active && stepper.can(fold.identity, fold.state, input.event)) {
    return { type: "record", cause: input.cause, body: { event: input.event } };
  }
  const accepts = active ? stepper.accepts(fold.identity, fold.state) : [];
  const state = active ? JSON.stringify(valueOf(fold.state)) : `ended (${statusOf(fold)})`;
  const error = new TroupeError(
    "EVENT_REFUSED",
    `"${fold.identity.address}" takes no "${input.event.type}" in state ${state}`,
    {
      hint: accepts.length === 0 ? "Send it nothing more." : `Send one of: ${accepts.join(", ")}.`,
      data: { address: fold.identity.address, type: input.event.type, accepts, seq: fold.seq },
    },
  );
  return { type: "refuse", error };
}

/** What the kind itself has against a command, with the values that speak against it. */
function refusalOf(
  { identity: { address }, born, state, seq }: Fold,
  { event }: CommandInput,
  { stepper, kinds }: Deciding,
): TroupeError | undefined {
  const kind = kindNamed(kinds, parseAddress(address).kind);
  if (kind.refuse === undefined || born.lineage !== undefined) return undefined; // a child's logic is another
  const refusal = asked(kind, state.snapshot, stepper.decode(event));
  if (refusal === undefined) return undefined;
  const { code = "EVENT_REFUSED", message, hint, data } = refusal;
  return new TroupeError(code, `"${address}": ${message}`, {
    hint,
    data: { address, type: event.type, seq, ...data },
  });
}

/** Where it cannot say, the command is refused: nothing may be written that nobody has judged. */
function asked(kind: AnyKind, snapshot: Snapshot<unknown>, event: unknown): Refusal | undefined {
  try {
    return kind.refuse?.(snapshot as SnapshotFrom<AnyKind["machine"]>, event); // the kind's own machine made it
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { message: `its kind could not judge it: ${why}`, hint: "Mend the kind's refuse()." };
  }
}

function decideMessage(fold: Fold, input: MessageInput, stepper: Stepper): Decision {
  const mark = effectMark(input.cause, input.from);
  const known = isCommand(input.cause) ? fold.commands.get(input.cause) : undefined;
  if (known !== undefined || (mark !== undefined && hasArrived(fold, input.from, mark)))
    return { type: "drop", seq: known ?? fold.seq };
  if (statusOf(fold) !== "active") return { type: "drop", seq: fold.seq };
  const stale = isStale(fold, input, stepper);
  return {
    type: "record",
    cause: input.cause,
    body: { event: input.event, from: input.from, ...(stale && { stale: true }) },
  };
}

/** A child's own word counts only while this very incarnation is the child of that id. */
function isStale(fold: Fold, { event, from }: MessageInput, stepper: Stepper): boolean {
  const named = /^xstate\.(?:done\.actor|error\.actor|snapshot)\.(.*)$/s.exec(event.type)?.[1];
  return named !== undefined && stepper.childAddress(fold.state, named) !== from;
}

function decideTimer(fold: Fold, { id }: TimerInput): Decision {
  const armed = fold.timers.withId(id);
  if (armed === undefined) return { type: "drop", seq: fold.seq };
  const own = armed.to === fold.identity.address;
  const event = own ? armed.event : { type: "troupe.timer.fired" };
  return { type: "record", cause: `${fold.identity.address}#${id}`, body: { event, timer: id } };
}

function decideResident(fold: Fold, { from, id, event }: ResidentInput): Decision {
  if (fold.residents.get(from)?.id !== id) return { type: "drop", seq: fold.seq };
  return { type: "record", cause: `${fold.identity.address}#${id}`, body: { event, from } };
}

function decideControl(fold: Fold, { event, cause, from }: ControlInput): Decision {
  const known = cause !== undefined && isCommand(cause) ? fold.commands.get(cause) : undefined;
  if (known !== undefined) return { type: "drop", seq: known };
  const active = statusOf(fold) === "active";
  const record: Decision = {
    type: "record",
    cause,
    body: { event, ...(from !== undefined && { from }) },
  };
  switch (event.type) {
    case "troupe.stopped":
    case "troupe.action.failed":
      return active ? record : { type: "drop", seq: fold.seq };
    case "troupe.activity.failed": {
      const activity = event["activity"];
      const open = typeof activity === "string" ? fold.residents.get(activity) : undefined;
      const attempt = open === undefined ? undefined : 1 + open.failures + open.recoveries;
      return attempt === event["attempt"] ? record : { type: "drop", seq: fold.seq };
    }
    default:
      return record;
  }
}

/** Whether it must be looked up in the window of command ids (A9). */
export function asksForId(input: Input): boolean {
  if (input.type === "command") return true;
  const cause = input.type === "message" || input.type === "control" ? input.cause : undefined;
  return cause !== undefined && isCommand(cause);
}

/** The take-over of what a former owner left (A12). */
export function recovery(epoch: number): Input {
  return { type: "control", event: { type: "troupe.recovered", epoch } };
}

/** Whether an input comes from within the log: from an actor, a resident, a timer or the host itself. */
export function isInside(input: Input): boolean {
  return input.type !== "command" && (input.type !== "birth" || input.cause !== undefined);
}

/** Takes a record out of the history (A5). */
export function skipping(
  seq: number,
  done: (seq: number) => void,
  failed: (error: unknown) => void,
): Input {
  return { type: "control", event: { type: "troupe.skipped", seq }, done, failed };
}

/** Whether an input takes a record out of the history. */
export function isSkip(input: Input): boolean {
  return input.type === "control" && input.event.type === "troupe.skipped";
}

/** Whether an input is the take-over of what a former owner left. */
export function isRecovery(input: Input): boolean {
  return input.type === "control" && input.event.type === "troupe.recovered";
}

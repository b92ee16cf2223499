/**
 * Versions of a kind: the code that moves actors, and what leads from one to the next.
 *
 * - The log is never rewritten. What an earlier version recorded is either replayed by the present
 *   code as it stands, or as `upcast` shows it, or by that version's own code (`previous`), from
 *   which `migrate` leads on.
 */
import type { AnyActorLogic, AnyStateMachine, MachineContext, StateValue } from "xstate";
import { TroupeError } from "../errors.ts";
import { assertJson, type Json } from "../events/json.ts";
import type { Recorded } from "../events/log/log.ts";
import { placeOf, type Born, type RecordBody, type RecordedEvent } from "../events/record.ts";

/** The version that wrote something. */
export interface FromVersion {
  readonly version: string;
}

/**
 * What the code of one version makes of records that another version wrote. Pure; asked in replay
 * only. The record stays as it is, and so do its hashes: a machine that is shown another event must
 * still come to the same state.
 */
export interface Upcast {
  /** An input of an actor as recorded: an event from outside, a message, a completion or a timer; never `troupe.*`. */
  readonly event?: (event: RecordedEvent, from: FromVersion) => RecordedEvent;
  /** What an actor was started with. */
  readonly input?: (input: Json, from: FromVersion) => Json;
}

/** The code of one version of a kind. */
export interface KindCode {
  readonly version: string;
  readonly machine: AnyStateMachine;
  readonly upcast?: Upcast;
}

/** Where an actor stands: what `migrate` is given, and what it answers. */
export interface MachineState<TContext = MachineContext, TValue = StateValue> {
  readonly value: TValue;
  readonly context: TContext;
}

/** A kind as far as its versions go. */
interface Versioned extends KindCode {
  readonly kind: string;
  readonly previous?: readonly KindCode[];
}

/** The code of a version, where the kind still has it. */
export function codeIn(kind: Versioned, version: string): KindCode | undefined {
  if (version === kind.version) return kind;
  return kind.previous?.find((code) => code.version === version);
}

/** By their numbers, where they have any: 10 is later than 9, 1.10.0 than 1.9.3. */
export function isLater(version: string, own: string): boolean {
  return version.localeCompare(own, "en", { numeric: true }) > 0;
}

/** Whether a machine is, or was, the kind's own. */
export function hasMachine(kind: Versioned, logic: AnyActorLogic): boolean {
  return kind.machine === logic || kind.previous?.some(({ machine }) => machine === logic) === true;
}

/** The name of the kind whose machine this is, or was. */
export function kindOfLogic(
  kinds: ReadonlyMap<string, Versioned>,
  logic: AnyActorLogic,
): string | undefined {
  return [...kinds.values()].find((kind) => hasMachine(kind, logic))?.kind;
}

/**
 * A record's input as the code that replays it is to see it.
 *
 * @throws {@link TroupeError} `UPCAST_INVALID` naming the record and both versions.
 */
export function upcasted(
  code: KindCode,
  body: RecordBody,
  record: Pick<Recorded, "stream" | "seq" | "type">,
): RecordBody {
  const { version, event, born } = body;
  if (code.upcast === undefined || version === code.version) return body;
  try {
    return {
      ...body,
      ...(event !== undefined && { event: eventFor(code, event, version) }),
      ...(born !== undefined && { born: bornFor(code, born, version) }),
    };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TroupeError(
      "UPCAST_INVALID",
      `${placeOf(record)} ("${record.type}") of version ${version} cannot be shown to version ${code.version}: ${why}`,
      {
        hint: "Mend upcast of the kind: `troupe upgrade-check` tries it on every open run.",
        data: { address: record.stream, seq: record.seq, type: record.type, version },
        cause,
      },
    );
  }
}

function eventFor({ upcast }: KindCode, event: RecordedEvent, version: string): RecordedEvent {
  if (upcast?.event === undefined || event.type.startsWith("troupe.")) return event;
  const shown: unknown = upcast.event(event, { version });
  assertJson(shown, "what upcast.event answers");
  if (typeof Object(shown).type === "string") return shown as RecordedEvent; // an object with a type
  throw new Error("upcast.event answers no event");
}

/** How an actor came to be, as a code is to see it. */
export function bornFor({ upcast }: KindCode, born: Born, version: string): Born {
  if (upcast?.input === undefined || born.input === undefined) return born;
  const input: unknown = upcast.input(born.input, { version });
  assertJson(input, "what upcast.input answers");
  return { ...born, input: input as Json }; // checked on the line before
}

/** @throws {@link TroupeError} `KIND_INVALID` where two codes of a kind claim one version, or one has none. */
export function assertVersions({ kind, version, previous = [] }: Versioned): void {
  const seen = new Set<string>();
  for (const one of [version, ...previous.map((code) => code.version)]) {
    const fault =
      one === "" ? "has an empty version" : seen.has(one) ? `has version "${one}" twice` : "";
    if (fault !== "")
      throw new TroupeError("KIND_INVALID", `kind "${kind}" ${fault}`, {
        hint: 'Give each version of it, present or previous, a name of its own, e.g. "1".',
        data: { kind },
      });
    seen.add(one);
  }
}

/**
 * Kinds: what a host can run. A kind binds a name and a version to a machine and to the
 * events that may enter from outside (S1).
 */
import type {
  AnyStateMachine,
  ContextFrom,
  EventFromLogic,
  InputFrom,
  SnapshotFrom,
  StateValueFrom,
} from "xstate";
import { z } from "zod";
import { TroupeError, type Refusal } from "../errors.ts";
import { withValues } from "../events/issues.ts";
import type { Json } from "../events/json.ts";
import { parseWhole } from "../events/whole.ts";
import {
  assertVersions,
  type FromVersion,
  type KindCode,
  type MachineState,
  type Upcast,
} from "./versions.ts";

/** A registered kind, with the types of its machine and events. */
export interface Kind<
  TName extends string = string,
  TMachine extends AnyStateMachine = AnyStateMachine,
  TEvents extends z.ZodType = z.ZodType,
  TInput extends z.ZodType | undefined = z.ZodType | undefined,
> {
  readonly kind: TName;
  readonly version: string;
  readonly machine: TMachine;
  readonly events: TEvents;
  readonly input?: TInput;
  readonly facts?: z.ZodType;
  readonly leadingFacts?: readonly string[];
  readonly answers?: Readonly<Record<string, z.ZodType>>;
  readonly upcast?: Upcast;
  readonly previous?: readonly KindCode[];
  migrate?(state: MachineState, from: FromVersion): MachineState;
  // a method: whoever asks has the state and the event of this very kind
  refuse?(snapshot: SnapshotFrom<TMachine>, event: unknown): Refusal | undefined;
  forked?(input: Json, run: ForkOf): ForkedInput;
}

/** The ids of a run and of its fork. */
export interface ForkOf {
  readonly from: string;
  readonly to: string;
}

/** What the root of a fork is born with. */
export interface ForkedInput {
  readonly input: Json;
  /** Folders of the original run, each with the one that stands for it: paths in texts are changed, too. */
  readonly folders?: readonly (readonly [from: string, to: string])[];
}

/** Any kind, whatever its types. */
export type AnyKind = Kind;

/** What `start` takes as `input` for a kind. */
export type KindInput<TKind extends AnyKind> = [NonNullable<TKind["input"]>] extends [never]
  ? InputFrom<TKind["machine"]>
  : z.input<NonNullable<TKind["input"]>>;

/** What `send` takes for a kind. */
export type KindEvent<TKind extends AnyKind> = z.input<TKind["events"]>;

/**
 * Defines a kind.
 *
 * @param definition.kind letters, digits, `_` and `-`: the first part of its addresses.
 * @param definition.version any string; raise it when the machine changes.
 * @param definition.events zod schema of the events that may be sent from outside. Events
 * between actors, timers and completions do not pass it.
 * @param definition.input zod schema of what `start` takes from outside; the machine gets what it
 * makes of it. What a parent gives its child does not pass it. Default: any JSON.
 * @param definition.facts zod schema of what the machine emits: for other tools, which read it in
 * the log ({@link asyncApiOf}). Nothing is checked by it.
 * @param definition.leadingFacts types of emitted events, the most telling first: where a step
 * emits several, the first of these names the record. Default: the first that is emitted.
 * @param definition.refuse says why a command cannot be taken in this state, where a guard alone
 * would leave its sender guessing: nothing is written, and the sender gets this error. Pure. Events
 * between actors do not pass it, so guards must hold without it.
 * @param definition.answers zod schemas of what its children answer, by their `src`: an answer that
 * somebody gives in place of a recorded one (`troupe fork --replace`) must fit. Default: any JSON.
 * @param definition.forked the input of a root in a fork, where the input of the original holds the
 * run's id or its folders. Default: the same, with addresses of the run's actors renamed. Pure.
 * @param definition.upcast shows this machine what other versions recorded. Default: as it stands.
 * @param definition.previous earlier versions of which actors may still be open: their records are
 * replayed by their own machines, and a host that goes on with such an actor migrates it first.
 * @param definition.migrate leads an actor of a previous version into this one: takes its state value
 * and context, typed as the machines in `previous` say, and answers those that it has here. Pure.
 * Default: they stay what they are, if both versions begin with contexts of one shape.
 * @throws {@link TroupeError} `KIND_INVALID`.
 */
export function defineKind<
  const TName extends string,
  TMachine extends AnyStateMachine,
  TEvents extends z.ZodType<EventFromLogic<TMachine>>,
  TInput extends z.ZodType<InputFrom<TMachine>> | undefined = undefined,
  const TPrevious extends readonly KindCode[] = readonly KindCode[],
>(definition: {
  readonly kind: TName;
  readonly version: string;
  readonly machine: TMachine;
  readonly events: TEvents;
  readonly input?: TInput;
  readonly facts?: z.ZodType;
  readonly leadingFacts?: readonly string[];
  readonly answers?: Readonly<Record<string, z.ZodType>>;
  readonly upcast?: Upcast;
  readonly previous?: TPrevious;
  migrate?(state: PreviousState<TPrevious>, from: FromVersion): MachineState<ContextFrom<TMachine>>;
  refuse?(snapshot: SnapshotFrom<TMachine>, event: z.output<TEvents>): Refusal | undefined;
  forked?(input: Json, run: ForkOf): ForkedInput;
}): Kind<TName, TMachine, TEvents, TInput> {
  const { kind } = definition;
  if (!/^[A-Za-z0-9_-]+$/.test(kind))
    throw new TroupeError("KIND_INVALID", `"${kind}" is not a kind's name`, {
      hint: 'Use letters, digits, "_" and "-".',
    });
  assertVersions(definition);
  return definition;
}

/** Where an actor of a previous version stands: one of them, by the types of its machine. */
export type PreviousState<TPrevious extends readonly KindCode[]> = {
  [TAt in keyof TPrevious]: MachineState<
    ContextFrom<TPrevious[TAt]["machine"]>,
    StateValueFrom<TPrevious[TAt]["machine"]>
  >;
}[number];

/** The kinds of a host by name. */
export type Kinds = ReadonlyMap<string, AnyKind>;

/**
 * @throws {@link TroupeError} `KIND_DUPLICATE` where two kinds have one name, `KIND_INVALID` for
 * what is no kind, such as a list of them.
 */
export function kindsByName(kinds: readonly AnyKind[]): Kinds {
  const byName = new Map<string, AnyKind>();
  for (const [at, kind] of kinds.entries()) {
    if (typeof Object(kind).kind !== "string") throw noKind(`kinds[${at}]`, kind);
    if (byName.has(kind.kind))
      throw new TroupeError("KIND_DUPLICATE", `kind "${kind.kind}" is registered twice`, {
        hint: "Register each kind once.",
      });
    byName.set(kind.kind, kind);
  }
  return byName;
}

/** The version of each, by its name. */
export function versionsOf(kinds: Kinds): Readonly<Record<string, string>> {
  return Object.fromEntries([...kinds.values()].map(({ kind, version }) => [kind, version]));
}

function noKind(place: string, given: unknown): TroupeError {
  const isList = Array.isArray(given);
  return new TroupeError("KIND_INVALID", `${place} is ${isList ? "a list" : "no kind"}`, {
    hint: isList
      ? "Spread it: kinds: [...queueKinds(), order]."
      : "Make kinds with defineKind(), or take them from queueKinds() and its like.",
    data: { place },
  });
}

/** @throws {@link TroupeError} `KIND_UNKNOWN` naming the kinds that are known. */
export function kindNamed(kinds: Kinds, name: string): AnyKind {
  const kind = kinds.get(name);
  if (kind !== undefined) return kind;
  throw new TroupeError(
    "KIND_UNKNOWN",
    `no kind "${name}" is registered (known: ${[...kinds.keys()].join(", ") || "none"})`,
    {
      hint: "Pass it to createHost({ kinds }) or connect({ kinds }); hostKinds() has all of Troupe's own.",
      data: { kind: name },
    },
  );
}

/**
 * The border (S1): an event from outside as its kind's schema reads it.
 *
 * @throws {@link TroupeError} `EVENT_RESERVED`, `EVENT_INVALID` with every fault.
 */
export function parseOutside(kind: AnyKind, event: unknown): { readonly type: string } {
  const type = typeOf(event);
  assertOpen(type);
  const parsed = parseWhole(kind.events, event);
  if (!parsed.success)
    throw new TroupeError(
      "EVENT_INVALID",
      `kind "${kind.kind}" takes no such event "${type}": ${z.prettifyError(withValues(parsed.error, event))}`,
      {
        hint: "Send an event that the kind's schema accepts.",
        data: { type, issues: issuesOf(parsed.error) },
      },
    );
  const read: unknown = parsed.data;
  if (typeof read === "object" && read !== null && "type" in read && typeof read.type === "string") {
    assertOpen(read.type); // the schema may have made it
    return { ...read, type: read.type };
  }
  throw new TroupeError(
    "EVENT_INVALID",
    `the events schema of kind "${kind.kind}" yields something without a type`,
    {
      hint: "Let the schema describe objects with a string `type`.",
    },
  );
}

/**
 * The border (S1): what `start` is given from outside, as its kind's schema reads it.
 *
 * @throws {@link TroupeError} `INPUT_INVALID` with every fault.
 */
export function parseInput({ kind, input: schema }: AnyKind, input: unknown): unknown {
  if (schema === undefined) return input;
  const parsed = parseWhole(schema, input);
  if (parsed.success) return parsed.data;
  throw new TroupeError(
    "INPUT_INVALID",
    `kind "${kind}" takes no such input: ${z.prettifyError(withValues(parsed.error, input))}`,
    {
      hint: "Give an input that the kind's schema accepts.",
      data: { kind, issues: issuesOf(parsed.error) },
    },
  );
}

function issuesOf({
  issues,
}: z.ZodError): readonly { readonly path: string; readonly message: string }[] {
  return issues.map(({ path, message }) => ({ path: path.join("."), message }));
}

/** @throws {@link TroupeError} `EVENT_RESERVED` for what only the host may say. */
export function assertOpen(type: string): void {
  if (!/^(xstate|troupe)\./.test(type) || type === "xstate.route") return;
  throw new TroupeError("EVENT_RESERVED", `"${type}" cannot be sent from outside`, {
    hint: 'Use event types that start with neither "xstate." nor "troupe.".',
    data: { type },
  });
}

function typeOf(event: unknown): string {
  if (typeof event === "object" && event !== null && "type" in event && typeof event.type === "string")
    return event.type;
  throw new TroupeError("EVENT_INVALID", "an event needs a string type", {
    hint: 'Send an object like { type: "PAY" }.',
  });
}

/** Whether two recorded values are the same JSON, whatever the order of keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  return (
    left.length === Object.keys(b).length &&
    left.every(([key, value]) => key in b && sameJson(value, Reflect.get(b, key)))
  );
}

/**
 * What the rest of the host knows of XState: an actor is a fold over encoded events, and a
 * step asks for effects. Only the files of this folder touch XState's internals.
 */
import type { AnyActorLogic, Snapshot } from "xstate";
import type { Json } from "../../events/json.ts";
import type { Incarnations } from "./incarnations.ts";
import type { Crossing } from "./migration.ts";

/** An event as it is recorded: strict JSON; refs and errors stand in it as tagged objects. */
export type EncodedEvent = { readonly type: string; readonly [key: string]: Json };

/**
 * - `machine`, `transition`: an actor with a stream of its own.
 * - `promise`, `callback`, `observable`: a resident: it lives in its parent's stream and in
 *   the owner's memory; what it sends and how it ends are inputs of its parent.
 */
export type LogicType = "machine" | "transition" | "promise" | "callback" | "observable";

/** Who steps. All of it stands in the actor's first record, so it loads without any other (A15). */
export interface Identity {
  readonly address: string;
  /** XState's id: what `self.id` and `xstate.done.actor.<id>` say. */
  readonly id: string;
  readonly logic: AnyActorLogic;
  readonly parent?: { readonly address: string };
  /** Whether each new snapshot is sent to the parent as `xstate.snapshot.<id>`. */
  readonly syncSnapshot: boolean;
}

/** An actor between two records. Immutable: a step makes a new one. */
export interface State {
  readonly snapshot: Snapshot<unknown>;
  /** How often each address part has been used for a child; the next start of it is one more. */
  readonly incarnations: Incarnations;
  /** The last `xstate.snapshot.*` received, by child address: all that `getSnapshot()` of a child can answer. */
  readonly childSnapshots: Readonly<Record<string, Json>>;
  /** What the event under way says of a child. Only inside a step. */
  readonly news?: { readonly address: string; readonly snapshot: Json };
}

/** A child that a step starts, whichever way the machine says it. */
export interface ChildStart {
  readonly address: string;
  readonly id: string;
  /** Name under which the parent's logic knows the child's (`xstate.invoke.0.<state id>` for inline logic). */
  readonly src: string;
  readonly logicType: LogicType;
  readonly input?: Json;
  readonly systemId?: string;
  readonly syncSnapshot: boolean;
  /** It is nobody's child: `src` is its kind, and no one hears how it ends. */
  readonly detached?: true;
}

/**
 * What a step asks for, in the order in which it must be done. The place in the list is the
 * effect's index: its id is (address, seq, index). Same record, same list: also in replay.
 */
export type Effect =
  | {
      readonly type: "action";
      readonly name: string;
      readonly params?: unknown;
      readonly run: () => void;
    }
  | { readonly type: "send"; readonly to: string; readonly event: EncodedEvent }
  | { readonly type: "start"; readonly child: ChildStart }
  | { readonly type: "stop"; readonly child: string }
  | {
      readonly type: "timer";
      /** XState's send id: what cancels it, and what a new timer of the same id replaces. */
      readonly timer: string;
      readonly to: string;
      readonly event: EncodedEvent;
      readonly delayMs: number;
    }
  | { readonly type: "cancel"; readonly timer: string }
  | { readonly type: "emit"; readonly event: EncodedEvent };

/** How system ids are looked up during a step: live from the run's directory, in replay from the record. */
export interface SystemDirectory {
  get(systemId: string): string | undefined;
  all(): Readonly<Record<string, string>>;
}

export interface Stepped {
  readonly state: State;
  /** Whether the machine took any transition (false: the event changed nothing). */
  readonly handled: boolean;
  readonly effects: readonly Effect[];
  /** System ids looked up in this step and what they answered (null: nobody); absent if none was. */
  readonly lookups?: Readonly<Record<string, string | null>>;
  /** Ids of the transitions taken, as `source -> event -> targets`, for the record and coverage. */
  readonly taken: readonly string[];
}

/**
 * Type of the event that records a custom action that threw: `{ type, error }`. Handing it to
 * {@link Stepper.step} puts the actor in status `error`, as XState does.
 */
export const ACTION_FAILED = "troupe.action.failed";

/** The first step of an actor: its input in place of an event. */
export interface Birth {
  readonly input?: Json;
}

export interface Stepper {
  /**
   * Computes the next state. Pure: nothing of the actor or the host changes.
   *
   * An error that the machine throws is no exception here: the state's status is `error`.
   *
   * @param seq the seq that the record of this step will have.
   * @throws {@link TroupeError} `JSON_INVALID` (an event that the machine sends is not JSON),
   * `MACHINE_UNSUPPORTED` (nameless inline logic is spawned, …).
   */
  start(actor: Identity, birth: Birth, seq: number, system: SystemDirectory): Stepped;
  step(
    actor: Identity,
    state: State,
    event: EncodedEvent,
    seq: number,
    system: SystemDirectory,
  ): Stepped;

  /**
   * Takes an actor over into another machine, at another state.
   *
   * @throws {@link TroupeError} `MIGRATE_INVALID`, and whatever XState says of a state that it does not know.
   */
  migrate(crossing: Crossing, seq: number, system: SystemDirectory): Stepped;

  /** Ends the actor from outside: status `stopped`, and effects that stop its children. No exit actions, as in XState. */
  stop(actor: Identity, state: State, seq: number): Stepped;

  /** Whether the machine would take the event now (always true for other logic). */
  can(actor: Identity, state: State, event: EncodedEvent): boolean;
  /** The event types it has a transition for now, wildcards as written; sorted. */
  accepts(actor: Identity, state: State): readonly string[];

  /** Lower-case hex, 16 characters: of status, value, context, output, error, history, children and effects. */
  hash(state: State, effects: readonly Effect[], options?: HashOptions): string;
  /** The same at the cost of what is new since another state, or without the context where that is too much (A13). */
  hashSince(state: State, effects: readonly Effect[], since: Since): HashedState;
  /** A state as strict JSON, and back (same hash). Never restarts anything. */
  persist(actor: Identity, state: State): Json;
  revive(actor: Identity, data: Json): State;

  /** Tags refs and errors. @throws {@link TroupeError} `JSON_INVALID` with the path. */
  encode(value: unknown, place: string): Json;
  /** Whatever was thrown, as JSON: an error's name, message, code, hint and data. Never fails. */
  encodeError(error: unknown): Json;
  /** Revives refs (interned per address) and errors. */
  decode(value: Json): unknown;

  /** The address of the child that lives under this id now, if any (A6). */
  childAddress(state: State, id: string): string | undefined;
  /** The logic of a child by the name in its {@link ChildStart}. */
  childLogic(logic: AnyActorLogic, src: string): AnyActorLogic;

  /**
   * Runs a `promise`, `callback` or `observable` child. An end that is no JSON is an
   * `xstate.error.actor.<id>` with code `JSON_INVALID` and the path.
   */
  run(child: ResidentStart): Resident;
}

export interface HashOptions {
  /** Whether the context is part of it. Default true; false is for contexts too large to hash at each step (A13). */
  readonly context?: boolean;
}

/** What a hash may build on, and how far it may go. */
export interface Since {
  /** A state whose hash was made this way: what both share costs nothing. */
  readonly before?: Snapshot<unknown> | undefined;
  /** About how many characters of new context may be looked at. Default: any. */
  readonly budget?: number;
}

export interface HashedState {
  readonly hash: string;
  /** False: too much of the context was new, so the hash leaves it out. */
  readonly whole: boolean;
}

export interface ResidentStart {
  readonly identity: Identity;
  readonly logicType: LogicType;
  readonly input?: Json;
  /** Whether the parent wants `xstate.snapshot.<id>` events. */
  readonly syncSnapshot: boolean;
  /** Called with the resident's `self` right before its logic starts: where an activity's context is attached. */
  readonly prepare?: (self: object) => void;
  /** How it ended: once, and not after `stop`. `xstate.done.actor.<id>` or `xstate.error.actor.<id>`. */
  readonly ended: (event: EncodedEvent) => void;
  /** What it sends on the way: to its parent or to anybody it has a ref of. */
  readonly sent: (to: string, event: EncodedEvent) => void;
}

export interface Resident {
  /** Delivers an event (callbacks receive it; promises and observables ignore it). */
  send(event: EncodedEvent): void;
  /** Ends it: aborts its signal, runs its clean-up; nothing is reported afterwards. */
  stop(): void;
}

/** What a stepper asks of the host around it. */
export interface StepperOptions {
  /** Something called `ref.send(event)` outside a step: in a custom action, a callback, or later. */
  readonly relay: (from: string | undefined, to: string, event: EncodedEvent) => void;
  /** The live snapshot of an actor for `ref.getSnapshot()` outside a step. @throws `SNAPSHOT_UNKNOWN` */
  readonly snapshotOf: (address: string) => Snapshot<unknown>;
  /** Who has a system id now, for `system.get` outside a step. */
  readonly system: (from: string) => SystemDirectory;
  /** What `log()` actions and `system` loggers write to. */
  readonly logger: (...args: unknown[]) => void;
  /** Freeze contexts deeply, and step twice and compare hashes (`MACHINE_IMPURE`). */
  readonly strict: boolean;
  /** The kind in the address of a child with a stream of its own. Default: its parent's kind. */
  readonly kindOf?: (logic: AnyActorLogic) => string | undefined;
}

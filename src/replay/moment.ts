/** What is to be seen at one position of a run: plain data, fit for JSON. */
import type { Json } from "../events/json.ts";
import type { RecordBody, RecordedEvent } from "../events/record.ts";
import type { Cause } from "./cause.ts";
import type { ContextDiff } from "./context-diff.ts";

/** A run, all its actors cut right behind one record. */
export interface Moment {
  readonly run: string;
  /** Of the record, from 1. */
  readonly position: number;
  /** How many records the run has. */
  readonly length: number;
  readonly record: RecordSeen;
  /** Those that exist then, in the order of their births. */
  readonly actors: readonly ActorSeen[];
}

/** One actor at a position, as its last record has it. */
export interface ActorSeen {
  readonly address: string;
  /** State value; null of an actor that is no state machine, or where it cannot be read. */
  readonly state: Json;
  readonly status: RecordBody["status"] | null;
  /** Of its last record. */
  readonly seq: number;
  /** Where that record stands in the run. */
  readonly position: number;
  /** When it was written, epoch ms. */
  readonly at: number;
  /** How much would have to go on: effects, activities, timers. */
  readonly owes: number;
}

/** One record, and what its step did. */
export interface RecordSeen {
  readonly address: string;
  readonly kind: string;
  readonly seq: number;
  readonly type: string;
  /** When it was written, epoch ms. */
  readonly at: number;
  /** Of the kind that wrote it; null where it cannot be read. */
  readonly version: string | null;
  /** What came in: an event, or what it was started with. */
  readonly event: RecordedEvent | null;
  /** Input and parent; only of a birth. */
  readonly born: { readonly input?: Json; readonly parent?: string } | null;
  readonly cause: Cause;
  /** State before and after; null before its birth. */
  readonly before: StateSeen | null;
  readonly after: StateSeen;
  /** False: the machine had no transition for it. */
  readonly handled: boolean;
  /** It came too late, and was not shown to the machine. */
  readonly stale: boolean;
  /** The seq of the record that takes it out, and with it all that is said of it here; else null. */
  readonly skippedBy: number | null;
  readonly transitions: readonly string[];
  readonly facts: readonly RecordedEvent[];
  /** Ids (`seq.index`) of effects that have arrived since the actor's record before. */
  readonly settled: readonly string[];
  readonly output: Json;
  readonly error: Json;
  /** What it asked for, in order; null where it could not be replayed. */
  readonly effects: readonly EffectSeen[] | null;
  /** What it changed in the context; null where it could not be replayed. */
  readonly context: ContextDiff | null;
  /** Why it could not be replayed. */
  readonly fault: Fault | null;
}

export interface StateSeen {
  readonly state: Json;
  readonly status: RecordBody["status"] | null;
}

/** An error as data. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  /** The record that it is about. */
  readonly address: string;
  readonly seq: number;
  readonly position: number;
}

/** What a step asked for; `id` is `seq.index`. */
export type EffectSeen =
  | { readonly id: string; readonly type: "action"; readonly name: string; readonly params: Json }
  | {
      readonly id: string;
      readonly type: "send";
      readonly to: string;
      readonly event: RecordedEvent;
    }
  | {
      readonly id: string;
      readonly type: "start";
      readonly address: string;
      /** Under which name the machine knows what is started. */
      readonly src: string;
      readonly logic: string;
      readonly input: Json;
    }
  | { readonly id: string; readonly type: "stop"; readonly address: string }
  | {
      readonly id: string;
      readonly type: "timer";
      readonly name: string;
      readonly to: string;
      readonly event: RecordedEvent;
      /** Epoch ms. */
      readonly dueAt: number;
    }
  | { readonly id: string; readonly type: "cancel"; readonly name: string }
  | { readonly id: string; readonly type: "emit"; readonly event: RecordedEvent };

/** One actor at a position, whole. */
export interface ActorWhole extends ActorSeen {
  /** Null where it could not be replayed. */
  readonly context: Json;
  /** What would have to go on if its owner died then; null where it could not be replayed. */
  readonly open: OpenSeen | null;
  readonly fault: Fault | null;
}

export interface OpenSeen {
  readonly timers: readonly {
    readonly name: string;
    readonly to: string;
    readonly event: RecordedEvent;
    readonly dueAt: number;
  }[];
  readonly activities: readonly {
    readonly address: string;
    readonly src: string;
    readonly startedAt: number;
    /** Of the attempt that is under way. */
    readonly attempt: number;
    /** It waits until then, epoch ms; else null. */
    readonly retryAt: number | null;
  }[];
  /** Effects that nobody has taken yet, as it knows. */
  readonly outbox: readonly {
    readonly id: string;
    readonly type: "send" | "start" | "stop";
    readonly to: string;
    /** The event's type, of a send. */
    readonly event: string | null;
  }[];
  /** Custom actions that may not have run. */
  readonly actions: readonly { readonly id: string; readonly name: string }[];
}

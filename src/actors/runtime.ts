/** What all actors of one host share. */
import type { EventLog } from "../events/log/log.ts";
import type { Json } from "../events/json.ts";
import type { RecordedEvent, SystemDelta } from "../events/record.ts";
import type { Projections } from "../projections/face.ts";
import type { Away } from "./away/away.ts";
import type { Clock } from "./clock.ts";
import type { Fold } from "./fold.ts";
import type { Input } from "./inputs.ts";
import type { Kinds } from "./kind.ts";
import type { Timers } from "./timers.ts";
import type { RunningResident } from "./residents.ts";
import type { StandIns } from "./stand-ins.ts";
import type { Stepper, SystemDirectory } from "./xstate/contract.ts";

/**
 * Named points where a crash drill or a simulation may stop the host. `before-answer` lies behind
 * all effects of an append, before its senders are told; `during-snapshot` between computing a
 * snapshot and storing it.
 */
export type CrashPoint =
  | "before-append"
  | "after-append"
  | "before-effect"
  | "after-effect"
  | "before-answer"
  | "in-activity"
  | "during-snapshot";

/** An actor that cannot be loaded or moved. Tried again at the next load. */
export interface Parked {
  readonly address: string;
  /** The record that cannot be applied; where an input cannot be recorded, the seq that it would have had. */
  readonly seq: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** Progress of an activity: not recorded, for watchers only. */
export interface Progress {
  /** The actor that runs it. */
  readonly address: string;
  /** The activity's own address. */
  readonly activity: string;
  readonly attempt: number;
  readonly value: Json;
}

export interface Settings {
  /** Commands and messages that may wait for one actor. */
  readonly mailboxLimit: number;
  /** Records between two snapshots of an actor. */
  readonly snapshotEvery: number;
  /** Records between two checkpoints of an actor (A14); a large actor takes more. */
  readonly checkpointEvery: number;
  /** Idle time after which an actor leaves the memory, ms. */
  readonly idleMs: number;
  /** Actors in memory above which those that have been idle longest leave it. */
  readonly loadedLimit: number;
  /** Whether activities are started. If not, they stay owed: a process that stays will start them. */
  readonly activities: boolean;
  /** What this host can do that others cannot: activities ask for it. */
  readonly labels: readonly string[];
}

export interface Runtime extends Settings {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly kinds: Kinds;
  readonly stepper: Stepper;
  readonly epoch: number;
  /** The way to hosts with other labels; absent where there is no other host. */
  readonly away?: Away;
  /** In place of the world; absent but in simulations. */
  readonly standIns?: StandIns;
  /** Of the log. */
  readonly projections: Pick<Projections, "rows">;
  /** Whether the host still runs its actors. */
  readonly running: () => boolean;
  /** A record id that no other writer and no other attempt has. */
  readonly newId: () => string;
  /** Puts an input into an actor's mailbox; the actor is loaded where it is not, unless it is `fresh`. */
  readonly offer: (address: string, input: Input, fresh?: boolean) => void;
  /** Notes that an actor started a resident. */
  readonly started: (address: string, resident: string, id: string) => void;
  /** Calls back once every open actor has been taken over and has started its children. */
  readonly onceRecovered: (call: () => void) => void;
  /** The system ids of a run. */
  readonly directory: (root: string) => RunDirectory;
  /** The fold of an actor that is in memory. */
  readonly foldOf: (address: string) => Fold | undefined;
  /** Residents that run in this host, by address. */
  readonly residents: Map<string, RunningResident>;
  /** Sets the alarms of an actor to the timers that it has armed. */
  readonly arm: (address: string, timers: Timers | undefined) => void;
  /** The host cannot go on: every further work stops and waits for a new host. */
  readonly fail: (error: unknown) => void;
  readonly park: (parked: Parked) => void;
  /** The actor's visible state has moved. */
  readonly published: (address: string) => void;
  /** The actor has nothing to do right now. */
  readonly idle: (address: string) => void;
  readonly emitted: (address: string, event: RecordedEvent) => void;
  readonly progressed: (progress: Progress) => void;
  readonly at: (point: CrashPoint, address: string) => void;
  readonly warn: (message: string, facts: Readonly<Record<string, unknown>>) => void;
  /** Batches that the host's actors have taken. */
  readonly turns: { taken: number };
  /** Lets timers and I/O in. */
  readonly turn: () => Promise<void>;
  /** The custom action that runs now, for what it sends. */
  readonly acting: { current: Acting | undefined };
}

export interface Acting {
  readonly address: string;
  /** `address#seq.index`. */
  readonly effect: string;
  readonly seq: number;
  /** How many things it has sent. */
  sent: number;
}

/** The live system directory of one run. */
export interface RunDirectory extends SystemDirectory {
  apply(delta: SystemDelta): void;
}

/** What users hold of an actor: typed by its kind, and no more than an address inside. */
import type { EmittedFrom, SnapshotFrom } from "xstate";
import type { RecordedEvent } from "../events/record.ts";
import type { AnyKind, KindEvent } from "./kind.ts";

export interface SendOptions {
  /** Idempotency key: the same id again changes nothing and answers as before. Default: a new one. */
  readonly id?: string;
  /** W3C `traceparent`; goes with everything that follows from it. */
  readonly trace?: string;
}

/** A command's answer. */
export interface Sent {
  /** The record in which it is on disk. */
  readonly seq: number;
  /** What the machine emitted there. */
  readonly facts: readonly Fact[];
}

/** Something that a machine emitted. */
export type Fact = RecordedEvent;

export interface WaitOptions {
  /** Longest wait, ms. Default: none. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface ActorHandle<TKind extends AnyKind> {
  readonly address: string;

  /**
   * Sends an event; resolves when it is on disk.
   *
   * @throws {@link TroupeError} `EVENT_REFUSED` (its `data.accepts` names what it would take),
   * `EVENT_INVALID`, `EVENT_RESERVED`, `ACTOR_NOT_FOUND`, `ACTOR_PARKED`, `MAILBOX_FULL`.
   */
  send(event: KindEvent<TKind>, options?: SendOptions): Promise<Sent>;

  /**
   * Resolves with the first snapshot that the predicate takes: the present one, or a later one.
   *
   * @throws {@link TroupeError} `WAIT_TIMEOUT`, `ACTOR_NOT_FOUND`, `ACTOR_PARKED`, `HOST_CLOSED`.
   */
  waitFor(
    predicate: (snapshot: SnapshotFrom<TKind["machine"]>) => boolean,
    options?: WaitOptions,
  ): Promise<SnapshotFrom<TKind["machine"]>>;

  /** The state as of its last record. */
  snapshot(): Promise<SnapshotFrom<TKind["machine"]>>;

  /** Stops it, children included, without running exit actions. Stopping it twice is safe. */
  stop(options?: SendOptions): Promise<{ readonly seq: number }>;

  /** Listens to what the machine emits from now on, after it is on disk; `"*"` is everything. Returns what ends it. */
  on(type: string, listener: (event: EmittedFrom<TKind["machine"]>) => void): () => void;
}

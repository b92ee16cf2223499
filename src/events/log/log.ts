/**
 * The append-only log: the only source of truth, and the only port with three
 * engines (memory for tests, SQLite for one machine, JetStream for many).
 *
 * Invariants every engine must keep; `tests/contract/log.contract.ts` checks them:
 *
 * - L1. Within a stream, `seq` is 1, 2, 3, … with no gap and no reuse.
 * - L2. `append` with `expected` other than the tip throws `LOG_WRONG_SEQUENCE` and writes
 *       nothing; in a shared commit each stream is checked alone.
 * - L3. Once `append` resolves, the records are on disk and every later read sees them.
 * - L4. Appending the same ids at the same `expected` again writes nothing and succeeds.
 * - L5. A reader of a partition sees each record once, in order, and skips none that commits late.
 * - L6. An unknown outcome says so (`LOG_OUTCOME_UNKNOWN`), and the same append again is safe.
 * - L7. Bodies are strict JSON; anything else is refused with its path (`JSON_INVALID`).
 * - L8. A body over the limit is stored once by content hash; a codec sees every body.
 * - L9. What was stored apart goes only by `sweepPayloads`, and never while something refers to it.
 */
import type { Json, JsonObject } from "../json.ts";

/** A cut through the log: opaque; one number per partition stands in it, so it is no total order. */
export type Position = string;

/** A record as its writer hands it in. One record is one step of one actor. */
export interface NewRecord {
  /** Unique to this writer and attempt; the key of L4. */
  readonly id: string;
  /** The step's leading fact, else the type of its input. */
  readonly type: string;
  /** Epoch ms; never decreasing within a stream. */
  readonly at: number;
  /** Id that all records of one undertaking share. */
  readonly correlation: string;
  /** Id of the command, effect or timer that caused this record. */
  readonly cause?: string;
  /** W3C `traceparent`. */
  readonly trace?: string;
  /** Strict JSON. */
  readonly body: JsonObject;
}

/** A record as the log gives it back. */
export interface Recorded extends NewRecord {
  /** The actor's address. */
  readonly stream: string;
  /** 1, 2, 3, … within the stream. */
  readonly seq: number;
}

/** A record met while scanning, with the cut that lies right behind it. */
export interface Scanned extends Recorded {
  readonly position: Position;
}

export interface ScanOptions {
  /** Start behind this cut. Default: the beginning. */
  readonly after?: Position;
  /** Only this partition. Default: all. */
  readonly partition?: number;
  /** Keep waiting for new records once the end is reached. Default false. */
  readonly live?: boolean;
  /** Ends a live scan (the iteration completes; it does not throw). */
  readonly signal?: AbortSignal;
}

/** A cached state of an actor: never the truth. `key` says which code it fits. */
export interface StoredSnapshot {
  readonly seq: number;
  readonly key: string;
  readonly data: Json;
}

/** Snapshots by stream, one each; may lose them at any time. */
export interface SnapshotStore {
  get(stream: string): Promise<StoredSnapshot | undefined>;
  put(stream: string, snapshot: StoredSnapshot): Promise<void>;
}

/** The right to run a log's actors. Safety does not rest on it: L2 does that. */
export interface Ownership extends AsyncDisposable {
  /** Greater than every epoch given out before on this log. */
  readonly epoch: number;
  /** Aborts when the ownership is lost without being given back. */
  readonly lost: AbortSignal;
}

/** Something asked of the owner of an actor from outside it. */
export interface Command {
  /** Idempotency key: the same id again must not act again. */
  readonly id: string;
  /** The actor's address. */
  readonly address: string;
  /** What is asked, e.g. `send`. */
  readonly op: string;
  readonly data: Json;
}

/** How commands travel from any process to the owner, and the answers back. */
export interface CommandChannel {
  /**
   * Answers commands until disposed. Only the owner serves. A `TroupeError` that `handle`
   * throws is thrown again, with its code, hint and data, by the requester's `request`.
   */
  serve(handle: (command: Command) => Promise<Json>): Promise<AsyncDisposable>;
  /**
   * Asks the owner.
   *
   * @throws {@link TroupeError} `LOG_UNOWNED` where no owner lives; `LOG_OUTCOME_UNKNOWN`
   * after `timeoutMs` (default 30,000) without an answer: the same command again is safe.
   */
  request(command: Command, options?: { readonly timeoutMs?: number }): Promise<Json>;
}

/** What a sweep did. */
export interface Swept {
  /** Payloads that are gone, and how many bytes they took. */
  readonly removed: number;
  readonly bytes: number;
  /** Payloads that are still there. */
  readonly kept: number;
}

/** How long a payload that nothing refers to stays, if nobody says: one day. */
export const SWEEP_GRACE_MS = 86_400_000;

export interface EventLog extends AsyncDisposable {
  /** Where it is, without secrets: fit for messages. */
  readonly url: string;
  readonly partitions: number;
  /** What its bodies pass through, where one was given: what is derived from them and kept must pass it, too. */
  readonly codec?: Codec | undefined;
  readonly snapshots: SnapshotStore;
  readonly commands: CommandChannel;

  /**
   * Writes records at the tip, all or none. An empty list writes nothing and answers `expected`.
   *
   * @returns the seq of the last record written, from 1.
   * @throws {@link WrongSequenceError} `LOG_WRONG_SEQUENCE` if the tip moved.
   * @throws {@link TroupeError} `LOG_OUTCOME_UNKNOWN` if nobody can say whether it was
   * written (the same append again is safe); `LOG_WRITE_FAILED` if it surely was not.
   */
  append(
    stream: string,
    records: readonly NewRecord[],
    options: { readonly expected: number },
  ): Promise<number>;

  /** The seq of the last record of a stream, 0 where there is none. */
  tip(stream: string): Promise<number>;

  /** Reads a stream in order, from `after + 1` to `to` or the tip as it is then, and ends. */
  read(
    stream: string,
    options?: { readonly after?: number; readonly to?: number },
  ): AsyncIterable<Recorded>;

  /** Reads all streams: in order within each partition. */
  scan(options?: ScanOptions): AsyncIterable<Scanned>;

  /** The cut behind everything that is acknowledged now. */
  end(): Promise<Position>;

  /**
   * The ids of the records right before a cut, one a partition; null where there is none, be it
   * that the cut lies at the beginning or that the log does not reach so far. Two logs that
   * answer the same hold the same records before the cut.
   *
   * @throws {@link TroupeError} `LOG_INCOMPATIBLE` where it is no position of such a log.
   */
  idsAt(position: Position): Promise<readonly (string | null)[]>;

  /**
   * Becomes the owner.
   *
   * @param options.owner who asks, for messages (e.g. `host 4711`).
   * @throws {@link TroupeError} `LOG_OWNED` while another owner lives, naming it.
   */
  claim(options: { readonly owner: string }): Promise<Ownership>;

  /**
   * Removes the payloads (bodies stored apart) that no record refers to. Safe beside running
   * hosts, and to be cut short and repeated at any time.
   *
   * @param options.graceMs what was stored, or stored again, less than this ago stays. It must
   * be longer than an append may take, retries included: an append stores its payload first.
   * Default one day.
   */
  sweepPayloads(options?: { readonly graceMs?: number }): Promise<Swept>;
}

/** Options that every engine takes. */
export interface LogOptions {
  /** Sees every body and snapshot on its way in and out. Default: identity. */
  readonly codec?: Codec;
  /** Bodies over this many bytes are stored apart, once by content. Default 262,144. */
  readonly payloadLimit?: number;
}

/** Encryption or compression from outside. `decode(encode(x))` must equal `x`. */
export interface Codec {
  encode(payload: Uint8Array): Uint8Array;
  decode(payload: Uint8Array): Uint8Array;
}

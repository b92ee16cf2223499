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
 *       Archives are part of the log: a scan reads them where their records stood. An archived
 *       actor answers `RUN_ARCHIVED`, for ever.
 */
import type { Json, JsonObject } from "../json.ts";
import type { WorkChannel } from "./work-channel.ts";

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
  /** Read what is archived, too, each record in its old place. Default true. */
  readonly archived?: boolean;
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

/** The right to run a log's actors, or those of one partition. Safety does not rest on it: L2 does that. */
export interface Ownership extends AsyncDisposable {
  /** Greater than every epoch given out before for any partition that it covers. */
  readonly epoch: number;
  /** Aborts when the ownership is lost without being given back. */
  readonly lost: AbortSignal;
}

/** What a host says of itself to the others on the same log. */
export interface HostFacts {
  /** Unique to this life of the host: letters, digits, `_` and `-`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** Epoch ms. */
  readonly since: number;
  /** Version by kind. */
  readonly kinds: Readonly<Record<string, string>>;
  /** What only this host and those with the same label can do. */
  readonly labels: readonly string[];
  /** Partitions that it cannot run: they hold open actors of kinds or versions that it lacks. */
  readonly refuses: readonly number[];
}

/** The place that a host has among the others, until it is disposed or its process dies. */
export interface Membership extends AsyncDisposable {
  /** Says anew what the host is. */
  update(facts: HostFacts): Promise<void>;
}

/** How the hosts of one log know of each other. */
export interface Members {
  /** Makes a host known until it leaves, or its process dies and the lease time is over. */
  join(facts: HostFacts): Promise<Membership>;
  /** The hosts that are known now, by id. */
  hosts(): Promise<readonly HostFacts[]>;
  /** By partition: the id of the host that owns it, or whatever else its owner called itself; undefined: nobody does. */
  owners(): Promise<readonly (string | undefined)[]>;
  /** Calls back when hosts or owners may have changed, until the result is called. A death need not be told. */
  changed(call: () => void): () => void;
  /** How far a clock is ahead of the log's, ms, and how much this may be off. */
  skew(now: () => number): Promise<{ readonly aheadMs: number; readonly withinMs: number }>;
}

/** Something asked of the owner of an actor from outside it. */
export interface Command {
  /** Idempotency key: the same id again must not act again. */
  readonly id: string;
  /** The actor's address. */
  readonly address: string;
  /** What is asked, e.g. `send`. `deliver` is for hosts alone: what an actor of another partition sent. */
  readonly op: string;
  readonly data: Json;
}

/** How commands travel from any process to the owner, and the answers back. */
export interface CommandChannel {
  /**
   * Answers commands until disposed. Only the owner serves. A `TroupeError` that `handle`
   * throws is thrown again, with its code, hint and data, by the requester's `request`; but
   * `LOG_UNOWNED` says that another one is to be asked.
   *
   * @param options.partition as it was claimed. Default: the whole log.
   */
  serve(
    handle: (command: Command) => Promise<Json>,
    options?: { readonly partition?: number },
  ): Promise<AsyncDisposable>;
  /**
   * Asks the owner. While hosts are known ({@link Members}) it waits for one that takes the
   * partition, and asks the next where one went away: the same command acts once.
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
  /** Absent where only one host can be on a log at a time. */
  readonly members?: Members | undefined;
  /** How work gets to hosts with a label; absent where there is no other host. */
  readonly work?: WorkChannel | undefined;

  /**
   * Writes records at the tip, all or none. An empty list writes nothing and answers `expected`.
   *
   * @returns the seq of the last record written, from 1.
   * @throws {@link WrongSequenceError} `LOG_WRONG_SEQUENCE` if the tip moved.
   * @throws {@link TroupeError} `LOG_OUTCOME_UNKNOWN` if nobody can say whether it was
   * written (the same append again is safe); `LOG_WRITE_FAILED` if it surely was not;
   * `RUN_ARCHIVED` where the actor is archived.
   */
  append(
    stream: string,
    records: readonly NewRecord[],
    options: { readonly expected: number },
  ): Promise<number>;

  /** The seq of the last record of a stream, 0 where there is none. */
  tip(stream: string): Promise<number>;

  /**
   * Reads a stream in order, from `after + 1` to `to` or the tip as it is then, and ends.
   *
   * @throws {@link TroupeError} `RUN_ARCHIVED` where the actor is archived.
   */
  read(
    stream: string,
    options?: { readonly after?: number; readonly to?: number },
  ): AsyncIterable<Recorded>;

  /**
   * Reads all streams: in order within each partition.
   *
   * @throws {@link TroupeError} `ARCHIVE_MISSING` where what it would have to read is in a file that is gone.
   */
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
   * @param options.owner who asks, for messages (e.g. `host 4711`), or the id of a host that is known.
   * @param options.partition what is claimed. Default: the whole log.
   * @throws {@link TroupeError} `LOG_OWNED` while another owner lives, naming it.
   */
  claim(options: { readonly owner: string; readonly partition?: number }): Promise<Ownership>;

  /**
   * Removes the payloads (bodies stored apart) that no record refers to. Safe beside running
   * hosts, and to be cut short and repeated at any time.
   *
   * @param options.graceMs what was stored, or stored again, less than this ago stays. It must
   * be longer than an append may take, retries included: an append stores its payload first.
   * Default one day.
   */
  sweepPayloads(options?: { readonly graceMs?: number }): Promise<Swept>;

  /**
   * Removes the records of an archived actor, all before the last, and its snapshot: for
   * archiving, once they are in a file. Safe to be cut short and repeated. Of `archive/files`
   * nothing is removed: asking shows whether one may purge.
   *
   * @throws {@link TroupeError} `USAGE` unless its last record says that it is archived;
   * `LOG_FORBIDDEN` where the server does not let this user.
   */
  purge(stream: string): Promise<void>;
}

/** Options that every engine takes. */
export interface LogOptions {
  /** Sees every body and snapshot on its way in and out. Default: identity. */
  readonly codec?: Codec;
  /** Bodies over this many bytes are stored apart, once by content. Default 262,144. */
  readonly payloadLimit?: number;
  /** Folder of the log's archives, where they are no longer where they were written. */
  readonly archives?: string;
}

/** Encryption or compression from outside. `decode(encode(x))` must equal `x`. */
export interface Codec {
  /** @param of what the payload belongs to; absent for what is derived of many actors, as rows of projections. */
  encode(payload: Uint8Array, of?: PayloadOf): Uint8Array;
  /**
   * Names a payload that is stored apart. A codec that encodes the same differently for two runs
   * must give it two names. Default: `sha256:` and the hash of the payload.
   */
  nameOf?(payload: Uint8Array, of: PayloadOf): string;
  /** Makes all that was encoded for a run unreadable, for ever; then `encode` and `decode` throw `RUN_ERASED` for it. */
  erase?(root: string): void;
  isErased?(root: string): boolean;
  decode(payload: Uint8Array): Uint8Array;
}

/** What a payload belongs to. */
export interface PayloadOf {
  /** The address of the actor whose body, snapshot, command or answer it is. */
  readonly stream: string;
}

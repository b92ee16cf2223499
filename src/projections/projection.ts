/**
 * What a projection is: a keyed fold of the log into rows. `runner.ts` runs it.
 *
 * - A record changes the rows whose keys it names, each for itself: nothing but that row and the
 *   record is needed for it; so a fold costs the same however many rows there are.
 * - P2: the records of one run come in the order in which they were written, those of different
 *   runs in any order. A fold whose key spans runs must come to the same end in all of them.
 * - P5: a fold is pure; it touches nothing but what it returns.
 */
import type { Recorded } from "../events/log/log.ts";
import type { RecordBody } from "../events/record.ts";
import type { Table } from "./table.ts";

/** A record as it stands in the log, without its body. */
export type Envelope = Omit<Recorded, "body">;

/** A record with its body parsed. */
export interface StepRecord extends Envelope {
  readonly body: RecordBody;
}

/** Rows are strict JSON. Methods, so that a list may hold projections of all kinds of rows. */
export interface Projection<TRow = unknown> {
  /** Letters, digits and `-`; unique among the projections of a log. */
  readonly name: string;
  /** Raise it when the fold changes: its rows are then folded anew. */
  readonly version: number;
  /** A row is changed by the records of the stream alone that its key names: the first finds none. Default false. */
  readonly byStream?: boolean;
  /** The rows that a record changes; undefined where it changes none. No body: it cannot be read. */
  key(record: Envelope, body: RecordBody | undefined): string | readonly string[] | undefined;
  /** The row of a key after a record; undefined removes it. What it throws parks the key (P4). */
  fold(row: TRow | undefined, record: StepRecord, key: string): TRow | undefined;
  /** The row after a record whose body cannot be read. Default: the key is parked (P4). */
  unreadable?(row: TRow | undefined, record: Envelope, key: string): TRow | undefined;
  /** What of its rows SQL can ask for. Default: nothing but the rows, as JSON. */
  readonly tables?: readonly Table<TRow>[];
}

/** What the opened projections of a log offer. */
import type { EventLog } from "../events/log/log.ts";
import type { RowChange, WatchOptions } from "./follow.ts";
import type { Place } from "./place.ts";
import type { Projection } from "./projection.ts";
import type { ProjectionStatus } from "./status.ts";
import type { Answer, Query } from "./store.ts";
import type { View } from "./table.ts";

export interface ProjectionsOptions {
  readonly log: EventLog;
  /** Default: the built-in ones, which are best folded together. */
  readonly projections?: readonly Projection[];
  /** For questions in SQL. Default: the built-in ones. */
  readonly views?: readonly View[];
  /** Where rows are kept. Default: as the log's url says; null: in memory. */
  readonly place?: Place | null;
  /** Hears after each batch how many records were folded since this was opened. */
  readonly progress?: (read: number) => void;
  /** Hears of parked keys, of files thrown away, and where nothing can be kept. Default: nobody. */
  readonly warn?: (message: string, facts: Readonly<Record<string, unknown>>) => void;
}

/** A row as it is read. */
export interface KeyedRow<TRow> {
  readonly key: string;
  /** Undefined only where the key was parked before there was a row. */
  readonly row: TRow | undefined;
  /** Why the key is parked: its row is as it was before that. */
  readonly parked?: string;
  /** Why the tables of the projection hold nothing of it. */
  readonly unspread?: string;
}

export interface RowsOptions {
  /** As of what this handle read last, or later: the log is not asked for more. Default false. */
  readonly asLastRead?: boolean;
}

/** A question in SQL. */
export interface SqlOptions {
  /**
   * How many new records are folded first, at most; what has no rows at all yet is folded whole.
   * Default: all.
   */
  readonly limit?: number;
}

/** What is read is of the log as it was when it was asked, or later. */
export interface Projections extends AsyncDisposable {
  /** Whether rows outlive the process, so that folding ahead is of use. */
  readonly kept: boolean;
  /**
   * Folds what is new, at most `limit` records.
   *
   * @returns how many records it read.
   */
  catchUp(limit?: number): Promise<number>;
  /** All rows, in the order in which they moved last within each partition. */
  rows<TRow>(projection: Projection<TRow>, options?: RowsOptions): Promise<readonly KeyedRow<TRow>[]>;
  row<TRow>(projection: Projection<TRow>, key: string): Promise<KeyedRow<TRow> | undefined>;
  /**
   * Asks in SQL: of the tables and views of the projections, and of `rows_of_NAME` (key, row as
   * JSON, parked). Nothing can be written.
   *
   * @param values for `?`, in order, or for names such as `:agent`.
   * @throws {@link TroupeError} `QUERY_INVALID`.
   */
  sql(text: string, values?: Query["values"], options?: SqlOptions): Promise<readonly Answer[]>;
  /**
   * Rows as they change, for as long as it is read, or until `signal`: first all that there are.
   * Whoever reads slowly gets the last state of each row, not every one.
   */
  watch<TRow>(projection: Projection<TRow>, options?: WatchOptions): AsyncIterable<RowChange<TRow>>;
  /** What is kept of which projection, how far it is, and what stands still. Folds nothing. */
  status(): Promise<readonly ProjectionStatus[]>;
  /** When the oldest record was written that the rows do not hold, epoch ms; undefined: they hold all. Folds nothing. */
  behindSince(): Promise<number | undefined>;
  /** Folds some anew, beside what is read meanwhile (P3). Default: all. */
  rebuild(names?: readonly string[]): Promise<void>;
}

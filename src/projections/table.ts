/**
 * Tables: what of a projection's rows SQL can ask for.
 *
 * - A row of a projection is spread out into any number of rows of its tables; whenever it changes,
 *   these are replaced. So a table is a function of the rows, and P2 holds for it, too.
 * - Names of columns are those of the fields that they hold. Times are epoch ms, lengths ms,
 *   booleans 1 and 0; what is not known is NULL.
 */

export type ColumnType = "text" | "integer" | "real";
export type Columns = Readonly<Record<string, ColumnType>>;
export type Cell = string | number | null;

/** A row of a table with such columns. */
export type TableRow<TColumns extends Columns> = {
  readonly [K in keyof TColumns]: (TColumns[K] extends "text" ? string : number) | null;
};

export interface Table<TRow = unknown> {
  /** Small letters, digits and `_`; unique among the tables of a log. */
  readonly name: string;
  readonly columns: Columns;
  /** Each a list of columns; one that holds all that a question asks for is read without the table. Default: none. */
  readonly indexes?: readonly (readonly string[])[];
  /** Sums over its rows, kept with each write: for questions about all of them. Default: none. */
  readonly totals?: readonly Totals[];
  /** What a row of the projection comes to. Pure, like the fold. */
  spread(row: TRow, key: string): readonly Readonly<Record<string, Cell>>[];
}

/**
 * Sums over groups of a table's rows: a table of its own, one row per group that has members. `n`
 * is how many there are; of each sum X, `X` is the sum of what is known, and `XKnown` of how many
 * that is, so that `X / XKnown` is the mean.
 *
 * - What is larger than 2^53 counts as not known.
 * - What is summed is rounded to 2^-30 first. So sums of up to 8 million (of whole numbers: 9·10^15)
 *   are exact, whatever came and went in which order, and P2 holds for them, too.
 */
export interface Totals<TCells = never> {
  /** As that of a table. */
  readonly name: string;
  /** Columns that make a group. */
  readonly by: Columns;
  /** Columns that are summed up. */
  readonly sums: readonly string[];
  /** What a row of the table counts for; undefined: for nothing. Pure. Default: its own cells. */
  of?(cells: TCells): Readonly<Record<string, Cell>> | undefined;
}

/** A question that has a name, in SQL over tables and other views. */
export interface View {
  readonly name: string;
  readonly sql: string;
}

export interface TableDefinition<TRow, TColumns extends Columns> {
  readonly name: string;
  readonly columns: TColumns;
  /** Default: none. */
  readonly indexes?: readonly (readonly (keyof TColumns & string)[])[];
  /** Default: none. */
  readonly totals?: readonly Totals<TableRow<TColumns>>[];
  readonly spread: (row: TRow, key: string) => readonly TableRow<TColumns>[];
}

/** Defines a table; `spread` is held to its columns. */
export function defineTable<TRow, const TColumns extends Columns>(
  definition: TableDefinition<TRow, TColumns>,
): Table<TRow> {
  return definition;
}

/** All columns of totals, in order. */
export function totalsColumns({ by, sums }: Pick<Totals, "by" | "sums">): readonly string[] {
  return [...Object.keys(by), "n", ...sums.flatMap((sum) => [sum, `${sum}Known`])];
}

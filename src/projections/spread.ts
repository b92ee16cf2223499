/**
 * Spreads a row out over the tables of its projection.
 *
 * - What a table cannot take is a function of the row alone: the row stands, its tables hold
 *   nothing of it and say why, until the row is another. So it does not matter where a batch ends.
 */
import type { Answer, Entry, NewEntry } from "./store.ts";
import type { Cell, ColumnType, Table, Totals } from "./table.ts";

/** What it is spread out from: an entry without tables. */
export type Arrived = Entry & Pick<NewEntry, "isNew">;

/** An entry with its rows in each table, or with what is wrong with them. */
export function withSpread(entry: Arrived, key: string, tables: readonly Table[]): NewEntry {
  const { unspread: _, ...rest } = entry;
  const { row } = entry;
  if (row === undefined) return { ...rest, spread: tables.map(() => []) };
  try {
    return { ...rest, spread: tables.map((table) => rowsIn(table, row, key)) };
  } catch (error) {
    const unspread = error instanceof Error ? error.message : String(error);
    return { ...rest, unspread, spread: tables.map(() => []) };
  }
}

function rowsIn(table: Table, row: unknown, key: string): readonly Answer[] {
  const rows = table.spread(row, key);
  const columns = Object.entries(table.columns);
  return rows.map((cells) => {
    for (const [column, type] of columns)
      if (!isOf(cells[column], type)) throw wrongCell(table, column, cells[column]);
    const kept = columns.every(([column]) => isWhole(cells[column])) ? cells : mended(cells);
    for (const totals of table.totals ?? []) assertCounted(totals, kept);
    return kept;
  });
}

/** Whether SQLite keeps a cell as it is. */
function isWhole(cell: Cell | undefined): boolean {
  return typeof cell !== "string" || cell.isWellFormed();
}

/** As SQLite keeps them, so that totals count out what they have counted in. */
function mended(cells: Answer): Answer {
  const kept = Object.entries(cells).map(([column, cell]): [string, Cell] => [
    column,
    typeof cell === "string" ? cell.toWellFormed() : cell,
  ]);
  return Object.fromEntries(kept);
}

/** What a table's totals make of a row goes into columns, too. */
function assertCounted(totals: Totals, cells: Answer): void {
  if (totals.of === undefined) return;
  const counted = totals.of(cells as never); // a table hands its own rows to its totals
  if (counted === undefined) return;
  const types = [
    ...Object.entries(totals.by),
    ...totals.sums.map((sum): [string, ColumnType] => [sum, "real"]),
  ];
  for (const [column, type] of types)
    if (!isOf(counted[column], type))
      throw wrongCell(
        { name: totals.name, columns: Object.fromEntries(types) },
        column,
        counted[column],
      );
}

function isOf(cell: Cell | undefined, type: ColumnType): boolean {
  if (cell === null || cell === undefined) return true;
  if (type === "text") return typeof cell === "string";
  return type === "integer" ? Number.isSafeInteger(cell) : Number.isFinite(cell);
}

function wrongCell(
  { name, columns }: Pick<Table, "name" | "columns">,
  column: string,
  cell: unknown,
): Error {
  const type = columns[column];
  return new Error(`column "${column}" of table "${name}" is ${String(cell)}, which is no ${type}`);
}

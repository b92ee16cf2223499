/** What rows of projections come to as tables, without a store. */
import type { RunRecord } from "../../src/projections/runs.ts";
import type { RunView } from "../../src/projections/runs-view.ts";
import type { Cell, Table } from "../../src/projections/table.ts";
import { RUN_TABLES } from "../../src/projections/tables/runs.ts";

export type Rows = readonly Readonly<Record<string, Cell>>[];

/** The rows of one table of a run. */
export function rowsIn(view: RunView, name: string): Rows {
  const table = RUN_TABLES.find((one) => one.name === name);
  if (table === undefined) throw new Error(`no table ${name}`);
  return spreadOf(table, view, view.run);
}

/** All tables of a run. */
export function tablesOf(view: RunView): Readonly<Record<string, Rows>> {
  return Object.fromEntries(RUN_TABLES.map(({ name }) => [name, rowsIn(view, name)]));
}

/** What a row comes to; each cell must be one that its column can hold. */
function spreadOf<TRow>(table: Table<TRow>, row: TRow, key: string): Rows {
  const rows = table.spread(row, key);
  for (const cells of rows) {
    const names = Object.keys(cells).toSorted();
    if (names.join() !== Object.keys(table.columns).toSorted().join())
      throw new Error(`${table.name} has ${names.join()}`);
    for (const [name, type] of Object.entries(table.columns))
      check(table.name, name, type, cells[name]);
  }
  return rows;
}

function check(table: string, name: string, type: string, cell: Cell | undefined): void {
  if (cell === null) return;
  const fits =
    type === "text"
      ? typeof cell === "string"
      : type === "real"
        ? Number.isFinite(cell)
        : Number.isSafeInteger(cell);
  if (!fits) throw new Error(`${table}.${name} is ${type}, and holds ${JSON.stringify(cell)}`);
}

/** The records of each actor in order, those of different actors mixed as the numbers say. */
export function mixed(records: readonly RunRecord[], choices: readonly number[]): readonly RunRecord[] {
  const streams = [...Map.groupBy(records, ({ stream }) => stream).values()].map((own) => [...own]);
  const all: RunRecord[] = [];
  for (let at = 0; all.length < records.length; at++) {
    const open = streams.filter((own) => own.length > 0);
    const next = open[(choices[at % choices.length] ?? 0) % open.length]?.shift();
    if (next !== undefined) all.push(next);
  }
  return all;
}

/** Projections of one's own, held to what the store can keep. */
import { TroupeError } from "../errors.ts";
import type { Projection } from "./projection.ts";
import { totalsColumns, type Table, type View } from "./table.ts";

const PROJECTION = /^[a-z][a-z0-9-]{0,63}$/;
const TABLE = /^[a-z][a-z0-9_]{0,63}$/;
const COLUMN = /^[a-z][A-Za-z0-9]{0,63}$/;
/** What the store calls its own tables, and what SQLite does. */
const TAKEN = /^(rows_|builds$|sqlite_)|_\d+$/;

/**
 * Defines a projection: a fold of records into keyed rows, and the tables that SQL sees of them.
 *
 * @throws {@link TroupeError} `PROJECTION_INVALID`.
 */
export function defineProjection<TRow>(projection: Projection<TRow>): Projection<TRow> {
  assertProjections([projection], []);
  return projection;
}

/** @throws {@link TroupeError} `PROJECTION_INVALID` where two have one name, or a name cannot be kept. */
export function assertProjections(projections: readonly Projection[], views: readonly View[]): void {
  const tables = projections.flatMap((one) => one.tables ?? []);
  const totals = tables.flatMap((one) => one.totals ?? []);
  for (const { name, version } of projections) {
    if (!PROJECTION.test(name)) throw invalid(name, 'use small letters, digits and "-"');
    if (!Number.isSafeInteger(version) || version < 1)
      throw invalid(name, `its version is ${version}, not 1, 2, 3, …`);
  }
  for (const table of tables) assertTable({ ...table, all: Object.keys(table.columns) });
  for (const one of totals) assertTable({ name: one.name, columns: one.by, all: totalsColumns(one) });
  for (const { name } of views) assertTableName(name);
  assertOnce(projections.map(({ name }) => name));
  assertOnce([...tables, ...totals, ...views].map(({ name }) => name));
}

interface Names extends Pick<Table, "name" | "columns" | "indexes"> {
  /** The names of all columns that it comes to have. */
  readonly all: readonly string[];
}

function assertTableName(name: string): void {
  if (!TABLE.test(name) || TAKEN.test(name))
    throw invalid(name, 'a table takes small letters, digits and "_", and no number at its end');
}

function assertTable({ name, columns, indexes = [], all }: Names): void {
  assertTableName(name);
  if (Object.keys(columns).length === 0) throw invalid(name, "it has no columns");
  for (const column of all)
    if (!COLUMN.test(column)) throw invalid(`${name}.${column}`, "a column takes letters and digits");
  const small = all.map((column) => column.toLowerCase());
  const twice = all.find((_, at) => small.indexOf(small[at] ?? "") !== at);
  if (twice !== undefined)
    throw invalid(`${name}.${twice}`, "two columns have this name, which SQL writes large or small");
  for (const column of indexes.flat())
    if (!(column in columns)) throw invalid(`${name}.${column}`, "it is indexed, but no column");
}

function assertOnce(names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw invalid(twice, "two have this name");
}

function invalid(name: string, why: string): TroupeError {
  return new TroupeError("PROJECTION_INVALID", `projection "${name}" cannot be kept: ${why}`, {
    hint: "Mind the names and versions of your projections, their tables and columns.",
    data: { name },
  });
}

/**
 * The tables of one build: its rows as they are, and what they spread out to for SQL.
 *
 * - Tables carry the build's number in their names; a view of the plain name shows what is read, so
 *   that a build beside it disturbs nobody, and goes with one `DROP` (P3).
 * - Rows that a codec hides are not spread out in the file: SQL asks a copy in memory.
 */
import type { DatabaseSync } from "node:sqlite";
import { integer, optional, text, type Row } from "../events/log/sqlite-row.ts";
import type { Projection } from "./projection.ts";
import { cellsOf } from "./store-sqlite-cells.ts";
import { makeTotals, openTotals, quoted, totalsTable } from "./store-sqlite-totals.ts";
import { isGone, type Answer, type Entry, type NewEntry, type Which } from "./store.ts";
import { totalsColumns, type Cell, type Table } from "./table.ts";

/** Rows at rest: plain JSON that SQL can read, or bytes. */
export interface RowCodec {
  readonly hidden: boolean;
  readonly encode: (row: unknown) => string | Uint8Array;
  readonly decode: (row: Row) => unknown;
}

/** Without a codec of the log. */
export const PLAIN: RowCodec = {
  hidden: false,
  encode: (row) => JSON.stringify(row),
  decode: (row) => JSON.parse(text(row, "row")),
};

/** Rows of a build, ready to be read and written. */
export interface BuildRows {
  entry(key: string): Entry | undefined;
  read(which: Which): readonly (readonly [key: string, entry: Entry])[];
  write(entries: ReadonlyMap<string, NewEntry>): void;
  /** Forgets what was removed before that record, once there are indexes. */
  forget(moved: number): void;
}

/** Only the removal of a row is left. */
export const GONE = "row IS NULL AND parked IS NULL";
/** A row stands still, or its tables hold nothing of it. */
export const STUCK = "parked IS NOT NULL OR unspread IS NOT NULL";

export function rowsTable(build: number): string {
  return `rows_${build}`;
}

function spreadTable({ name }: Table, build: number): string {
  return `${name}_${build}`; // no word of SQL ends so
}

/** Makes the tables of a build. What is asked for by other columns is indexed once it is whole. */
export function makeTables(db: DatabaseSync, build: number, tables: readonly Table[]): void {
  const rows = rowsTable(build);
  db.exec(`
    CREATE TABLE ${rows} (
      key TEXT PRIMARY KEY, moved INTEGER NOT NULL, row ANY, parked TEXT, unspread TEXT
    ) STRICT;`);
  for (const table of tables) {
    const name = spreadTable(table, build);
    db.exec(`CREATE TABLE ${name} (_key TEXT NOT NULL, ${columnsOf(table)}) STRICT;
      CREATE INDEX ${name}_key ON ${name} (_key);`);
    for (const totals of table.totals ?? []) makeTotals(db, build, totals);
  }
}

function columnsOf({ columns }: Table): string {
  return Object.entries(columns)
    .map(([column, type]) => `${quoted(column)} ${type.toUpperCase()}`)
    .join(", ");
}

/** Makes what questions are answered by, once, when all rows are there. */
export function makeIndexes(db: DatabaseSync, build: number, tables: readonly Table[]): void {
  const rows = rowsTable(build);
  db.exec(`
    CREATE INDEX ${rows}_moved ON ${rows} (moved);
    CREATE INDEX ${rows}_gone ON ${rows} (moved) WHERE ${GONE};
    CREATE INDEX ${rows}_stuck ON ${rows} (key) WHERE ${STUCK};`);
  for (const table of tables)
    for (const [nth, columns] of (table.indexes ?? []).entries()) {
      const name = spreadTable(table, build);
      db.exec(`CREATE INDEX ${name}_by_${nth} ON ${name} (${columns.map(quoted).join(", ")})`);
    }
}

/** The plain names show this build from now on. */
export function showTables(
  db: DatabaseSync,
  build: number,
  { name, tables = [] }: Projection,
  hidden: boolean,
): void {
  show(
    db,
    `rows_of_${name.replaceAll("-", "_")}`,
    `SELECT key, row, parked, unspread FROM ${rowsTable(build)}
    WHERE row IS NOT NULL OR parked IS NOT NULL`,
  );
  if (hidden) return;
  for (const table of tables) {
    const columns = Object.keys(table.columns).map(quoted).join(", ");
    show(db, table.name, `SELECT ${columns} FROM ${spreadTable(table, build)}`);
    for (const totals of table.totals ?? []) {
      const shown = totalsColumns(totals).map(quoted).join(", ");
      show(db, totals.name, `SELECT ${shown} FROM ${totalsTable(totals, build)}`);
    }
  }
}

/** Makes a view, in place of the one of that name. */
export function show(db: DatabaseSync, name: string, sql: string): void {
  db.exec(`DROP VIEW IF EXISTS ${quoted(name)}`);
  db.prepare(viewSql(name, sql)).run(); // one statement, whatever stands in it
}

/** As SQLite keeps it. */
export function viewSql(name: string, sql: string): string {
  return `CREATE VIEW ${quoted(name)} AS ${sql}`;
}

/** Removes whatever has that build's number. */
export function dropTables(db: DatabaseSync, build: number): void {
  const mine = db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB ?")
    .all(`*_${build}`);
  for (const row of mine) db.exec(`DROP TABLE ${text(row, "name")}`);
}

/** Opens the rows of a build for as long as it is there. */
export function openRows(
  db: DatabaseSync,
  build: number,
  { tables = [] }: Projection,
  codec: RowCodec,
): BuildRows {
  const name = rowsTable(build);
  const columns = "key, moved, row, parked, unspread";
  const there = "row IS NOT NULL OR parked IS NOT NULL";
  const one = db.prepare(`SELECT ${columns} FROM ${name} WHERE key = ?`);
  const all = db.prepare(`SELECT ${columns} FROM ${name} WHERE ${there} ORDER BY moved`);
  const since = db.prepare(`SELECT ${columns} FROM ${name} WHERE moved > ? ORDER BY moved`);
  const insert = db.prepare(`INSERT INTO ${name} VALUES (?, ?, ?, ?, ?)`);
  const update = db.prepare(
    `UPDATE ${name} SET moved = ?2, row = ?3, parked = ?4, unspread = ?5 WHERE key = ?1`,
  );
  const forget = db.prepare(`DELETE FROM ${name} WHERE moved < ? AND ${GONE}`);
  const into = codec.hidden ? [] : tables.map((table) => openSpread(db, build, table));
  const entryOf = (row: Row): Entry => {
    const parked = optional(row, "parked", text);
    const unspread = optional(row, "unspread", text);
    return {
      row: row["row"] === null ? undefined : codec.decode(row),
      moved: integer(row, "moved"),
      ...(parked !== undefined && { parked }),
      ...(unspread !== undefined && { unspread }),
    };
  };
  return {
    entry(key) {
      const row = one.get(key);
      return row && entryOf(row);
    },
    read(which) {
      const rows = "since" in which ? since.all(which.since) : readAll(which.key);
      return rows.map((row) => [text(row, "key"), entryOf(row)] as const);
    },
    write(entries) {
      for (const table of into) table.begin();
      for (const [key, entry] of entries) if (!entry.isNew || !isGone(entry)) put(key, entry);
      for (const table of into) table.flush();
    },
    forget: (moved) => void forget.run(moved),
  };

  function put(key: string, entry: NewEntry): void {
    const { row, moved, parked = null, unspread = null, spread, isNew } = entry;
    const kept = row === undefined ? null : codec.encode(row);
    (isNew ? insert : update).run(key, moved, kept, parked, unspread);
    for (const [nth, rows] of spread.entries()) into[nth]?.put(key, rows, isNew);
  }

  function readAll(key: string | undefined): readonly Row[] {
    if (key === undefined) return all.all();
    return one.all(key).filter((row) => row["row"] !== null || row["parked"] !== null);
  }
}

interface Spread {
  /** Begins a batch; what one before it has left half done was rolled back. */
  begin(): void;
  /** Replaces what a row has spread out to. */
  put(key: string, rows: readonly Answer[], isNew: boolean): void;
  /** Writes the totals, at the end of a batch. */
  flush(): void;
}

function openSpread(db: DatabaseSync, build: number, table: Table): Spread {
  const name = spreadTable(table, build);
  const columns = Object.keys(table.columns);
  const marks = columns.map(() => "?").join(", ");
  const before = db.prepare(`SELECT ${columns.map(quoted).join(", ")} FROM ${name} WHERE _key = ?`);
  const remove = db.prepare(`DELETE FROM ${name} WHERE _key = ?`);
  const insert = db.prepare(`INSERT INTO ${name} VALUES (?, ${marks})`);
  const totals = (table.totals ?? []).map((one) => openTotals(db, build, one));
  return {
    begin() {
      for (const one of totals) one.begin();
    },
    put(key, rows, isNew) {
      if (!isNew) {
        const gone = totals.length === 0 ? [] : before.all(key);
        for (const cells of gone) for (const one of totals) one.count(cellsOf(cells), -1);
        remove.run(key);
      }
      for (const cells of rows) {
        insert.run(key, ...columns.map((column): Cell => cells[column] ?? null));
        for (const one of totals) one.count(cells, 1);
      }
    },
    flush() {
      for (const one of totals) one.flush();
    },
  };
}

/** Questions in SQL: read only, and what is wrong with one is said to who asked. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { TroupeError } from "../errors.ts";
import { text } from "../events/log/sqlite-row.ts";
import { cellsOf } from "./store-sqlite-cells.ts";
import { show, viewSql } from "./store-sqlite-tables.ts";
import type { Answer, Query } from "./store.ts";
import type { Cell, View } from "./table.ts";

/** Asks a file through a handle that cannot write. `db` is the one that may: it makes the views. */
export function askFile(db: DatabaseSync, path: string, query: Query): readonly Answer[] {
  showViews(db, query.views);
  const reader = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  try {
    return ask(reader, query);
  } finally {
    reader.close();
  }
}

/**
 * Makes the views that are missing, or were made by another Troupe.
 *
 * @throws {@link TroupeError} `QUERY_INVALID` for a view that is no question.
 */
export function showViews(db: DatabaseSync, views: readonly View[]): void {
  if (missing(db, views).length === 0) return;
  // others may be at the same: whoever comes second finds what the first has made
  db.exec("BEGIN IMMEDIATE");
  try {
    for (const { name, sql } of missing(db, views)) showView(db, name, sql);
    db.exec("COMMIT");
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK");
  }
}

function missing(db: DatabaseSync, views: readonly View[]): readonly View[] {
  const known = db.prepare("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = ?");
  return views.filter(({ name, sql }) => {
    const row = known.get(name);
    return row === undefined || text(row, "sql") !== viewSql(name, sql);
  });
}

function showView(db: DatabaseSync, name: string, sql: string): void {
  try {
    db.prepare(sql);
  } catch (cause) {
    // tables that are not there yet are no fault of a view
    const why = cause instanceof Error ? cause.message : String(cause);
    if (!why.startsWith("no such table")) throw notTaken(sql, `view "${name}": ${why}`, cause);
  }
  show(db, name, sql);
}

/**
 * Asks a database that is opened for reading.
 *
 * @throws {@link TroupeError} `QUERY_INVALID`.
 */
export function ask(db: DatabaseSync, { text: sql, values }: Query): readonly Answer[] {
  if (!READS.test(sql.replace(IDLE, "")))
    throw notTaken(sql, "only SELECT, WITH, VALUES and EXPLAIN read");
  try {
    const statement = db.prepare(sql);
    assertWhole(sql, statement);
    const rows = Array.isArray(values) ? statement.all(...values) : allByName(statement, values);
    return rows.map((row) => cellsOf(row));
  } catch (cause) {
    throw notTaken(sql, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** Nothing of a question, or of its answer, gets lost: neither a second one, nor one of two columns. */
function assertWhole(sql: string, statement: StatementSync): void {
  const rest = sql.slice(statement.sourceSQL.length).replace(IDLE, "");
  if (rest !== "") throw new Error(`behind it stands "${rest.slice(0, 40)}": ask one at a time`);
  const names = statement.columns().map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new Error(`two of its columns are called "${twice}": name them with AS`);
}

/** What means nothing to SQLite: blanks, comments, and ends of empty statements. */
const IDLE = /^(?:[\s;]|--[^\n]*(?:\n|$)|\/\*[^]*?(?:\*\/|$))*/;

/** What may begin a question: `ATTACH` and `VACUUM INTO` write files, even through a handle that only reads. */
const READS = /^(select|with|values|explain)\b/i;

function notTaken(sql: string, why: string, cause?: unknown): TroupeError {
  return new TroupeError("QUERY_INVALID", `this question cannot be asked: ${why}`, {
    hint: "Mind the names of tables and columns; `troupe projections ls` lists them.",
    data: { sql },
    cause,
  });
}

function allByName(
  statement: StatementSync,
  values: Query["values"],
): ReturnType<StatementSync["all"]> {
  return statement.all(values as Readonly<Record<string, Cell>>); // a list was ruled out
}

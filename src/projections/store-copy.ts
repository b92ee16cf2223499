/**
 * SQL over rows that lie in memory, or behind a codec: a copy in a database in memory, for one
 * question. It costs as much as reading all rows.
 */
import { DatabaseSync } from "node:sqlite";
import type { Projection } from "./projection.ts";
import { makeIndexes, makeTables, openRows, PLAIN, showTables } from "./store-sqlite-tables.ts";
import { ask, showViews } from "./store-sqlite-ask.ts";
import { withSpread } from "./spread.ts";
import type { Answer, ProjectionStore, Query } from "./store.ts";

export function askCopy(store: Pick<ProjectionStore, "look">, query: Query): readonly Answer[] {
  const db = new DatabaseSync(":memory:");
  try {
    for (const [at, projection] of query.projections.entries()) copy(db, at + 1, store, projection);
    showViews(db, query.views);
    db.exec("PRAGMA query_only = ON");
    return ask(db, query);
  } finally {
    db.close();
  }
}

function copy(
  db: DatabaseSync,
  build: number,
  store: Pick<ProjectionStore, "look">,
  projection: Projection,
): void {
  const { tables = [] } = projection;
  db.exec("BEGIN");
  makeTables(db, build, tables);
  const entries = store
    .look(projection)
    .entries.map(([key, entry]) => [key, withSpread({ ...entry, isNew: true }, key, tables)] as const);
  openRows(db, build, projection, PLAIN).write(new Map(entries));
  makeIndexes(db, build, tables);
  showTables(db, build, projection, false);
  db.exec("COMMIT");
}

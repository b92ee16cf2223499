/**
 * Builds in a SQLite file: which there are, how far they are, and how one takes the other's place.
 */
import type { DatabaseSync } from "node:sqlite";
import { integer, text, type Row } from "../events/log/sqlite-row.ts";
import type { Projection } from "./projection.ts";
import {
  dropTables,
  GONE,
  makeIndexes,
  makeTables,
  rowsTable,
  showTables,
  STUCK,
} from "./store-sqlite-tables.ts";
import { Checkpoint, type Builds, type Kept, type State } from "./store.ts";

export const BUILDS = `
  CREATE TABLE builds (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    projection TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    state      TEXT    NOT NULL,
    tables     TEXT    NOT NULL,
    checkpoint TEXT    NOT NULL,
    UNIQUE (projection, version, state)
  ) STRICT;
`;

export interface Build {
  readonly id: number;
  readonly checkpoint: Checkpoint;
}

export interface BuildList {
  find(projection: Projection, state: State): Build | undefined;
  /** Whether a build is there still. */
  has(build: number): boolean;
  builds(projection: Projection): Builds;
  /** Begins one, in place of one of that version that was being made. */
  begin(projection: Projection, checkpoint: Checkpoint): number;
  move(build: number, checkpoint: Checkpoint): void;
  /** What was made is read from now on; what was read before, of this or an earlier version, goes (P3). */
  finish(projection: Projection, build: number): void;
  list(): readonly Kept[];
}

/** @param hidden whether rows are hidden by a codec: then they have no other tables. */
export function buildList(db: DatabaseSync, hidden: boolean): BuildList {
  const one = db.prepare(
    "SELECT id, tables, checkpoint FROM builds WHERE projection = ? AND version = ? AND state = ?",
  );
  const insert = db.prepare(
    "INSERT INTO builds (projection, version, state, tables, checkpoint) VALUES (?, ?, 'building', ?, ?) RETURNING id",
  );
  const update = db.prepare("UPDATE builds SET checkpoint = ? WHERE id = ?");
  const become = db.prepare("UPDATE builds SET state = 'current' WHERE id = ?");
  const remove = db.prepare("DELETE FROM builds WHERE id = ? RETURNING id");
  const older = db.prepare(
    "SELECT id FROM builds WHERE projection = ?1 AND (version < ?2 OR (version = ?2 AND id <> ?3))",
  );
  const known = db.prepare("SELECT 1 FROM builds WHERE id = ?");
  const newer = db.prepare(
    "SELECT id FROM builds WHERE projection = ? AND version > ? AND state = 'current'",
  );
  const everything = db.prepare("SELECT * FROM builds ORDER BY projection, version, state");

  const find = (projection: Projection, state: State): Build | undefined => {
    const row = one.get(projection.name, projection.version, state);
    // other tables than ours are as good as none: they are made anew
    if (row === undefined || text(row, "tables") !== shapeOf(projection, hidden)) return undefined;
    return { id: integer(row, "id"), checkpoint: checkpointIn(row) };
  };
  const drop = (rows: readonly Row[]): void => {
    for (const row of rows) {
      dropTables(db, integer(row, "id"));
      remove.run(integer(row, "id"));
    }
  };
  return {
    find,
    has: (build) => known.get(build) !== undefined,
    builds(projection) {
      const current = find(projection, "current")?.checkpoint;
      const building = find(projection, "building")?.checkpoint;
      return { ...(current && { current }), ...(building && { building }) };
    },
    begin(projection, checkpoint) {
      const { name, version, tables = [] } = projection;
      drop(one.all(name, version, "building"));
      const row = insert.get(name, version, shapeOf(projection, hidden), JSON.stringify(checkpoint));
      const id = integer(row ?? {}, "id");
      makeTables(db, id, hidden ? [] : tables);
      return id;
    },
    move(build, checkpoint) {
      update.run(JSON.stringify(checkpoint), build);
    },
    finish(projection, build) {
      const { name, version, tables = [] } = projection;
      makeIndexes(db, build, hidden ? [] : tables);
      drop(older.all(name, version, build));
      become.run(build);
      if (newer.get(name, version) === undefined) showTables(db, build, projection, hidden);
    },
    list: () =>
      everything.all().map((row) => {
        const rows = rowsTable(integer(row, "id"));
        const count = (where: string): number =>
          integer(db.prepare(`SELECT count(*) AS n FROM ${rows} WHERE ${where}`).get() ?? {}, "n");
        return {
          name: text(row, "projection"),
          version: integer(row, "version"),
          state: text(row, "state") === "current" ? "current" : "building",
          checkpoint: checkpointIn(row),
          rows: count("true") - count(GONE),
          parked: count(STUCK),
        };
      }),
  };
}

function checkpointIn(row: Row): Checkpoint {
  return Checkpoint.parse(JSON.parse(text(row, "checkpoint")));
}

/** What the tables of a build look like: another look is another build. */
function shapeOf({ tables = [] }: Projection, hidden: boolean): string {
  if (hidden) return "hidden";
  return JSON.stringify(
    tables.map(({ name, columns, indexes = [], totals = [] }) => [
      name,
      columns,
      indexes,
      ...totals.map((one) => [one.name, one.by, one.sums]),
    ]),
  );
}

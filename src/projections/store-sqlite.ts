/**
 * Rows in a SQLite file beside the log, for this process and those after it.
 *
 * - P1: a batch is one transaction; `BEGIN IMMEDIATE` lets one process in at a time, and its
 *   checkpoints are compared inside.
 * - The file is derived: it may lie behind after a power cut (`synchronous=NORMAL`), never in
 *   between; one that cannot be used is reported as damaged, for the runner to throw away. What
 *   is plainly another's, a database or no file at all, is left alone.
 * - What the log keeps from plain sight is kept so here: rows pass the log's codec, and the file
 *   has the log's permissions.
 */
import { closeSync, mkdirSync, openSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Codec } from "../events/log/log.ts";
import { isDamage } from "../events/log/sqlite-fault.ts";
import { patiently } from "../events/log/sqlite-open.ts";
import { integer, optional, text, type Row } from "../events/log/sqlite-row.ts";
import { pragma } from "../events/log/sqlite-schema.ts";
import { Checkpoint, sameCheckpoint, StoreFault, type Entry, type ProjectionStore } from "./store.ts";

export interface SqliteStoreOptions {
  readonly path: string;
  /** Permissions of the file, where it has to be made. */
  readonly mode: number;
  readonly codec?: Codec | undefined;
  /** How long one commit waits for another process's, in milliseconds. Default 5,000. */
  readonly busyTimeoutMs?: number;
}

/** `TRPP`: marks the file as projections of Troupe. */
const APPLICATION = 0x54525050;
const FORMAT = 1;

const TABLES = `
  CREATE TABLE checkpoints (projection TEXT PRIMARY KEY, data TEXT NOT NULL) STRICT;
  CREATE TABLE entries (
    projection TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    moved      INTEGER NOT NULL,
    row        ANY,
    parked     TEXT,
    PRIMARY KEY (projection, key)
  ) STRICT;
  PRAGMA application_id = ${APPLICATION};
  PRAGMA user_version = ${FORMAT};
`;

/** Opens the file, and makes it where it is missing. @throws {@link StoreFault}. */
export function sqliteStore(options: SqliteStoreOptions): ProjectionStore {
  const db = faulty(() => openDatabase(options));
  try {
    return faulty(() => storeIn(db, options.codec));
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Removes a file that cannot be used. @throws {@link StoreFault} where that may not be. */
export function removeStore(path: string): void {
  faulty(() => {
    for (const end of ["", "-wal", "-shm", "-journal"]) rmSync(path + end, { force: true });
  }, false);
}

function storeIn(db: DatabaseSync, codec: Codec | undefined): ProjectionStore {
  const selectCheckpoint = db.prepare("SELECT data FROM checkpoints WHERE projection = ?");
  const selectEntry = db.prepare(
    "SELECT key, moved, row, parked FROM entries WHERE projection = ? AND key = ?",
  );
  const selectEntries = db.prepare(
    "SELECT key, moved, row, parked FROM entries WHERE projection = ? ORDER BY moved",
  );
  const replaceCheckpoint = db.prepare("INSERT OR REPLACE INTO checkpoints VALUES (?, ?)");
  const replaceEntry = db.prepare("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?)");
  const deleteEntry = db.prepare("DELETE FROM entries WHERE projection = ? AND key = ?");
  const deleteEntries = db.prepare("DELETE FROM entries WHERE projection = ?");
  const { encode, decode } = rowCodec(codec);
  const checkpoint = (projection: string): Checkpoint | undefined => {
    const row = selectCheckpoint.get(projection);
    return row && Checkpoint.parse(JSON.parse(text(row, "data")));
  };
  const entryOf = (row: Row): Entry => {
    const parked = optional(row, "parked", text);
    return {
      row: row["row"] === null ? undefined : decode(row),
      moved: integer(row, "moved"),
      ...(parked !== undefined && { parked }),
    };
  };
  return {
    kept: true,
    checkpoint: (projection) => faulty(() => checkpoint(projection)),
    entry: (projection, key) =>
      faulty(() => {
        const row = selectEntry.get(projection, key);
        return row && entryOf(row);
      }),
    look: (projection, key) =>
      faulty(() =>
        transaction(db, "BEGIN", () => {
          const rows =
            key === undefined ? selectEntries.all(projection) : selectEntry.all(projection, key);
          const entries = rows.map((row) => [text(row, "key"), entryOf(row)] as const);
          return { checkpoint: checkpoint(projection), entries };
        }),
      ),
    commit: (changes) =>
      faulty(() =>
        transaction(db, "BEGIN IMMEDIATE", () => {
          if (!changes.every((change) => sameCheckpoint(checkpoint(change.projection), change.before)))
            return false;
          for (const { projection, after, fresh, entries } of changes) {
            if (fresh) deleteEntries.run(projection);
            for (const [key, entry] of entries) {
              if (entry === undefined) deleteEntry.run(projection, key);
              else {
                const row = entry.row === undefined ? null : encode(entry.row);
                replaceEntry.run(projection, key, entry.moved, row, entry.parked ?? null);
              }
            }
            replaceCheckpoint.run(projection, JSON.stringify(after));
          }
          return true;
        }),
      ),
    [Symbol.dispose]() {
      if (db.isOpen) db.close();
    },
  };
}

function transaction<T>(db: DatabaseSync, begin: "BEGIN" | "BEGIN IMMEDIATE", work: () => T): T {
  db.exec(begin);
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK");
  }
}

/** Rows at rest: plain JSON that SQL can read, or bytes of the log's codec. */
function rowCodec(codec: Codec | undefined): {
  readonly encode: (row: unknown) => string | Uint8Array;
  readonly decode: (row: Row) => unknown;
} {
  if (codec === undefined)
    return { encode: (row) => JSON.stringify(row), decode: (row) => JSON.parse(text(row, "row")) };
  return {
    encode: (row) => codec.encode(Buffer.from(JSON.stringify(row))),
    decode({ row }) {
      if (!(row instanceof Uint8Array)) throw new Error("a row was kept without the log's codec");
      return JSON.parse(Buffer.from(codec.decode(row)).toString("utf8"));
    },
  };
}

function openDatabase({ path, mode, busyTimeoutMs = 5000 }: SqliteStoreOptions): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false)
    throw new StoreFault("it is no file", { damaged: false }); // opening a pipe would wait for ever
  closeSync(openSync(path, "a", mode));
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    assertFormat(db);
    patiently(busyTimeoutMs, () => db.exec("PRAGMA journal_mode = WAL"));
    db.exec("PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864");
    transaction(db, "BEGIN IMMEDIATE", () => {
      if (assertFormat(db) === "empty") db.exec(TABLES);
    });
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function assertFormat(db: DatabaseSync): "ours" | "empty" {
  const [application, format] = [pragma(db, "application_id"), pragma(db, "user_version")];
  if (application === APPLICATION && format === FORMAT) return "ours";
  if (application === 0 && format === 0 && pragma(db, "schema_version") === 0) return "empty";
  const ours = application === APPLICATION;
  const whose = ours ? `of format ${format}, not ${FORMAT}` : "another program's";
  throw new StoreFault(`it is ${whose}`, { damaged: ours });
}

/** What goes wrong as a {@link StoreFault}: whatever is neither the disk's nor the lock's fault is damage. */
function faulty<T>(work: () => T, damaging = true): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof StoreFault) throw cause;
    const damaged = damaging && isDamage(cause) && !isSystem(cause);
    throw new StoreFault(cause instanceof Error ? cause.message : String(cause), { damaged, cause });
  }
}

/** Of the file system, such as EACCES. */
function isSystem(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

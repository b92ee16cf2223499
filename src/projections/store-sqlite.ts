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
import { TroupeError } from "../errors.ts";
import type { Codec } from "../events/log/log.ts";
import { isDamage } from "../events/log/sqlite-fault.ts";
import { patiently } from "../events/log/sqlite-open.ts";
import { pragma } from "../events/log/sqlite-schema.ts";
import { buildList, BUILDS, type Build } from "./store-sqlite-builds.ts";
import { openRows, PLAIN, type BuildRows, type RowCodec } from "./store-sqlite-tables.ts";
import { askCopy } from "./store-copy.ts";
import { askFile } from "./store-sqlite-ask.ts";
import type { Projection } from "./projection.ts";
import { sameCheckpoint, StoreFault, TOLD_FOR, type Change, type ProjectionStore } from "./store.ts";

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
const FORMAT = 2;

/** A rebuild writes to all parts of many indexes: 32 MB of them stay at hand, and the WAL is put away every 32 MB. */
const TUNED = `
  PRAGMA synchronous = NORMAL;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA cache_size = -32768;
  PRAGMA wal_autocheckpoint = 8000;
`;

const TABLES = `
  ${BUILDS}
  PRAGMA application_id = ${APPLICATION};
  PRAGMA user_version = ${FORMAT};
`;

/** Opens the file, and makes it where it is missing. @throws {@link StoreFault}. */
export function sqliteStore(options: SqliteStoreOptions): ProjectionStore {
  const db = faulty(() => openDatabase(options));
  try {
    return faulty(() => storeIn(db, options));
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

function storeIn(db: DatabaseSync, { path, codec: hiding }: SqliteStoreOptions): ProjectionStore {
  const codec = rowCodec(hiding);
  const list = buildList(db, codec.hidden);
  const opened = new Map<number, BuildRows>();
  const rowsOf = (projection: Projection, id: number): BuildRows => {
    const rows = opened.get(id) ?? openRows(db, id, projection, codec);
    opened.set(id, rows);
    return rows;
  };
  /** What fails because another process has removed the build meanwhile, is no damage. */
  const reading = <T>(projection: Projection, { id }: Build, read: (rows: BuildRows) => T): T => {
    try {
      return read(rowsOf(projection, id));
    } catch (cause) {
      if (list.has(id)) throw cause;
      opened.delete(id);
      throw new StoreFault(`build ${id} of ${projection.name} is gone`, "moved", cause);
    }
  };

  function write({ projection, into, fresh, after, done, entries }: Change): void {
    const id = fresh ? list.begin(projection, after) : list.find(projection, into)?.id;
    if (id === undefined) throw new Error(`there is no build of ${projection.name} to go on with`);
    const rows = rowsOf(projection, id);
    rows.write(entries);
    if (into === "current") rows.forget(after.folded - TOLD_FOR);
    list.move(id, after);
    if (done && into === "building") list.finish(projection, id);
  }

  const store: ProjectionStore = {
    kept: true,
    builds: (projection) => faulty(() => list.builds(projection)),
    reader: (projection, state) =>
      faulty(() => {
        const build = list.find(projection, state);
        if (build === undefined) return (): undefined => undefined;
        return (key: string) => faulty(() => reading(projection, build, (rows) => rows.entry(key)));
      }),
    look: (projection, which = {}) =>
      faulty(() =>
        transaction(db, "BEGIN", () => {
          const build = list.find(projection, "current");
          if (build === undefined) return { checkpoint: undefined, build: undefined, entries: [] };
          const { id, checkpoint } = build;
          return { checkpoint, build: id, entries: rowsOf(projection, id).read(which) };
        }),
      ),
    commit: (changes) =>
      faulty(() =>
        transaction(db, "BEGIN IMMEDIATE", () => {
          const stand = changes.every(({ projection, into, before }) =>
            sameCheckpoint(list.find(projection, into)?.checkpoint, before),
          );
          if (stand) for (const change of changes) write(change);
          return stand;
        }),
      ),
    list: () => faulty(() => transaction(db, "BEGIN", () => list.list())),
    sql: (query) => faulty(() => (codec.hidden ? askCopy(store, query) : askFile(db, path, query))),
    [Symbol.dispose]() {
      if (db.isOpen) db.close();
    },
  };
  return store;
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

function rowCodec(codec: Codec | undefined): RowCodec {
  if (codec === undefined) return PLAIN;
  return {
    hidden: true,
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
    throw new StoreFault("it is no file", "lost"); // opening a pipe would wait for ever
  closeSync(openSync(path, "a", mode));
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    assertFormat(db);
    patiently(busyTimeoutMs, () => db.exec("PRAGMA journal_mode = WAL"));
    db.exec(TUNED);
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
  throw new StoreFault(`it is ${whose}`, ours ? "damaged" : "lost");
}

/** What goes wrong as a {@link StoreFault}: whatever is neither the disk's nor the lock's fault is damage. */
function faulty<T>(work: () => T, damaging = true): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof StoreFault || TroupeError.is(cause, "QUERY_INVALID")) throw cause;
    const damaged = damaging && isDamage(cause) && !isSystem(cause);
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new StoreFault(message, damaged ? "damaged" : "lost", cause);
  }
}

/** Of the file system, such as EACCES. */
function isSystem(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

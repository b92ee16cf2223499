/**
 * The tables of a SQLite log, and the check that a file holds them.
 *
 * - `position` numbers all records in the order of their commits (L5): the one writer that
 *   SQLite lets in at a time gives them out, so a greater one never becomes visible first. It is
 *   one more than the last: no position comes twice as long as the last record is never removed.
 * - A file of a newer format is refused before anything is read from it.
 */
import type { DatabaseSync } from "node:sqlite";
import { fault } from "./sqlite-fault.ts";
import { integer } from "./sqlite-row.ts";

/** `TRUP`: marks the file as a log of Troupe. */
const APPLICATION = 0x54525550;
/** The format that this code writes. A change that older code cannot read counts it up. */
const FORMAT = 1;

/** When the payload was stored last, in epoch ms. */
const PAYLOAD_AT = "at INTEGER NOT NULL DEFAULT 0";
const PAYLOAD_INDEX = "CREATE INDEX records_payload ON records (payload) WHERE payload IS NOT NULL";

const TABLES = `
  CREATE TABLE records (
    position    INTEGER PRIMARY KEY,
    stream      TEXT    NOT NULL,
    seq         INTEGER NOT NULL,
    id          TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    correlation TEXT    NOT NULL,
    cause       TEXT,
    trace       TEXT,
    body        BLOB,
    payload     TEXT,
    UNIQUE (stream, seq)
  ) STRICT;
  CREATE TABLE payloads (hash TEXT PRIMARY KEY, data BLOB NOT NULL, ${PAYLOAD_AT}) STRICT;
  ${PAYLOAD_INDEX};
  CREATE TABLE snapshots (
    stream TEXT PRIMARY KEY,
    seq    INTEGER NOT NULL,
    key    TEXT    NOT NULL,
    data   BLOB    NOT NULL
  ) STRICT;
  CREATE TABLE ownership (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    epoch INTEGER NOT NULL,
    owner TEXT
  ) STRICT;
  CREATE TABLE inbox (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    command  BLOB    NOT NULL,
    deadline INTEGER NOT NULL,
    taken    INTEGER,
    answer   BLOB
  ) STRICT;
  INSERT INTO ownership (only, epoch) VALUES (1, 0);
  PRAGMA application_id = ${APPLICATION};
  PRAGMA user_version = ${FORMAT};
`;

/** Whether the file is a log, an empty file, or throws: somebody else's, or newer than this code. */
export function checkFormat(db: DatabaseSync, url: string): "log" | "empty" {
  const application = pragma(db, "application_id");
  const format = pragma(db, "user_version");
  if (application === APPLICATION) {
    if (format <= FORMAT) return "log";
    throw fault("LOG_NEWER", url, `has format ${format}, this Troupe reads up to ${FORMAT}`, {
      hint: "Upgrade Troupe, or open the log with the version that wrote it.",
    });
  }
  if (application === 0 && format === 0 && pragma(db, "schema_version") === 0) return "empty";
  throw fault("LOG_INCOMPATIBLE", url, "is a database of another program", {
    hint: "Choose another path for the log.",
  });
}

/** Makes the tables, unless another process has made them meanwhile. */
export function createTables(db: DatabaseSync, url: string): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    if (checkFormat(db, url) === "empty") db.exec(TABLES);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** Brings a log of the first days up to date: its payloads had no time, and nobody looked for them. */
export function upgradeTables(db: DatabaseSync): void {
  const has = db.prepare("SELECT count(*) AS n FROM pragma_table_info('payloads') WHERE name = 'at'");
  const old = () => integer(has.get() ?? {}, "n") === 0;
  if (!old()) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    if (old()) db.exec(`ALTER TABLE payloads ADD COLUMN ${PAYLOAD_AT}; ${PAYLOAD_INDEX}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** Reads a pragma that holds a number. */
export function pragma(db: DatabaseSync, name: string): number {
  return integer(db.prepare(`PRAGMA ${name}`).get() ?? {}, name);
}

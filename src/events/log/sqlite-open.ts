/**
 * Opens the database of a log, so that L3 holds on it.
 *
 * - Write-ahead log and `synchronous=FULL`: each commit is synced before it is acknowledged;
 *   where a file system cannot give that, the log is not opened (`LOG_UNSAFE`).
 * - Folders made on the way are synced into their parents, or a power cut could take them,
 *   and the log with them.
 * - A reader (`readOnly`) never writes, and needs no right to.
 */
import { accessSync, closeSync, constants, existsSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { fault, isBusy, openFault, readFault } from "./sqlite-fault.ts";
import { text } from "./sqlite-row.ts";
import { checkFormat, createTables, pragma, upgradeTables } from "./sqlite-schema.ts";

export interface OpenOptions {
  readonly path: string;
  /** Make the file, and its folder, where it is missing. Default true. */
  readonly create?: boolean;
  /** Only read: appends and claims are refused. Default false. */
  readonly readOnly?: boolean;
  /** How long one commit waits for another process's, in milliseconds. Default 5,000. */
  readonly busyTimeoutMs?: number;
}

/** How the log is called in messages. */
export function urlOf(path: string): string {
  return `sqlite:${path}`;
}

/**
 * Opens the database.
 *
 * @throws TroupeError `LOG_NOT_FOUND`, `LOG_CORRUPT`, `LOG_NEWER`, `LOG_INCOMPATIBLE` (another
 * program's database), `LOG_WRITE_FAILED` (may not be written), `LOG_UNSAFE` (cannot keep L3).
 */
export function openDatabase(options: OpenOptions): DatabaseSync {
  const { path, create = true, readOnly = false, busyTimeoutMs = 5000 } = options;
  const url = urlOf(path);
  if (!existsSync(path) && (readOnly || !create))
    throw fault("LOG_NOT_FOUND", url, "does not exist", {
      hint: "Check the path, or start a host on it, which creates the log.",
    });
  try {
    return readOnly ? openReader(path, url, busyTimeoutMs) : openWriter(path, url, busyTimeoutMs);
  } catch (error) {
    throw readOnly ? readFault(url, error) : openFault(url, error);
  }
}

function openReader(path: string, url: string, timeout: number): DatabaseSync {
  try {
    return checked(new DatabaseSync(path, { readOnly: true, timeout }), url);
  } catch (error) {
    // No writer lives and the folder may not be written: then nothing can change under us, either.
    if (!existsSync(path) || existsSync(`${path}-wal`) || isWritable(dirname(path))) throw error;
    const frozen = pathToFileURL(path);
    frozen.searchParams.set("immutable", "1");
    return checked(new DatabaseSync(frozen, { readOnly: true, timeout }), url);
  }
}

function checked(db: DatabaseSync, url: string): DatabaseSync {
  try {
    if (checkFormat(db, url) === "log") return db;
    throw fault("LOG_NOT_FOUND", url, "is empty", {
      hint: "Start a host on it, which creates the log.",
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

function openWriter(path: string, url: string, timeout: number): DatabaseSync {
  makeFolder(dirname(resolve(path)), url);
  if (!isWritable(dirname(path)) || (existsSync(path) && !isWritable(path)))
    throw fault("LOG_WRITE_FAILED", url, "may not be written", {
      hint: "Make the file and its folder writable, or open the log with `readOnly: true`.",
    });
  const db = new DatabaseSync(path, { timeout });
  try {
    // before anything is changed: a file that is not ours stays as it is
    checkFormat(db, url);
    patiently(timeout, () => assertMode(db, url));
    if (checkFormat(db, url) === "empty") createTables(db, url);
    upgradeTables(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function assertMode(db: DatabaseSync, url: string): void {
  const mode = text(db.prepare("PRAGMA journal_mode = WAL").get() ?? {}, "journal_mode");
  db.exec("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864");
  if (mode === "wal" && pragma(db, "synchronous") === 2) return;
  throw fault("LOG_UNSAFE", url, `lies on a file system that cannot keep it safe (${mode})`, {
    hint: "Put the log on a local disk.",
  });
}

/** Changing the journal mode does not wait for locks by itself. */
export function patiently(timeoutMs: number, work: () => void): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let waitedMs = 0; ; waitedMs += 10) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || waitedMs >= timeoutMs) throw error;
      Atomics.wait(cell, 0, 0, 10);
    }
  }
}

function makeFolder(folder: string, url: string): void {
  const first = madeFolder(folder, url);
  if (first === undefined) return;
  for (let made = folder; ; made = dirname(made)) {
    const parent = openSync(dirname(made), "r");
    fsyncSync(parent);
    closeSync(parent);
    if (made === first) return;
  }
}

/** The outermost folder that had to be made. */
function madeFolder(folder: string, url: string): string | undefined {
  try {
    return mkdirSync(folder, { recursive: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw fault("LOG_WRITE_FAILED", url, `has no folder, and none can be made: ${why}`, {
      hint: "Make the folder, writable for you, or put the log elsewhere.",
      cause,
    });
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

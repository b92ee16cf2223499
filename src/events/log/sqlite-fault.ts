/** What SQLite's errors mean to a log: one place that knows its numbers. */
import { TroupeError, type ErrorCode } from "../../errors.ts";

/** Primary result codes: https://sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** The primary result code of an error of SQLite, `undefined` for any other. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

/** Whether somebody else holds the lock that was asked for. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === BUSY || code === LOCKED;
}

/** Whether it is what the file holds that is wrong, rather than the disk, the lock or the permissions. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === undefined || ![BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN].includes(code);
}

/**
 * Whether a failed COMMIT may yet stand after a crash: its frames can lie in the WAL, whole,
 * where only the sync after them failed.
 */
export function mayStand(error: unknown): boolean {
  return sqliteCode(error) === IOERR;
}

/** What a failed read or open says. Errors that are not SQLite's pass through. */
export function readFault(url: string, error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  if (code === CORRUPT || code === NOTADB)
    return fault("LOG_CORRUPT", url, "is not a readable database", {
      hint: "Run `troupe doctor` on this log, and restore it from a copy if it is damaged.",
      cause: error,
    });
  return fault("LOG_UNREACHABLE", url, `cannot be read: ${textOf(error)}`, {
    hint: "Check that the file and its folder exist and may be read, then try again.",
    cause: error,
  });
}

/** What a failed open for writing says. */
export function openFault(url: string, error: unknown): unknown {
  const code = sqliteCode(error);
  const unwritable = code === FULL || code === IOERR || code === READONLY;
  return unwritable ? writeFault(url, error, false) : readFault(url, error);
}

/** What a failed commit says. `standing`: it may have been written all the same. */
export function writeFault(url: string, error: unknown, standing: boolean): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  if (code === CORRUPT || code === NOTADB) return readFault(url, error);
  if (standing)
    return fault("LOG_OUTCOME_UNKNOWN", url, `may or may not have kept it: ${textOf(error)}`, {
      hint: "Try the same append with the same ids again; it is written once.",
      cause: error,
    });
  return fault("LOG_WRITE_FAILED", url, `could not be written: ${textOf(error)}`, {
    hint: remedies.get(code) ?? "Check the disk; what was acknowledged before is still there.",
    cause: error,
  });
}

const remedies = new Map([
  [FULL, "Free space on the disk, then try again; what was acknowledged before is still there."],
  [READONLY, "Make the file and its folder writable, or open the log with `readOnly: true`."],
  [BUSY, "Another process holds the write lock: let it finish, then try again."],
]);

/** An error that names the log. */
export function fault(
  code: ErrorCode,
  url: string,
  what: string,
  details: { readonly hint: string; readonly cause?: unknown },
): TroupeError {
  return new TroupeError(code, `the log ${url} ${what}`, { ...details, data: { url } });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

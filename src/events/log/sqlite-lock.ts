/**
 * The lock of the one owner: an exclusive transaction on an empty database beside the log.
 * It is the operating system's lock, so it ends with its process, however that ends.
 *
 * Nothing but SQLite may open this file in the owner's process: POSIX drops all locks that a
 * process holds on a file when it closes any descriptor of it.
 */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isBusy } from "./sqlite-fault.ts";

/** A look holds the lock for microseconds; so many in a row mean that something else holds it. */
const TRIES = 1000;

/** Where the lock of a log lies. */
export function lockPath(path: string): string {
  return `${path}-owner`;
}

/** Takes the lock, or answers `undefined` where an owner lives. Closing what it gives frees it. */
export function takeLock(path: string): DatabaseSync | undefined {
  for (let tries = 1; ; tries++) {
    const lock = new DatabaseSync(lockPath(path), { timeout: 0 });
    try {
      lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
      return lock;
    } catch (error) {
      lock.close();
      if (!isBusy(error)) throw error;
      if (isLocked(path)) return undefined;
      // somebody was only looking: again
      if (tries === TRIES) throw error;
    }
  }
}

/** Whether an owner lives. */
export function isLocked(path: string): boolean {
  if (!existsSync(lockPath(path))) return false;
  const probe = new DatabaseSync(lockPath(path), { readOnly: true, timeout: 0 });
  try {
    probe.prepare("SELECT count(*) FROM sqlite_schema").get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    probe.close();
  }
}

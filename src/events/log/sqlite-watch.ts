/**
 * Notices what other connections commit, by polling SQLite's change counter while somebody
 * waits, and passes on what this handle commits at once.
 *
 * Who waits must have looked in the same turn: then no change can fall between look and wait.
 */
import type { DatabaseSync } from "node:sqlite";
import { clearInterval, setInterval } from "node:timers";
import { bell, type Bell } from "./bell.ts";
import { integer } from "./sqlite-row.ts";

export interface Watch extends Bell {
  /** Wakes everybody and stops polling. */
  close(): void;
}

/** @param pollMs how often to look while somebody waits; the longest a change stays unnoticed. */
export function watch(db: DatabaseSync, pollMs = 20): Watch {
  const counter = db.prepare("PRAGMA data_version");
  const waiting = bell();
  let seen: number | undefined;
  let timer: NodeJS.Timeout | undefined;

  // what cannot be read is a change: who waits looks again, and meets the error itself
  const version = (): number | undefined => {
    try {
      return integer(counter.get() ?? {}, "data_version");
    } catch {
      return undefined;
    }
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const look = () => {
    if (waiting.waiting === 0) return stop();
    const now = version();
    if (now !== undefined && now === seen) return;
    seen = now;
    waiting.ring();
  };

  return {
    get waiting() {
      return waiting.waiting;
    },
    wait(options) {
      timer ??= setInterval(look, pollMs);
      return waiting.wait(options);
    },
    ring: () => waiting.ring(),
    close() {
      stop();
      waiting.ring();
    },
  };
}

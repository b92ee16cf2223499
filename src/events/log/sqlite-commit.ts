/**
 * Group commit: all work that is asked for in one turn of the event loop shares one
 * transaction, and so one fsync.
 *
 * - L2. Work that refuses (throws a `TroupeError`) does so before it writes: it rejects alone,
 *       and the rest of the commit goes on.
 * - L3. A promise resolves only after COMMIT has returned.
 * - L6. Any other error fails the whole commit: `LOG_WRITE_FAILED` where it was surely rolled
 *       back, `LOG_OUTCOME_UNKNOWN` where it may stand after a crash.
 * - Work that is asked for in order is done in order.
 */
import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers";
import { TroupeError } from "../../errors.ts";
import { closed } from "./faults.ts";
import { fault, mayStand, writeFault } from "./sqlite-fault.ts";

export interface Commits {
  /** Does the work inside the next commit. It must not wait for anything. */
  run<T>(work: () => T): Promise<T>;
  /** Commits now what was asked for until now; then refuses everything. */
  close(): void;
}

export interface CommitOptions {
  readonly db: Pick<DatabaseSync, "exec" | "isTransaction">;
  readonly path: string;
  readonly url: string;
  /** Called after each commit, before anyone hears of it. */
  readonly committed: () => void;
}

/** One piece of work: `perform` answers how to settle its promise once the commit stands. */
interface Job {
  perform(): () => void;
  reject(reason: unknown): void;
}

export function commits({ db, path, url, committed }: CommitOptions): Commits {
  const file = identity(path);
  let queue: Job[] = [];
  let open = true;

  const flush = () => {
    const jobs = queue;
    queue = [];
    if (jobs.length === 0) return;
    let settle: (() => void)[];
    try {
      settle = transaction(jobs);
    } catch (error) {
      for (const job of jobs) job.reject(error);
      return;
    }
    committed();
    for (const done of settle) done();
  };

  const transaction = (jobs: readonly Job[]): (() => void)[] => {
    // a removed file can still be written to, and nobody would ever find it again
    if (file === undefined || identity(path) !== file)
      throw fault("LOG_WRITE_FAILED", url, "is no longer the file that was opened", {
        hint: "Do not remove or replace the file of a running host; open the log again.",
      });
    let committing = false;
    try {
      db.exec("BEGIN IMMEDIATE");
      const settle = jobs.map(perform);
      committing = true;
      db.exec("COMMIT");
      return settle;
    } catch (error) {
      const undone = rolledBack(db);
      throw writeFault(url, error, !undone || (committing && mayStand(error)));
    }
  };

  return {
    run<T>(work: () => T): Promise<T> {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      if (!open) return Promise.reject(closed(url));
      const perform = () => {
        const value = work();
        return () => resolve(value);
      };
      if (queue.push({ perform, reject }) === 1) setImmediate(flush);
      return promise;
    },
    close() {
      open = false;
      flush();
    },
  };
}

function perform(job: Job): () => void {
  try {
    return job.perform();
  } catch (error) {
    if (TroupeError.is(error)) return () => job.reject(error);
    throw error;
  }
}

function rolledBack(db: CommitOptions["db"]): boolean {
  try {
    if (db.isTransaction) db.exec("ROLLBACK");
    return true;
  } catch {
    return false;
  }
}

/** Which file lies at a path now. */
export function identity(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}`;
}

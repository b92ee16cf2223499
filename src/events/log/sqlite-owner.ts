/**
 * Ownership of a SQLite log: the lock says who lives, the database says which epoch it is.
 *
 * - The epoch is counted up in a commit of its own before `claim` resolves, so no two owners
 *   ever have the same, whatever becomes of the lock.
 * - `lost` aborts when the log or its lock is removed or replaced, or a greater epoch is met.
 */
import type { DatabaseSync } from "node:sqlite";
import { clearInterval, setInterval } from "node:timers";
import { assertPartition } from "./cut.ts";
import { closed, owned } from "./faults.ts";
import type { Ownership } from "./log.ts";
import { type Commits, identity } from "./sqlite-commit.ts";
import { fault, readFault } from "./sqlite-fault.ts";
import { lockPath, takeLock } from "./sqlite-lock.ts";
import { integer, text, type Row } from "./sqlite-row.ts";

/** How often an owner looks whether it still is one, in milliseconds. */
const LOOK_MS = 500;

/** What ownership needs of its handle. */
export interface Owning {
  readonly db: DatabaseSync;
  readonly path: string;
  readonly url: string;
  readonly commits: Commits;
}

export interface Owner {
  claim(options: { readonly owner: string; readonly partition?: number }): Promise<Ownership>;
  /** The epoch of this handle while it owns. */
  readonly epoch: number | undefined;
  /** Gives back what is owned, at once. */
  close(): void;
}

export function ownerOf({ db, path, url, commits }: Owning): Owner {
  const select = db.prepare("SELECT epoch, owner FROM ownership");
  const take = db.prepare("UPDATE ownership SET epoch = epoch + 1, owner = ? RETURNING epoch");
  const leave = db.prepare("UPDATE ownership SET owner = NULL WHERE epoch = ?");
  let epoch: number | undefined;
  let release: (() => void) | undefined;

  const lockOrThrow = (): DatabaseSync => {
    try {
      const lock = takeLock(path);
      if (lock !== undefined) return lock;
    } catch (error) {
      throw readFault(url, error);
    }
    throw owned(url, nameIn(select.get() ?? {}));
  };

  const guard = (mine: number): { readonly lost: AbortSignal; readonly stop: () => void } => {
    const [file, lock] = [identity(path), identity(lockPath(path))];
    const lost = new AbortController();
    const holds = () =>
      identity(path) === file &&
      identity(lockPath(path)) === lock &&
      integer(select.get() ?? {}, "epoch") === mine;
    const timer = setInterval(() => {
      if (attempt(holds)) return;
      clearInterval(timer);
      epoch = undefined;
      lost.abort(lease(url, mine));
    }, LOOK_MS).unref();
    return { lost: lost.signal, stop: () => clearInterval(timer) };
  };

  return {
    get epoch() {
      return epoch;
    },
    async claim({ owner, partition }) {
      assertPartition(partition, 1);
      const lock = lockOrThrow();
      let mine: number;
      try {
        mine = await commits.run(() => integer(take.get(owner) ?? {}, "epoch"));
        if (!db.isOpen) throw closed(url);
      } catch (error) {
        lock.close();
        throw error;
      }
      const { lost, stop } = guard(mine);
      const free = () => {
        if (release !== free) return;
        release = epoch = undefined;
        stop();
        lock.close();
      };
      release = free;
      epoch = mine;
      return {
        epoch: mine,
        lost,
        async [Symbol.asyncDispose]() {
          if (release !== free) return;
          epoch = undefined;
          // the lock decides; a name that stays behind does no harm
          await commits.run(() => leave.run(mine)).catch(() => undefined);
          free();
        },
      };
    },
    close() {
      release?.();
    },
  };
}

/** What cannot be read is not held. */
function attempt(look: () => boolean): boolean {
  try {
    return look();
  } catch {
    return false;
  }
}

function nameIn(row: Row): string {
  return row["owner"] === null ? "a process that is just starting or stopping" : text(row, "owner");
}

function lease(url: string, epoch: number): Error {
  return fault("LOG_LEASE_LOST", url, `is no longer owned with epoch ${epoch}`, {
    hint: "Stop running its actors, and open the log again.",
  });
}

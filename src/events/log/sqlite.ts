/**
 * The log in a SQLite file: the engine for one machine. One process owns it and runs its
 * actors; others read freely and reach the owner through the inbox.
 *
 * The laws of log.ts are kept by sqlite-commit.ts (L2, L3, L6), sqlite-append.ts (L1, L4, L8),
 * sqlite-read.ts (L5), sqlite-sweep.ts and sqlite-purge.ts (L9), payload.ts and admit.ts (L7). One partition: its commits have one order.
 *
 * node:sqlite is synchronous: a commit holds up its process for the time of one fsync.
 */
import { realpathSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { idsWithArchives, scanWithArchives } from "./archived-scan.ts";
import { closed } from "./faults.ts";
import { archivesOf } from "./file/archives.ts";
import type { CommandChannel, EventLog, LogOptions, SnapshotStore } from "./log.ts";
import { sealer, type Sealer } from "./payload.ts";
import { appender } from "./sqlite-append.ts";
import { commits, type Commits } from "./sqlite-commit.ts";
import { fault } from "./sqlite-fault.ts";
import { inboxOf } from "./sqlite-inbox.ts";
import { openDatabase, type OpenOptions, urlOf } from "./sqlite-open.ts";
import { ownerOf } from "./sqlite-owner.ts";
import { archivesBeside, purger } from "./sqlite-purge.ts";
import { reader } from "./sqlite-read.ts";
import { bytes, integer, text } from "./sqlite-row.ts";
import { sweeper } from "./sqlite-sweep.ts";
import { watch } from "./sqlite-watch.ts";

export interface SqliteLogOptions extends LogOptions, OpenOptions {
  /** How long a change of another process may stay unnoticed, in milliseconds. Default 20. */
  readonly pollMs?: number;
  /** The clock of the commands' deadlines and the payloads' age, in epoch ms. Default `Date.now`. */
  readonly now?: () => number;
}

/**
 * Opens a log in a SQLite file.
 *
 * @throws TroupeError `LOG_NOT_FOUND`, `LOG_CORRUPT`, `LOG_NEWER`, `LOG_INCOMPATIBLE`,
 * `LOG_WRITE_FAILED` (may not be written), `LOG_UNSAFE` (the file system cannot keep L3).
 */
export function sqliteLog(options: SqliteLogOptions): EventLog {
  const { readOnly = false, now = Date.now } = options;
  const url = urlOf(options.path);
  const db = openDatabase(options);
  // one file has one lock, whatever link or working folder it was reached by
  const path = realpathSync(options.path);
  const seals = sealer(options);
  const changes = watch(db, options.pollMs);
  const isOpen = () => db.isOpen;
  const handle = { db, path, url, seals, watch: changes, isOpen, now };
  const own = reader(handle);
  const { codec, archives: folder } = options;
  const folders = folder === undefined ? [archivesBeside(path)] : [folder];
  const archives = archivesOf({ ...own, codec, folders });
  const shape = { url, partitions: 1, codec };
  const reading = {
    ...shape,
    ...own,
    scan: scanWithArchives(own.scan, shape, archives),
    idsAt: idsWithArchives(own.idsAt, shape, archives),
  };
  if (readOnly)
    return {
      ...reading,
      ...onlyReading(url, snapshotsOf(handle)),
      ...closing(db, () => changes.close()),
    };

  const writes = commits({ db, path, url, committed: () => changes.ring() });
  // of its own, so that appends do not wake it
  const asked = watch(db, options.pollMs);
  const owner = ownerOf({ db, path, url, commits: writes });
  return {
    ...reading,
    append: appender(db, writes, { seals, now }),
    sweepPayloads: sweeper({ db, commits: writes, now, url }),
    purge: purger({ db, commits: writes }),
    claim: async (claim) => {
      if (!isOpen()) throw closed(url);
      return owner.claim(claim);
    },
    snapshots: snapshotsOf(handle, writes),
    commands: inboxOf({ ...handle, watch: asked, commits: writes, epoch: () => owner.epoch }),
    ...closing(db, () => {
      writes.close();
      owner.close();
      asked.close();
      changes.close();
    }),
  };
}

/** Disposing: the rest first, then the database; a second time does nothing. */
function closing(db: DatabaseSync, rest: () => void): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      if (!db.isOpen) return;
      rest();
      db.close();
    },
  };
}

interface Snapshots {
  readonly db: DatabaseSync;
  readonly url: string;
  readonly seals: Sealer;
}

function snapshotsOf({ db, url, seals }: Snapshots, writes?: Commits): SnapshotStore {
  const select = db.prepare("SELECT seq, key, data FROM snapshots WHERE stream = ?");
  const upsert = "INSERT OR REPLACE INTO snapshots (stream, seq, key, data) VALUES (?, ?, ?, ?)";
  const replace = db.prepare(upsert);
  return {
    async get(stream) {
      if (!db.isOpen) throw closed(url);
      const row = select.get(stream);
      if (row === undefined) return undefined;
      const data = seals.unsealInline(bytes(row, "data"));
      return { seq: integer(row, "seq"), key: text(row, "key"), data };
    },
    async put(stream, { seq, key, data }) {
      if (writes === undefined) throw readerOnly(url);
      const sealed = seals.sealInline(data, "snapshot", { stream });
      await writes.run(() => replace.run(stream, seq, key, sealed));
    },
  };
}

/** The writing half of a log that was opened for reading. */
function onlyReading(
  url: string,
  snapshots: SnapshotStore,
): Pick<EventLog, "append" | "claim" | "snapshots" | "sweepPayloads" | "purge"> & {
  readonly commands: CommandChannel;
} {
  const refuse = () => Promise.reject(readerOnly(url));
  return {
    append: refuse,
    claim: refuse,
    snapshots,
    commands: { serve: refuse, request: refuse },
    sweepPayloads: refuse,
    purge: refuse,
  };
}

function readerOnly(url: string): Error {
  return fault("LOG_WRITE_FAILED", url, "was opened for reading only", {
    hint: "Open it without `readOnly` to write to it or to reach its owner.",
  });
}

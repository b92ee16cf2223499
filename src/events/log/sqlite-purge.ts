/** Removing what is archived (L9): all of an actor in one commit. */
import type { DatabaseSync } from "node:sqlite";
import { ARCHIVE_FILES, ARCHIVED, notArchived } from "./archived.ts";
import type { EventLog } from "./log.ts";
import type { Commits } from "./sqlite-commit.ts";

/** Where archives lie unless somebody says. */
export function archivesBeside(path: string): string {
  return `${path}.archives`;
}

/** Makes `purge`. */
export function purger({
  db,
  commits,
}: {
  readonly db: DatabaseSync;
  readonly commits: Commits;
}): EventLog["purge"] {
  const last = db.prepare("SELECT seq, type FROM records WHERE stream = ? ORDER BY seq DESC LIMIT 1");
  const remove = db.prepare("DELETE FROM records WHERE stream = ? AND seq < ?");
  const forget = db.prepare("DELETE FROM snapshots WHERE stream = ?");
  return (stream) =>
    commits.run(() => {
      if (stream === ARCHIVE_FILES) return;
      const tip = last.get(stream);
      if (tip?.["type"] !== ARCHIVED || tip["seq"] === undefined) throw notArchived(stream);
      remove.run(stream, tip["seq"]);
      forget.run(stream);
    });
}

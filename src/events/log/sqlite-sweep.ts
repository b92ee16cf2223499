/**
 * Mark and sweep of payloads (L9). The marks are an index over the records, and looking at it and
 * removing are one commit: no append can come between them, and each page stands by itself.
 */
import type { DatabaseSync } from "node:sqlite";
import { closed } from "./faults.ts";
import { SWEEP_GRACE_MS, type EventLog } from "./log.ts";
import type { Commits } from "./sqlite-commit.ts";
import { integer } from "./sqlite-row.ts";

/** Payloads that one commit removes: few, since appends wait for it. */
const PAGE = 16;

/** What sweeping needs of its handle. */
interface Sweeping {
  readonly db: DatabaseSync;
  readonly commits: Commits;
  readonly now: () => number;
  readonly url: string;
}

/** Makes `sweepPayloads`. */
export function sweeper({ db, commits, now, url }: Sweeping): EventLog["sweepPayloads"] {
  const remove = db.prepare(
    `DELETE FROM payloads WHERE hash IN (
       SELECT hash FROM payloads AS stored
       WHERE at <= ? AND NOT EXISTS (SELECT 1 FROM records WHERE payload = stored.hash)
       LIMIT ${PAGE})
     RETURNING length(data) AS bytes`,
  );
  const left = db.prepare("SELECT count(*) AS n FROM payloads");
  return async ({ graceMs = SWEEP_GRACE_MS } = {}) => {
    const upTo = now() - graceMs;
    const sizes: number[] = [];
    for (let found = PAGE; found === PAGE;) {
      const page = await commits.run(() => remove.all(upTo));
      sizes.push(...page.map((row) => integer(row, "bytes")));
      found = page.length;
    }
    if (!db.isOpen) throw closed(url);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    return { removed: sizes.length, bytes, kept: integer(left.get() ?? {}, "n") };
  };
}

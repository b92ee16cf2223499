/** The records of some runs, out of a log. */
import type { TroupeError } from "../../errors.ts";
import { partitionOf, rootOf } from "../address.ts";
import { isArchiving } from "./archived.ts";
import type { EventLog, Recorded } from "./log.ts";

/**
 * All records of some runs, archived ones too, in the order of the log.
 *
 * @param runs ids; none: all runs.
 * @param missing makes what is thrown, behind the last record, where a run has none.
 * @throws {@link TroupeError} what `missing` makes, `ARCHIVE_MISSING`, `LOG_*`.
 */
export async function* scanRuns(
  log: EventLog,
  runs: readonly string[],
  missing: (run: string) => TroupeError,
): AsyncGenerator<Recorded, void, undefined> {
  const wanted = new Set(runs);
  const unseen = new Set(runs);
  for await (const { position: _, ...record } of log.scan(rangeOf(log, runs))) {
    const root = rootOf(record.stream);
    if (isArchiving(record) || (wanted.size > 0 && !wanted.has(root))) continue;
    unseen.delete(root);
    yield record;
  }
  for (const run of unseen) throw missing(run);
}

/** One partition, where no other has to be looked through. */
function rangeOf({ partitions }: EventLog, runs: readonly string[]): { readonly partition?: number } {
  const [first, ...others] = new Set(runs.map((run) => partitionOf(run, partitions)));
  return first === undefined || others.length > 0 ? {} : { partition: first };
}

/**
 * Runs of a log as the text of a log file: what `troupe export RUN` writes, and a laptop reads.
 *
 * - 1. All records of all their actors, archived ones too, in the order of the log.
 * - 2. Bodies stand in it in the clear, also those of a log with a codec: who has the file needs
 *      no keys.
 */
import type { TroupeError } from "../../errors.ts";
import { partitionOf, rootOf } from "../address.ts";
import { isArchiving } from "./archived.ts";
import { isErased, runErased } from "./erased.ts";
import type { Placed } from "./file/format.ts";
import { textOf } from "./file/text.ts";
import type { EventLog } from "./log.ts";

export interface ExportOptions {
  /** Ids of runs. Default: all that the log holds; what was erased of it says only that. */
  readonly runs?: readonly string[];
  /** What to throw for a run that is not there. */
  readonly missing: (run: string) => TroupeError;
  /** When the file is made, in epoch ms. */
  readonly at: number;
}

/**
 * The text, piece by piece. Whoever hears an error has no whole file: its last line is missing.
 *
 * @throws {@link TroupeError} what `missing` makes, `RUN_ERASED`, `ARCHIVE_MISSING`, `LOG_*`.
 */
export function exportText(log: EventLog, options: ExportOptions): AsyncGenerator<string> {
  const { url, partitions } = log;
  return textOf({ from: url, partitions, at: options.at }, recordsOf(log, options));
}

async function* recordsOf(
  log: EventLog,
  { runs, missing }: ExportOptions,
): AsyncGenerator<Placed, void, undefined> {
  const unseen = new Set(runs);
  const wanted = runs && new Set(runs);
  for (const run of unseen) if (log.codec?.isErased?.(run) === true) throw runErased(run);
  for await (const { position: _, ...record } of log.scan(rangeOf(log, runs))) {
    const root = rootOf(record.stream);
    if (isArchiving(record) || wanted?.has(root) === false) continue;
    if (wanted !== undefined && isErased(record.body)) throw runErased(root);
    unseen.delete(root);
    yield { record };
  }
  for (const run of unseen) throw missing(run);
}

/** One partition, where no other has to be looked through. */
function rangeOf({ partitions }: EventLog, runs: readonly string[] = []): { partition?: number } {
  const [first, ...others] = new Set(runs.map((run) => partitionOf(run, partitions)));
  return first === undefined || others.length > 0 ? {} : { partition: first };
}

/**
 * Runs of a log as the text of a log file: what `troupe export RUN` writes, and a laptop reads.
 *
 * - 1. All records of all their actors, archived ones too, in the order of the log.
 * - 2. Bodies stand in it in the clear, also those of a log with a codec: who has the file needs
 *      no keys.
 */
import type { TroupeError } from "../../errors.ts";
import { rootOf } from "../address.ts";
import { isErased, runErased } from "./erased.ts";
import type { Placed } from "./file/format.ts";
import { textOf } from "./file/text.ts";
import type { EventLog } from "./log.ts";
import { scanRuns } from "./scan-runs.ts";

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
  { runs = [], missing }: ExportOptions,
): AsyncGenerator<Placed, void, undefined> {
  for (const run of runs) if (log.codec?.isErased?.(run) === true) throw runErased(run);
  for await (const record of scanRuns(log, runs, missing)) {
    if (runs.length > 0 && isErased(record.body)) throw runErased(rootOf(record.stream));
    yield { record };
  }
}

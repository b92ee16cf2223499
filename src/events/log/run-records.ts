/**
 * A run as its log has it: all records of all its actors, in the order of the log.
 *
 * - All actors of a run lie in one partition, so their records have one order, and one place in it
 *   cuts the whole team: each actor as it was behind its last record up to there.
 * - What only says that an actor was archived is no record of the run: nobody has taken it as a step.
 * - A place is counted: 1 is the first record of the run. It stays what it is when the run goes on,
 *   and in a file that `troupe export` has made of it.
 */
import { TroupeError } from "../../errors.ts";
import { partitionOf, rootOf } from "../address.ts";
import { isArchiving } from "./archived.ts";
import type { EventLog, Recorded } from "./log.ts";

export interface RunRecords {
  /** The run's id: the root of all its actors. */
  readonly run: string;
  /** `records[n - 1]` is the one at position `n`. Never empty. */
  readonly records: readonly Recorded[];
}

/**
 * Reads a run, archived records too.
 *
 * @throws {@link TroupeError} `RUN_NOT_FOUND`, `LOG_*`, `ARCHIVE_MISSING`.
 */
export async function readRun(log: EventLog, run: string): Promise<RunRecords> {
  const records: Recorded[] = [];
  for await (const { position: _, ...record } of log.scan({
    partition: partitionOf(run, log.partitions),
  }))
    if (!isArchiving(record) && rootOf(record.stream) === run) records.push(record);
  if (records.length > 0) return { run, records };
  throw noRun(run, log);
}

/** That a log has no records of a run. */
export function noRun(run: string, { url }: Pick<EventLog, "url">): TroupeError {
  return new TroupeError("RUN_NOT_FOUND", `there is no run "${run}" in ${url}`, {
    hint: "List the runs with `troupe ls`, and mind --log.",
    data: { run },
  });
}

/**
 * Reads a position that somebody typed: a number of 1 or more, or `ADDRESS#SEQ`, the place of that
 * record.
 *
 * @throws {@link TroupeError} `POSITION_UNKNOWN` for what is no position, or lies behind the end.
 */
export function positionIn({ run, records }: RunRecords, text: string): number {
  const at = /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : placeOfRecord(records, text);
  if (at !== undefined && at <= records.length) return at;
  const last = records.at(-1);
  throw new TroupeError(
    "POSITION_UNKNOWN",
    `"${text}" is no position of run "${run}", which has ${records.length} records`,
    {
      hint: `Use 1 to ${records.length}, or ADDRESS#SEQ, as ${last?.stream}#${last?.seq}.`,
      data: { run, position: text, records: records.length },
    },
  );
}

function placeOfRecord(records: readonly Recorded[], text: string): number | undefined {
  const mark = text.lastIndexOf("#");
  const [stream, seq] = [text.slice(0, mark), text.slice(mark + 1)];
  const index = records.findIndex((record) => record.stream === stream && String(record.seq) === seq);
  return index === -1 ? undefined : index + 1;
}

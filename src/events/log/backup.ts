/** A log in a file, and back: what `troupe backup` and `troupe restore` do. */
import { TroupeError } from "../../errors.ts";
import { isArchiving } from "./archived.ts";
import { copyRecords, type Copied, type Progress } from "./copy.ts";
import type { Placed } from "./file/format.ts";
import { checkLogFile, recordsIn } from "./file/read.ts";
import { writeLogFile, type FileWritten } from "./file/write.ts";
import type { EventLog, Recorded } from "./log.ts";

/**
 * Writes all that is acknowledged when it begins, archives too, into a new file, and reads it again.
 *
 * @throws {@link TroupeError} `FILE_EXISTS`, `FILE_NOT_WRITTEN`; `LOG_CORRUPT` where the disk gives back something else.
 */
export async function backupLog(
  log: EventLog,
  path: string,
  told: { readonly progress?: Progress } = {},
): Promise<FileWritten> {
  const header = { from: log.url, partitions: log.partitions, at: Date.now() };
  const written = await writeLogFile(path, header, recordsOf(log, told), log.codec);
  await checkLogFile(path);
  return written;
}

async function* recordsOf(
  log: EventLog,
  { progress }: { readonly progress?: Progress },
): AsyncGenerator<Placed> {
  let read = 0;
  for await (const { position: _, ...record } of log.scan()) {
    if (++read % 500 === 0) progress?.(read);
    if (!isArchiving(record)) yield { record };
  }
}

/**
 * Writes a backup into a log that holds nothing. The file is read to its end before anything is written.
 *
 * @param options.resume go on with what was cut short.
 * @throws {@link TroupeError} `FILE_NOT_READ`, `LOG_CORRUPT`, `LOG_NEWER`, `LOG_NOT_EMPTY`: nothing was
 * written; `LOG_WRONG_SEQUENCE` where something else stands.
 */
export async function restoreLog(
  path: string,
  log: EventLog,
  options: { readonly resume?: boolean; readonly progress?: Progress } = {},
): Promise<Copied> {
  await checkLogFile(path);
  if (options.resume !== true) await assertEmpty(log);
  return copyRecords(backedUp(path, log), log, options);
}

/** The records of a backup, read with the codec of a log. */
export async function* backedUp(path: string, { codec }: EventLog): AsyncGenerator<Recorded> {
  for await (const { record } of recordsIn(path, { codec })) yield record;
}

async function assertEmpty(log: EventLog): Promise<void> {
  for await (const { stream } of log.scan())
    throw new TroupeError("LOG_NOT_EMPTY", `${log.url} holds records already, as of "${stream}"`, {
      hint: "Restore into a new log; go on with a restore that was cut short with --resume.",
      data: { url: log.url, stream },
    });
}

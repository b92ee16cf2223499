/**
 * What the log itself says of archives (L9).
 *
 * - `archive/files` has a record for each file that archives were written to.
 * - An archived actor's last record is `troupe.archived`: it keeps the actor's place, so that
 *   nothing is ever appended there again, while the records before it are in the file that it names.
 */
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { rootOf } from "../address.ts";
import type { Recorded } from "./log.ts";

/** The type of an archived actor's last record. */
export const ARCHIVED = "troupe.archived";

/** Who knows the files. */
export const ARCHIVE_FILES = "archive/files";

/** What `archive/files` is told of a file that is whole and on the disk. */
const FileEvent = z.looseObject({
  type: z.literal("archive.written"),
  file: z.string(),
  /** Where it was written. */
  folder: z.string(),
  sha256: z.string(),
});
export type ArchiveFile = z.infer<typeof FileEvent>;

const ArchivedEvent = z.looseObject({
  type: z.literal(ARCHIVED),
  file: z.string(),
  /** Where it was written. */
  folder: z.string(),
  /** The number of the actor's last archived record in its partition. */
  number: z.int(),
});
export type ArchivedEvent = z.infer<typeof ArchivedEvent>;

/** Whether a record says only what became of others: no actor has taken it as a step. */
export function isArchiving({ stream, type }: Pick<Recorded, "stream" | "type">): boolean {
  return type === ARCHIVED || stream === ARCHIVE_FILES;
}

/** What a record of `archive/files` says. */
export function archiveFileIn({ body }: Recorded): ArchiveFile | undefined {
  return FileEvent.safeParse(body["event"]).data;
}

/** What an archived actor's last record says. */
export function archivedIn({ type, body }: Recorded): ArchivedEvent | undefined {
  return type === ARCHIVED ? ArchivedEvent.safeParse(body["event"]).data : undefined;
}

/** What whoever asks for an archived actor gets to hear. */
export function runArchived(stream: string): TroupeError {
  const root = rootOf(stream);
  const [name = "", n = "1"] = root.split("~");
  return new TroupeError("RUN_ARCHIVED", `"${stream}" is archived`, {
    hint: `Read it with \`troupe show ${root}\`; to use the id once more, start "${name}~${Number(n) + 1}".`,
    data: { stream, root },
  });
}

/** @see EventLog.purge */
export function notArchived(stream: string): TroupeError {
  return new TroupeError("USAGE", `"${stream}" is not archived: its records stay`, {
    hint: "Archive its run first.",
    data: { stream },
  });
}

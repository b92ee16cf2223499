/**
 * Scans with archives in their old places (L5, L9): whoever reads a log from its beginning, or
 * from where it stopped before something was archived, reads what it would have read without archives.
 *
 * - 1. Numbers that a partition lacks are looked for in the archives. Where archiving goes on
 *      beside the scan, they are looked for in the files that came since.
 * - 2. An archive that cannot be read is noticed at the latest where the log says of an actor that
 *      it is archived: no scan ends well that has left out a record.
 */
import { TroupeError } from "../../errors.ts";
import { partitionOf, rootOf } from "../address.ts";
import { archivedIn, type ArchivedEvent } from "./archived.ts";
import { formatCut, parseCut } from "./cut.ts";
import type { ArchivedRecord, Archives } from "./file/archives.ts";
import type { EventLog, Scanned, ScanOptions } from "./log.ts";

/** Makes `scan` of a log out of a scan of what it holds itself. */
export function scanWithArchives(
  scan: EventLog["scan"],
  { partitions, url }: Pick<EventLog, "partitions" | "url">,
  archives: Archives,
): EventLog["scan"] {
  const whole: EventLog["scan"] = async function* (options: ScanOptions = {}) {
    const begun = parseCut(options.after, partitions);
    const cut = [...begun];
    const gaps = gapsOf(archives);
    const placeOf = ({ stream }: Scanned): number =>
      options.partition ?? partitionOf(rootOf(stream), partitions);
    try {
      for await (const record of scan(options)) {
        const partition = placeOf(record);
        const number = Number(record.position.split(".")[partition]);
        const last = cut[partition] ?? 0;
        if (number > last + 1)
          for await (const old of gaps.within(partition, last, number)) {
            cut[partition] = old.number;
            yield { ...old.record, position: formatCut(cut) } satisfies Scanned;
            if (options.signal?.aborted === true) return;
          }
        const archived = archivedIn(record);
        if (archived !== undefined)
          await assertRead(archives, archived, { from: begun[partition], url });
        cut[partition] = number;
        yield record;
      }
    } finally {
      await gaps.close();
    }
  };
  return (options = {}) => (options.archived === false ? scan(options) : whole(options));
}

/** The ids at a cut, also of records that are archived by now. */
export function idsWithArchives(
  idsAt: EventLog["idsAt"],
  { partitions }: Pick<EventLog, "partitions">,
  archives: Archives,
): EventLog["idsAt"] {
  return async (position) => {
    const ids = await idsAt(position);
    const cut = parseCut(position, partitions);
    if (ids.every((id, p) => id !== null || cut[p] === 0)) return ids;
    await archives.refresh();
    return Promise.all(ids.map(async (id, p) => id ?? (await idOf(archives, p, cut[p] ?? 0))));
  };
}

async function idOf(archives: Archives, partition: number, number: number): Promise<string | null> {
  if (number === 0) return null;
  for await (const found of archives.records(partition, number - 1))
    return found.number === number ? found.record.id : null;
  return null;
}

interface Gaps {
  /** What archives have between two numbers. */
  within(partition: number, after: number, before: number): AsyncGenerator<ArchivedRecord>;
  close(): Promise<void>;
}

/** Gaps of a partition come in order, so that each file is read once. */
function gapsOf(archives: Archives): Gaps {
  const cursors = new Map<number, Cursor & { readonly files: number }>();
  const open = async (partition: number, after: number, files: number): Promise<void> => {
    await cursors.get(partition)?.close();
    cursors.set(partition, { ...cursorOn(archives.records(partition, after)), files });
  };
  return {
    async *within(partition, after, before) {
      for (let last = after; last < before - 1;) {
        const next = await cursors.get(partition)?.behind(last);
        if (next !== undefined && next.number < before && next.number === last + 1) {
          last = next.number;
          yield next;
          continue;
        }
        const files = await archives.refresh(); // of which another scan may have heard before this one
        if (files !== cursors.get(partition)?.files) await open(partition, last, files);
        else if (next === undefined || next.number >= before) return;
        else last = next.number - 1; // nobody has what lies before it
      }
    },
    async close() {
      for (const cursor of cursors.values()) await cursor.close();
    },
  };
}

interface Cursor {
  /** The first one behind a number; it stays the first until a later one is asked for. */
  behind(number: number): Promise<ArchivedRecord | undefined>;
  close(): Promise<void>;
}

function cursorOn(records: AsyncGenerator<ArchivedRecord, void, undefined>): Cursor {
  let head: ArchivedRecord | undefined;
  return {
    async behind(number) {
      while (head === undefined || head.number <= number) {
        const { value, done } = await records.next();
        if (done === true) return undefined;
        head = value;
      }
      return head;
    },
    close: async () => void (await records.return()),
  };
}

/** @throws {@link TroupeError} `ARCHIVE_MISSING`. */
async function assertRead(
  archives: Archives,
  archived: ArchivedEvent,
  { from = 0, url }: { readonly from: number | undefined; readonly url: string },
): Promise<void> {
  if (archived.number <= from) return; // whoever reads has seen it
  const { file } = archived;
  if (archives.has(file)) return;
  await archives.refresh();
  if (archives.has(file)) return;
  throw new TroupeError(
    "ARCHIVE_MISSING",
    `records of ${url} are in the archive ${file}, which is not there`,
    {
      hint: "Bring the file back, and name its folder in the log's url: ?archives=FOLDER.",
      data: { url, file },
    },
  );
}

/**
 * Scans with archives in their old places (L5, L9): whoever reads a log from its beginning, or
 * from where it stopped before something was archived, reads what it would have read without archives.
 *
 * - 1. Numbers that a partition lacks are looked for in the archives. Where archiving goes on
 *      beside the scan, they are looked for in the files that came since; at its end, too.
 * - 2. An archive that cannot be read is noticed at the latest where the log says of an actor that
 *      it is archived: no scan ends well that has left out a record.
 */
import { TroupeError } from "../../errors.ts";
import { partitionOf, rootOf } from "../address.ts";
import { ARCHIVED, archivedIn } from "./archived.ts";
import { formatCut, parseCut } from "./cut.ts";
import type { ArchivedRecord, Archives } from "./file/archives.ts";
import type { EventLog, Scanned, ScanOptions } from "./log.ts";

/** The scan of what a log holds itself. */
export type OwnScan = (options?: OwnScanOptions) => AsyncIterable<Scanned>;
export interface OwnScanOptions extends ScanOptions {
  /** Hears by partition up to where a scan that is not live will read, before its first record. */
  readonly upTo?: (ends: readonly number[]) => void;
}

export function sayEnds({ live, upTo }: OwnScanOptions, ends: readonly number[] | undefined): void {
  if (live !== true && ends !== undefined) upTo?.(ends);
}

/** Makes `scan` of a log out of a scan of what it holds itself. */
export function scanWithArchives(
  scan: OwnScan,
  log: Pick<EventLog, "partitions" | "url">,
  archives: Archives,
): EventLog["scan"] {
  const whole: EventLog["scan"] = async function* (options: ScanOptions = {}) {
    await using gaps = gapsOf(archives);
    const walk = walkOf(options, log, gaps);
    let ends: readonly number[] = [];
    for await (const record of scan({ ...options, upTo: (told) => (ends = told) })) {
      const { partition, number } = walk.placeOf(record);
      if (walk.lacks(partition, number)) yield* walk.fill(partition, number);
      if (walk.stopped()) return;
      if (record.type === ARCHIVED) await assertRead(archives, record, walk.from(partition));
      walk.to(partition, number);
      yield record;
    }
    // what was archived while this was read says so behind the ends
    for (const [partition, end] of ends.entries()) yield* walk.fill(partition, end + 1);
    if (ends.length === 0 || !walk.isShort()) return;
    for await (const record of scan({ ...options, after: formatCut(ends) }))
      await assertRead(archives, record, walk.from(walk.placeOf(record).partition));
  };
  return (options = {}) => (options.archived === false ? scan(options) : whole(options));
}

/** Where a scan is. */
interface Walk {
  placeOf(record: Scanned): { readonly partition: number; readonly number: number };
  /** Whether numbers are missing between where it is and a number of a partition: seldom, and asked of each record. */
  lacks(partition: number, before: number): boolean;
  /** What archives have of them. */
  fill(partition: number, before: number): AsyncGenerator<Scanned>;
  to(partition: number, number: number): void;
  /** Where it began: whoever reads has seen what lies before. */
  from(partition: number): { readonly from: number; readonly url: string };
  /** Whether it met numbers that no archive has, and is to go on. */
  isShort(): boolean;
  stopped(): boolean;
}

function walkOf(
  { after, partition: only, signal }: ScanOptions,
  { partitions, url }: Pick<EventLog, "partitions" | "url">,
  gaps: Gaps,
): Walk {
  const begun = parseCut(after, partitions);
  const cut = [...begun];
  const at = (partition: number): number => cut[partition] ?? 0;
  const stopped = (): boolean => signal?.aborted === true;
  const lacks = (partition: number, before: number): boolean => before > at(partition) + 1;
  let short = false;
  return {
    placeOf({ stream, position }) {
      const partition = only ?? partitionOf(rootOf(stream), partitions);
      return { partition, number: Number(position.split(".")[partition]) };
    },
    lacks,
    async *fill(partition, before) {
      if ((only ?? partition) !== partition || !lacks(partition, before) || stopped()) return;
      for await (const old of gaps.within(partition, at(partition), before)) {
        cut[partition] = old.number;
        yield { ...old.record, position: formatCut(cut) };
        if (stopped()) return;
      }
      short ||= at(partition) < before - 1;
    },
    to: (partition, number) => void (cut[partition] = number),
    from: (partition) => ({ from: begun[partition] ?? 0, url }),
    isShort: () => short && !stopped(),
    stopped,
  };
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

interface Gaps extends AsyncDisposable {
  /** What archives have between two numbers. */
  within(partition: number, after: number, before: number): AsyncGenerator<ArchivedRecord>;
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
    async [Symbol.asyncDispose]() {
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
  record: Scanned,
  { from, url }: { readonly from: number; readonly url: string },
): Promise<void> {
  const archived = archivedIn(record);
  if (archived === undefined || archived.number <= from) return; // whoever reads has seen it
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

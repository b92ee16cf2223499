/**
 * The archives of a log, read where the log's own records are gone.
 *
 * - 1. Which files there are, the log says; where they lie now, the caller, else the log, else
 *      the place beside it.
 * - 2. Of several files with the same record one counts: a file whose archiving was cut short has
 *      records that are archived again, or that stand in the log still.
 */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { ARCHIVE_FILES, archiveFileIn, type ArchiveFile } from "../archived.ts";
import type { Codec, EventLog, Recorded } from "../log.ts";
import { footerOf } from "./footer.ts";
import { corrupt, type Footer } from "./format.ts";
import { recordsIn } from "./read.ts";

export interface ArchivesOptions {
  readonly read: EventLog["read"];
  readonly tip: EventLog["tip"];
  readonly codec?: Codec | undefined;
  /** Folders that files may lie in, besides where they were written. */
  readonly folders: readonly string[];
}

/** A record that is no longer in the log itself. */
export interface ArchivedRecord {
  readonly record: Recorded;
  /** Its number in its partition. */
  readonly number: number;
}

export interface Archives {
  /** Looks again which files there are. @returns how many are there to be read: it only grows. */
  refresh(): Promise<number>;
  /** Whether a file is there to be read. */
  has(file: string): boolean;
  /** Records of a partition behind a number, in order. */
  records(partition: number, after: number): AsyncGenerator<ArchivedRecord, void, undefined>;
}

interface Opened {
  readonly path: string;
  readonly index: NonNullable<Footer["index"]>;
}

export function archivesOf({ read, tip, codec, folders }: ArchivesOptions): Archives {
  const opened = new Map<string, Opened>();
  let known = 0;
  const look = async (): Promise<number> => {
    if ((await tip(ARCHIVE_FILES)) > known)
      for await (const record of read(ARCHIVE_FILES, { after: known })) {
        const written = archiveFileIn(record);
        const path = written && (await pathOf(written, folders));
        if (path !== undefined && written !== undefined)
          opened.set(written.file, { path, index: await indexOf(path, written) });
        known = record.seq;
      }
    return opened.size;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    refresh() {
      const next = last.then(look, look); // one after another: nobody is told of files that are still being opened
      last = next;
      return next;
    },
    has: (file) => opened.has(file),
    async *records(partition, after) {
      const sources = [...opened.values()].flatMap(({ path, index }) => {
        const from = startIn(index, partition, after);
        return from === undefined ? [] : [behind(recordsIn(path, { codec, from }), partition, after)];
      });
      yield* merged(sources);
    },
  };
}

async function pathOf(
  { folder, file }: ArchiveFile,
  folders: readonly string[],
): Promise<string | undefined> {
  for (const one of [...folders, folder]) {
    const path = join(one, file);
    if (await isThere(path)) return path;
  }
  return undefined;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function indexOf(path: string, { sha256 }: ArchiveFile): Promise<Opened["index"]> {
  const footer = await footerOf(path);
  if (footer.sha256 === sha256) return footer.index ?? [];
  throw corrupt(`${path} is not the file that the log's records were archived to`);
}

/** The byte at which to begin; undefined where the file has nothing of the partition. */
function startIn(index: Opened["index"], partition: number, after: number): number | undefined {
  const own = index.filter(([p]) => p === partition);
  const before = own.findLast(([, number]) => number <= after) ?? own[0];
  return before?.[2];
}

async function* behind(
  records: ReturnType<typeof recordsIn>,
  partition: number,
  after: number,
): AsyncGenerator<ArchivedRecord, void, undefined> {
  for await (const { record, place } of records) {
    if (place === undefined || place.partition !== partition) return; // the next one's lines follow
    if (place.number > after) yield { record, number: place.number };
  }
}

async function* merged(
  sources: readonly AsyncGenerator<ArchivedRecord, void, undefined>[],
): AsyncGenerator<ArchivedRecord, void, undefined> {
  try {
    const heads: { readonly source: (typeof sources)[number]; next: ArchivedRecord }[] = [];
    for (const source of sources) {
      const { value, done } = await source.next();
      if (done !== true) heads.push({ source, next: value });
    }
    for (let last = 0; heads.length > 0;) {
      const head = heads.reduce((a, b) => (b.next.number < a.next.number ? b : a));
      if (head.next.number > last) yield head.next;
      last = head.next.number;
      const { value, done } = await head.source.next();
      if (done === true) heads.splice(heads.indexOf(head), 1);
      else head.next = value;
    }
  } finally {
    for (const source of sources) await source.return();
  }
}

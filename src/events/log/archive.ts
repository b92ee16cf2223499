/**
 * Archiving (L9): what has ended long ago moves into a file, then out of the log.
 *
 *     file: written, synced, read again → archive/files knows it → each actor says troupe.archived → purged
 *
 * - 1. Nothing is purged that is not in a file on the disk, read back, that the log names.
 * - 2. The record `troupe.archived` is appended behind the last record that the file has (L2): an
 *      actor that has moved meanwhile stays, whole, and is taken another time.
 * - 3. Cut short anywhere, it is taken up: what says that it is archived and is in the file it
 *      names is purged the next time. An actor is always whole in the log, or whole in a file.
 */
import { join } from "node:path";
import { TroupeError } from "../../errors.ts";
import { parseAddress, partitionOf, rootOf } from "../address.ts";
import { RECORD_VERSION } from "../record.ts";
import { ARCHIVE_FILES, archivedIn, ARCHIVED, isArchiving } from "./archived.ts";
import type { Placed } from "./file/format.ts";
import { checkLogFile, type LogFile } from "./file/read.ts";
import { writeLogFile } from "./file/write.ts";
import type { EventLog, NewRecord, Scanned } from "./log.ts";

/** Kinds that serve a run and never end: they go with it, once they owe nothing. */
const COMPANIONS = new Set(["budget", "context", "feedback", "inbox", "messages"]);

/** An actor, as its last record leaves it. */
interface Standing {
  readonly last: Scanned;
  /** Seq of the first record that the log itself has. */
  readonly first: number;
}

/** A run that may be archived. */
export interface ClosedRun {
  readonly root: string;
  readonly actors: readonly string[];
  readonly records: number;
  /** When its last record was written, in epoch ms. */
  readonly at: number;
}

export interface Archived {
  /** The file that was written, unless there was nothing to archive. */
  readonly file?: string;
  readonly runs: readonly ClosedRun[];
  /** Actors that moved meanwhile, or that an archiving that was cut short had left. */
  readonly moved: readonly string[];
  readonly taken: readonly string[];
}

export interface ArchiveOptions {
  /** Runs whose last record was written before this, in epoch ms. */
  readonly before: number;
  /** Where the file goes. */
  readonly folder: string;
  /** Only say what would be done. */
  readonly dryRun?: boolean;
  readonly now?: () => number;
  /** Hears how many records were read. */
  readonly progress?: (records: number) => void;
}

/**
 * Archives closed runs: all actors at their end, nothing owed, no lock held and no timer armed.
 *
 * @throws {@link TroupeError} `FILE_NOT_WRITTEN`, `LOG_FORBIDDEN`, `LOG_CORRUPT`, …: nothing is lost.
 */
export async function archiveRuns(log: EventLog, options: ArchiveOptions): Promise<Archived> {
  if (options.dryRun !== true) await log.purge(ARCHIVE_FILES); // whether one may, before anything is written
  const standing = await standings(log, options);
  const runs = closedRuns(standing, options.before);
  const taken = leftovers(standing);
  if (options.dryRun === true) return { runs, moved: [], taken };
  for (const stream of taken) await takeUp(log, standing.get(stream)?.last);
  if (runs.length === 0) return { runs, moved: [], taken };
  const chosen = new Map<string, Scanned>();
  for (const actor of runs.flatMap(({ actors }) => actors)) {
    const last = standing.get(actor)?.last;
    if (last !== undefined && last.type !== ARCHIVED) chosen.set(actor, last);
  }
  const { file, mark: facts } = await filed(log, chosen, options);
  return { file, runs, moved: await takeOut(log, runs, chosen, facts), taken };
}

/** Writes the file, reads it again, and lets the log know of it. */
async function filed(
  log: EventLog,
  chosen: ReadonlyMap<string, Scanned>,
  { folder, now = Date.now }: ArchiveOptions,
): Promise<{ readonly file: string; readonly mark: Mark }> {
  const name = `${nameOf(log.url)}-${stamp(now())}.jsonl`;
  const path = join(folder, name);
  const header = { from: log.url, partitions: log.partitions, at: now() };
  await writeLogFile(path, header, chosenRecords(log, chosen), log.codec);
  const file = await checkLogFile(path);
  assertWhole(file, chosen);
  await register(log, { file: name, folder, sha256: file.sha256 }, now());
  return { file: path, mark: { file: name, folder, at: now() } };
}

/** @returns the actors that have moved meanwhile. */
async function takeOut(
  log: EventLog,
  runs: readonly ClosedRun[],
  chosen: ReadonlyMap<string, Scanned>,
  facts: Mark,
): Promise<readonly string[]> {
  const moved: string[] = [];
  for (const { actors } of runs) {
    const own = actors.flatMap((actor) => chosen.get(actor) ?? []);
    const marked = await markAll(log, own, facts);
    for (const { stream } of own.slice(0, marked)) await log.purge(stream);
    moved.push(...own.slice(marked).map(({ stream }) => stream));
  }
  return moved;
}

async function standings(
  log: EventLog,
  { progress }: ArchiveOptions,
): Promise<ReadonlyMap<string, Standing>> {
  const found = new Map<string, Standing>();
  let read = 0;
  for await (const record of log.scan({ archived: false })) {
    if (record.stream === ARCHIVE_FILES) continue;
    const { first = record.seq } = found.get(record.stream) ?? {};
    found.set(record.stream, { last: record, first });
    read += 1;
    if (read % 1000 === 0) progress?.(read);
  }
  return found;
}

function closedRuns(standing: ReadonlyMap<string, Standing>, before: number): readonly ClosedRun[] {
  const roots = Map.groupBy(standing, ([stream]) => rootOf(stream));
  const closed: ClosedRun[] = [];
  for (const [root, actors] of roots) {
    if (
      !isClosed(
        actors.map(([, { last }]) => last),
        before,
      )
    )
      continue;
    const records = actors.reduce((sum, [, { last, first }]) => sum + last.seq - first + 1, 0);
    const at = Math.max(...actors.map(([, { last }]) => last.at));
    const names = actors.map(([stream]) => stream).toSorted((a, b) => depthOf(a) - depthOf(b));
    closed.push({ root, actors: names, records, at });
  }
  return closed;
}

function isClosed(actors: readonly Scanned[], before: number): boolean {
  if (actors.every((last) => isArchiving(last))) return false; // done already
  const old = (last: Scanned): boolean => last.at < before && isAtRest(last);
  if (!actors.every((last) => isArchiving(last) || old(last))) return false;
  return actors.some(({ stream }) => depthOf(stream) === 0 && !isCompanion(stream));
}

/** Whether an actor has ended, or only serves one that has. A record that says neither stays. */
export function isAtRest({ stream, type, body }: Scanned): boolean {
  if (type === ARCHIVED) return true;
  const { status, owes } = body;
  return owes === 0 && (isCompanion(stream) || (typeof status === "string" && status !== "active"));
}

function depthOf(stream: string): number {
  return parseAddress(stream).path.length;
}

function isCompanion(stream: string): boolean {
  return COMPANIONS.has(parseAddress(stream).kind);
}

/** Actors that say they are archived, and are still there. */
function leftovers(standing: ReadonlyMap<string, Standing>): readonly string[] {
  return [...standing].flatMap(([stream, { last, first }]) =>
    last.type === ARCHIVED && first < last.seq ? [stream] : [],
  );
}

/** Ends what was cut short between the record and the purge. */
async function takeUp(log: EventLog, last: Scanned | undefined): Promise<void> {
  const archived = last && archivedIn(last);
  if (archived === undefined || last === undefined) return;
  const file = await checkLogFile(join(archived.folder, archived.file));
  if (file.tips.get(last.stream) !== last.seq - 1)
    throw new TroupeError("LOG_CORRUPT", `${file.path} does not hold "${last.stream}" whole`, {
      hint: "Look for the file that it was archived to; nothing was removed from the log.",
      data: { stream: last.stream, file: file.path },
    });
  await log.purge(last.stream);
}

async function* chosenRecords(
  log: EventLog,
  chosen: ReadonlyMap<string, Scanned>,
): AsyncGenerator<Placed> {
  for (let partition = 0; partition < log.partitions; partition++)
    for await (const { position, ...record } of log.scan({ partition, archived: false })) {
      const { seq = 0 } = chosen.get(record.stream) ?? {};
      if (record.seq > seq) continue;
      yield { record, place: { partition, number: numberIn(position, partition) } };
    }
}

function numberIn(position: string, partition: number): number {
  return Number(position.split(".")[partition]);
}

/** @throws {@link TroupeError} `LOG_CORRUPT`: somebody removed records while the file was written. */
function assertWhole(file: LogFile, chosen: ReadonlyMap<string, Scanned>): void {
  for (const [stream, { seq }] of chosen)
    if (file.tips.get(stream) !== seq)
      throw new TroupeError("LOG_CORRUPT", `${file.path} does not hold "${stream}" whole`, {
        hint: "Run `troupe doctor` on the log; nothing was removed from it.",
        data: { stream, file: file.path },
      });
}

async function register(
  log: EventLog,
  facts: { readonly file: string; readonly folder: string; readonly sha256: string },
  at: number,
): Promise<void> {
  const event = { type: "archive.written", ...facts };
  for (;;) {
    const expected = await log.tip(ARCHIVE_FILES);
    const around = { v: RECORD_VERSION, version: "1", epoch: 0, state: "open", status: "active" };
    const born = expected === 0 ? { born: { id: "files" } } : {};
    const record: NewRecord = {
      id: `archive/${facts.file}`,
      type: event.type,
      at,
      correlation: ARCHIVE_FILES,
      body: { ...around, ...born, event, hash: "", owes: 0 },
    };
    try {
      await log.append(ARCHIVE_FILES, [record], { expected });
      return;
    } catch (error) {
      if (!TroupeError.is(error, "LOG_WRONG_SEQUENCE")) throw error; // somebody else archives, too
    }
  }
}

interface Mark {
  readonly file: string;
  readonly folder: string;
  readonly at: number;
}

/** The root first: where that has moved, its run goes on. @returns how many have not moved since. */
async function markAll(log: EventLog, actors: readonly Scanned[], facts: Mark): Promise<number> {
  for (const [i, last] of actors.entries()) if (!(await mark(log, last, facts))) return i;
  return actors.length;
}

async function mark(log: EventLog, last: Scanned, { file, folder, at }: Mark): Promise<boolean> {
  const { stream, seq, position, correlation, body } = last;
  const number = numberIn(position, partitionOf(rootOf(stream), log.partitions));
  const { version = "0", epoch = 0, state = null, status = "stopped", hash = "" } = body;
  const event = { type: ARCHIVED, file, folder, number };
  const record: NewRecord = {
    id: `${ARCHIVED}/${file}/${stream}`,
    type: ARCHIVED,
    at: Math.max(at, last.at),
    correlation,
    body: { v: RECORD_VERSION, version, epoch, event, state, status, hash, owes: 0 },
  };
  try {
    await log.append(stream, [record], { expected: seq });
    return true;
  } catch (error) {
    if (TroupeError.is(error, "LOG_WRONG_SEQUENCE")) return false;
    throw error;
  }
}

/** The name of a log in its url, as part of a file's name. */
function nameOf(url: string): string {
  const name = /([A-Za-z0-9_-]+)(?:\.[a-z]+)?$/.exec(url)?.[1];
  return name ?? "log";
}

/** `20261122T001230123Z`. */
function stamp(at: number): string {
  return new Date(at).toISOString().replace(/[-:.]/g, "");
}

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
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { TroupeError } from "../../errors.ts";
import { partitionOf, rootOf } from "../address.ts";
import { RECORD_VERSION } from "../record.ts";
import { ARCHIVE_FILES, archivedIn, ARCHIVED } from "./archived.ts";
import { closedRuns, standings, type ClosedRun, type Standing } from "./closed-runs.ts";
import type { Placed } from "./file/format.ts";
import { checkLogFile, type LogFile } from "./file/read.ts";
import { writeLogFile } from "./file/write.ts";
import type { EventLog, NewRecord, Scanned } from "./log.ts";

export interface Archived {
  /** The file that was written, unless nothing was archived. */
  readonly file?: string;
  readonly runs: readonly ClosedRun[];
  /** Actors that moved meanwhile or that another archiving took, or that an archiving that was cut short had left. */
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
  const chosen = chosenOf(runs, standing);
  const { file, mark: facts, whole } = await filed(log, chosen, options);
  const { done, moved } = await takeOut(log, runs, { chosen, whole, facts });
  return { ...(done.length > 0 && { file }), runs: done, moved, taken };
}

/** The last record of each actor that goes. */
function chosenOf(
  runs: readonly ClosedRun[],
  standing: ReadonlyMap<string, Standing>,
): ReadonlyMap<string, Scanned> {
  const chosen = new Map<string, Scanned>();
  for (const actor of runs.flatMap(({ actors }) => actors)) {
    const last = standing.get(actor)?.last;
    if (last !== undefined && last.type !== ARCHIVED) chosen.set(actor, last);
  }
  return chosen;
}

/** Writes the file, reads it again, and lets the log know of it. */
async function filed(
  log: EventLog,
  chosen: ReadonlyMap<string, Scanned>,
  { folder, now = Date.now }: ArchiveOptions,
): Promise<{ readonly file: string; readonly mark: Mark; readonly whole: ReadonlySet<string> }> {
  const unlike = randomBytes(3).toString("hex"); // another archiving may begin in the same millisecond
  const name = `${nameOf(log.url)}-${stamp(now())}-${unlike}.jsonl`;
  const path = join(folder, name);
  const header = { from: log.url, partitions: log.partitions, at: now() };
  await writeLogFile(path, header, chosenRecords(log, chosen), log.codec);
  const file = await checkLogFile(path);
  const whole = await wholeIn(log, file, chosen);
  await register(log, { file: name, folder, sha256: file.sha256 }, now());
  return { file: path, mark: { file: name, folder, at: now() }, whole };
}

/** @returns the runs of which something was taken, and the actors that have moved meanwhile. */
async function takeOut(
  log: EventLog,
  runs: readonly ClosedRun[],
  {
    chosen,
    whole,
    facts,
  }: {
    readonly chosen: ReadonlyMap<string, Scanned>;
    readonly whole: ReadonlySet<string>;
    readonly facts: Mark;
  },
): Promise<{ readonly done: readonly ClosedRun[]; readonly moved: readonly string[] }> {
  const done: ClosedRun[] = [];
  const moved: string[] = [];
  for (const run of runs) {
    const own = run.actors.flatMap((actor) => chosen.get(actor) ?? []);
    const until = own.findIndex(({ stream }) => !whole.has(stream));
    const marked = await markAll(log, until < 0 ? own : own.slice(0, until), facts);
    for (const { stream } of own.slice(0, marked)) await log.purge(stream);
    if (marked > 0) done.push(run);
    moved.push(...own.slice(marked).map(({ stream }) => stream));
  }
  return { done, moved };
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

/**
 * The actors that the file has whole; the others have moved while it was written, or were archived
 * by somebody else.
 *
 * @throws {@link TroupeError} `LOG_CORRUPT`: records were removed, and nothing says so.
 */
async function wholeIn(
  log: EventLog,
  { tips, path }: LogFile,
  chosen: ReadonlyMap<string, Scanned>,
): Promise<ReadonlySet<string>> {
  const whole = new Set<string>();
  for (const [stream, { seq }] of chosen)
    if (tips.get(stream) === seq) whole.add(stream);
    else if ((await log.tip(stream)) === seq)
      throw new TroupeError("LOG_CORRUPT", `${path} does not hold "${stream}" whole`, {
        hint: "Run `troupe doctor` on the log; nothing was removed from it.",
        data: { stream, file: path },
      });
  return whole;
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
    const moved = TroupeError.is(error, "LOG_WRONG_SEQUENCE") || TroupeError.is(error, "RUN_ARCHIVED");
    if (moved) return false; // or somebody else archives it at the same time
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

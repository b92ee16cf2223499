/**
 * Runs projections: folds what is new in a log into their rows, from where they stand.
 *
 * - P1: rows and checkpoint are written in one transaction, some thousand records at a time.
 * - P2: rows are those that a fold of the whole log gives, whoever folded which part of it.
 * - A5: a record that takes another out lets the rows be folded anew, without it.
 * - A checkpoint counts only for the log that it was made of, as the ids of the records before it
 *   prove: for a log that was replaced, or restored from an older copy, all is folded anew.
 * - Rows are derived, so a store that gives out stops nothing: a damaged file is made anew, and
 *   where none can be kept, the rows are folded into memory.
 */
import { isDeepStrictEqual } from "node:util";
import { TroupeError } from "../errors.ts";
import { closed as closedLog } from "../events/log/faults.ts";
import type { EventLog, Scanned, ScanOptions } from "../events/log/log.ts";
import { skippedIn } from "../events/record.ts";
import { batchOf, type Batch, type Standing } from "./batch.ts";
import { BUILT_IN } from "./built-in.ts";
import { placeOfProjections, type Place } from "./place.ts";
import type { Projection } from "./projection.ts";
import { memoryStore } from "./store-memory.ts";
import { removeStore, sqliteStore } from "./store-sqlite.ts";
import { StoreFault, type Checkpoint, type Look, type ProjectionStore } from "./store.ts";

/** Records that share one transaction. */
const BATCH = 2_000;
/** How often rows are read again that another process folds anew meanwhile. */
const TRIES = 5;

export interface ProjectionsOptions {
  readonly log: EventLog;
  /** Default: the built-in ones, which are best folded together. */
  readonly projections?: readonly Projection[];
  /** Where rows are kept. Default: as the log's url says; null: in memory. */
  readonly place?: Place | null;
  /** Hears after each batch how many records were folded since this was opened. */
  readonly progress?: (read: number) => void;
  /** Hears of parked keys, of files thrown away, and where nothing can be kept. Default: nobody. */
  readonly warn?: (message: string, facts: Readonly<Record<string, unknown>>) => void;
}

/** A row as it is read. */
export interface KeyedRow<TRow> {
  readonly key: string;
  /** Undefined only where the key was parked before there was a row. */
  readonly row: TRow | undefined;
  /** Why the key is parked: its row is as it was before that. */
  readonly parked?: string;
}

export interface RowsOptions {
  /** As of what this handle read last, or later: the log is not asked for more. Default false. */
  readonly asLastRead?: boolean;
}

/** What is read is of the log as it was when it was asked, or later. */
export interface Projections extends AsyncDisposable {
  /** Whether rows outlive the process, so that folding ahead is of use. */
  readonly kept: boolean;
  /**
   * Folds what is new, at most `limit` records.
   *
   * @returns how many records it read.
   */
  catchUp(limit?: number): Promise<number>;
  /** All rows, in the order in which they moved last within each partition. */
  rows<TRow>(projection: Projection<TRow>, options?: RowsOptions): Promise<readonly KeyedRow<TRow>[]>;
  row<TRow>(projection: Projection<TRow>, key: string): Promise<KeyedRow<TRow> | undefined>;
}

/** Opens the projections of a log; its store is opened when it is needed first. */
export function openProjections(options: ProjectionsOptions): Projections {
  const { log, projections = BUILT_IN, warn = () => {}, progress = () => {} } = options;
  const place = options.place === undefined ? placeOfProjections(log.url) : options.place;
  let opened: ProjectionStore | undefined;
  let renewed = false;
  let closed = false;
  let folded = 0;
  let last: Promise<unknown> = Promise.resolve();
  const reached = new Map<string, Checkpoint>();
  /** Records that later ones take out, as `stream seq`; and the projections whose rows hold one of them still. */
  const skips = new Set<string>();
  const stale = new Set<string>();

  const store = (): ProjectionStore => (opened ??= openStore());
  const openStore = (): ProjectionStore =>
    place ? sqliteStore({ ...place, codec: log.codec }) : memoryStore();

  /** One at a time; a store that gives out is replaced, and the work done again. */
  function guarded<T>(work: () => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      for (;;) {
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof StoreFault)) throw error;
          replace(error);
        }
      }
    };
    const result = last.then(run);
    last = result.catch(() => {});
    return result;
  }

  function replace(fault: StoreFault): void {
    opened?.[Symbol.dispose]();
    opened = undefined;
    reached.clear();
    const { message } = fault;
    const path = place?.path ?? "memory";
    if (fault.damaged && !renewed && place) {
      renewed = true;
      try {
        removeStore(place.path);
        return warn(`the projections in ${path} are made anew: ${message}`, { path });
      } catch {
        // it may not even be removed: memory does
      }
    }
    opened = memoryStore();
    warn(`the projections cannot be kept in ${path}, the whole log is read instead: ${message}`, {
      path,
    });
  }

  async function standings(asked: Iterable<Projection>): Promise<readonly Standing[]> {
    const valid = new Map<string, boolean>();
    const counts = async ({ position, ids }: Checkpoint): Promise<boolean> => {
      if (position === undefined) return true;
      const known = valid.get(position) ?? (await isOf(log, position, ids));
      valid.set(position, known);
      return known;
    };
    const found: Standing[] = [];
    for (const projection of asked) {
      const { name, version } = projection;
      const before = store().checkpoint(name);
      const ours = !stale.has(name) && before?.version === version && (await counts(before));
      const ids = Array.from({ length: log.partitions }, () => null);
      found.push({ projection, before, from: ours ? before : { version, ids, folded: 0 } });
    }
    return found;
  }

  async function through(limit: number): Promise<number> {
    const behind = new Set(projections);
    let read = 0;
    while (behind.size > 0 && read < limit && !closed) {
      const found = await standings(behind);
      const group = found.filter(({ from }) =>
        isDeepStrictEqual(whereOf(from), whereOf(found[0]?.from)),
      );
      const done = await foldGroup(group, limit - read);
      read += done.read;
      if (done.ended) for (const { projection } of group) behind.delete(projection);
    }
    return read;
  }

  /** @returns `ended`: the end of the log was reached, and nobody else had written meanwhile. */
  async function foldGroup(
    group: readonly Standing[],
    limit: number,
  ): Promise<{ readonly read: number; readonly ended: boolean }> {
    let batch = batchOf(group, store(), log.partitions);
    let read = 0;
    for (const { projection, from } of group) reached.set(projection.name, from);
    for await (const record of log.scan(behind(group))) {
      read += 1;
      if (takesOut(record, group)) return { read, ended: false };
      foldOrPass(batch, record);
      const stop = closed || read >= limit;
      if (!stop && batch.folded < BATCH) continue;
      const written = write(batch);
      if (stop || !written) return { read, ended: false };
      batch = batchOf(batch.next(), store(), log.partitions);
    }
    return { read, ended: !batch.dirty || write(batch) };
  }

  /** Whether a record takes out one that may stand in the rows already: they are folded anew, knowing of it. */
  function takesOut({ stream, body }: Scanned, group: readonly Standing[]): boolean {
    const seq = skippedIn(body);
    if (seq === undefined || skips.has(`${stream} ${seq}`)) return false;
    skips.add(`${stream} ${seq}`);
    for (const { projection } of group) stale.add(projection.name);
    return true;
  }

  function foldOrPass(batch: Batch, record: Scanned): void {
    if (skips.has(`${record.stream} ${record.seq}`)) batch.pass(record);
    else batch.fold(record);
  }

  function write(batch: Batch): boolean {
    const changes = batch.changes();
    if (!store().commit(changes)) return false;
    for (const { projection, after } of changes) {
      stale.delete(projection);
      reached.set(projection, after);
    }
    progress((folded += batch.folded));
    for (const { message, ...facts } of batch.parked)
      warn(`"${facts.key}" stands still in ${facts.projection}: ${message}`, facts);
    return true;
  }

  async function look<TRow>(
    projection: Projection<TRow>,
    { key, asLastRead = false }: RowsOptions & { readonly key?: string },
  ): Promise<readonly KeyedRow<TRow>[]> {
    for (let tries = 1; ; tries++) {
      // a store that gave out took with it what was read
      if (tries > 1 || !asLastRead || !reached.has(projection.name))
        await through(Number.POSITIVE_INFINITY);
      if (closed) throw closedLog(log.url);
      const found = store().look(projection.name, key);
      if (isCurrent(found, reached.get(projection.name)))
        return found.entries.map(([own, { row, parked }]) => ({
          key: own,
          row: row as TRow | undefined, // what this projection's fold gave, of the same version
          ...(parked !== undefined && { parked }),
        }));
      if (tries === TRIES)
        throw new StoreFault("other processes keep folding it anew", { damaged: false });
    }
  }

  return {
    get kept() {
      return place !== undefined && place !== null && opened?.kept !== false;
    },
    catchUp: (limit = Number.POSITIVE_INFINITY) => guarded(() => through(limit)),
    rows: (projection, asked = {}) => guarded(() => look(projection, asked)),
    row: async (projection, key) => (await guarded(() => look(projection, { key })))[0],
    async [Symbol.asyncDispose]() {
      closed = true;
      await last;
      opened?.[Symbol.dispose]();
    },
  };
}

function behind(group: readonly Standing[]): ScanOptions {
  const position = group[0]?.from.position;
  return position === undefined ? {} : { after: position };
}

function whereOf(checkpoint: Checkpoint | undefined): unknown {
  return [checkpoint?.position, checkpoint?.ids];
}

/** Whether the rows are those of our version, folded as far as we came, or further. */
function isCurrent({ checkpoint }: Look, reached: Checkpoint | undefined): boolean {
  if (checkpoint === undefined) return reached === undefined || reached.folded === 0;
  return checkpoint.version === reached?.version && checkpoint.folded >= reached.folded;
}

/** Whether a checkpoint was made of this log. */
async function isOf(log: EventLog, position: string, ids: Checkpoint["ids"]): Promise<boolean> {
  try {
    return isDeepStrictEqual(await log.idsAt(position), ids);
  } catch (error) {
    if (TroupeError.is(error, "LOG_INCOMPATIBLE")) return false;
    throw error;
  }
}

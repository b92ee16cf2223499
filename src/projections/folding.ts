/**
 * Folds what is new in a log into the rows of projections, from where they stand.
 *
 * - P1: rows and checkpoint are written in one transaction, some thousand records at a time.
 * - P3: what does not count any more is folded anew beside what is read, and takes its place at the
 *   end of the log.
 * - A5: a record that takes another out lets the rows be folded anew, without it.
 * - A checkpoint counts only for the log that it was made of, as the ids of the records before it
 *   prove: for a log that was replaced, or restored from an older copy, all is folded anew.
 */
import { isDeepStrictEqual } from "node:util";
import { TroupeError } from "../errors.ts";
import { isArchiving } from "../events/log/archived.ts";
import type { EventLog, Scanned, ScanOptions } from "../events/log/log.ts";
import { skippedIn } from "../events/record.ts";
import { batchOf, type Batch, type Standing } from "./batch.ts";
import type { Projection } from "./projection.ts";
import type { Checkpoint, ProjectionStore } from "./store.ts";

/** Records that share one transaction. */
const BATCH = 2_000;

export interface FoldingOptions {
  readonly log: EventLog;
  readonly store: () => ProjectionStore;
  /** Whether to stop before the next batch. */
  readonly stopped: () => boolean;
  readonly progress: (read: number) => void;
  readonly warn: (message: string, facts: Readonly<Record<string, unknown>>) => void;
}

export interface Folding {
  /** How far each projection came by this handle, by name. */
  readonly reached: Map<string, Checkpoint>;
  /** Folds to the end of the log, at most `limit` records. @returns how many it read. */
  through(projections: Iterable<Projection>, limit: number): Promise<number>;
  /** Folds them from the beginning next time, beside what is read meanwhile. */
  anew(projections: Iterable<Projection>): void;
  /** Makes the empty rows of those that have none: the log is empty. */
  begin(projections: readonly Projection[]): void;
}

export function createFolding({ log, store, stopped, progress, warn }: FoldingOptions): Folding {
  let folded = 0;
  const reached = new Map<string, Checkpoint>();
  /** Records that later ones take out, as `stream seq`; and the projections to be folded anew. */
  const skips = new Set<string>();
  const stale = new Set<string>();

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
      const { current, building } = store().builds(projection);
      const replaces = building !== undefined || current !== undefined;
      const beside = { projection, into: "building", before: building, replaces } as const;
      const ids = Array.from({ length: log.partitions }, () => null);
      // what was begun beside is ended first: what is read was found wanting
      if (stale.has(name)) found.push({ ...beside, from: { version, ids, folded: 0 } });
      else if (building !== undefined && (await counts(building)))
        found.push({ ...beside, from: building });
      else if (building === undefined && current !== undefined && (await counts(current)))
        found.push({ projection, into: "current", before: current, from: current, replaces: false });
      else found.push({ ...beside, from: { version, ids, folded: 0 } });
    }
    return found;
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
      const stop = stopped() || read >= limit;
      if (!stop && batch.folded < BATCH) continue;
      const written = write(batch, false);
      if (stop || !written) return { read, ended: false };
      batch = batchOf(batch.next(), store(), log.partitions);
    }
    return { read, ended: !batch.dirty || write(batch, true) };
  }

  function foldOrPass(batch: Batch, record: Scanned): void {
    if (isArchiving(record) || skips.has(`${record.stream} ${record.seq}`)) batch.pass(record);
    else batch.fold(record);
  }

  /** Whether a record takes out one that may stand in the rows already: they are folded anew, knowing of it. */
  function takesOut({ stream, body }: Scanned, group: readonly Standing[]): boolean {
    const seq = skippedIn(body);
    if (seq === undefined || skips.has(`${stream} ${seq}`)) return false;
    skips.add(`${stream} ${seq}`);
    for (const { projection } of group) stale.add(projection.name);
    return true;
  }

  function write(batch: Batch, done: boolean): boolean {
    const changes = batch.changes(done);
    if (!store().commit(changes)) return false;
    for (const { projection, after } of changes) {
      stale.delete(projection.name);
      reached.set(projection.name, after);
    }
    progress((folded += batch.folded));
    for (const { message, ...facts } of batch.parked)
      warn(`"${facts.key}" stands still in ${facts.projection}: ${message}`, facts);
    return true;
  }

  return {
    reached,
    async through(projections, limit) {
      const left = new Set(projections);
      let read = 0;
      while (left.size > 0 && read < limit && !stopped()) {
        const found = await standings(left);
        const first = whereOf(found[0]?.from);
        const group = found.filter(({ from }) => isDeepStrictEqual(whereOf(from), first));
        const done = await foldGroup(group, limit - read);
        read += done.read;
        if (done.ended) for (const { projection } of group) left.delete(projection);
      }
      return read;
    },
    anew(projections) {
      for (const { name } of projections) stale.add(name);
    },
    begin(projections) {
      const ids = Array.from({ length: log.partitions }, () => null);
      for (const projection of projections) {
        const { current, building } = store().builds(projection);
        if (current !== undefined || building !== undefined) continue; // it is, or will be, made
        const from = { version: projection.version, ids, folded: 0 };
        const standing = { projection, into: "building", before: undefined, from } as const;
        store().commit(
          batchOf([{ ...standing, replaces: true }], store(), log.partitions).changes(true),
        );
      }
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

/** Whether a checkpoint was made of this log. */
export async function isOf(log: EventLog, position: string, ids: Checkpoint["ids"]): Promise<boolean> {
  try {
    return isDeepStrictEqual(await log.idsAt(position), ids);
  } catch (error) {
    if (TroupeError.is(error, "LOG_INCOMPATIBLE")) return false;
    throw error;
  }
}

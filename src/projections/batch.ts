/**
 * A batch: what some records change in the rows of projections that stand at the same
 * checkpoint. Rows that move several times are written once.
 *
 * - P4: what a fold cannot take parks its key: the row stays as it was, and what comes for that
 *   key is left out; everything else goes on.
 */
import { TroupeError } from "../errors.ts";
import { parseAddress, partitionOf } from "../events/address.ts";
import type { Scanned } from "../events/log/log.ts";
import { parseBody, placeOf, type RecordBody } from "../events/record.ts";
import type { Projection } from "./projection.ts";
import type { Change, Checkpoint, Entry, ProjectionStore } from "./store.ts";

/** A projection, and where it stands. */
export interface Standing {
  readonly projection: Projection;
  /** What the store holds. */
  readonly before: Checkpoint | undefined;
  /** What of it counts: `before`, or the beginning where that is of another log or version. */
  readonly from: Checkpoint;
}

/** A key that a batch has parked. */
export interface ParkedKey {
  readonly projection: string;
  readonly key: string;
  readonly message: string;
}

export interface Batch {
  readonly folded: number;
  /** Whether there is anything to write: what stood there may have to go. */
  readonly dirty: boolean;
  /** What to say once the batch is written. */
  readonly parked: readonly ParkedKey[];
  /** @throws {@link TroupeError} `LOG_NEWER`: that is no fold's fault, and another Troupe can take it. */
  fold(record: Scanned): void;
  changes(): readonly Change[];
  /** Where its projections stand once it is written. */
  next(): readonly Standing[];
}

/** Starts a batch. `group` shares one position. */
export function batchOf(group: readonly Standing[], store: ProjectionStore, partitions: number): Batch {
  const from = group[0]?.from;
  const ids = [...(from?.ids ?? [])];
  let position = from?.position;
  let folded = 0;
  const parked: ParkedKey[] = [];
  const parts = group.map((standing) => {
    const { projection, before, from: start } = standing;
    const dirty = new Map<string, Entry | undefined>();
    const fresh = before !== start;
    const entryOf = (key: string): Entry | undefined => {
      if (dirty.has(key)) return dirty.get(key);
      return fresh ? undefined : store.entry(projection.name, key);
    };
    return { standing, dirty, fresh, entryOf };
  });
  const after = ({ from: start }: Standing): Checkpoint => ({
    version: start.version,
    ...(position !== undefined && { position }),
    ids,
    folded: start.folded + folded,
  });

  return {
    get folded() {
      return folded;
    },
    get dirty() {
      return folded > 0 || parts.some(({ standing, fresh }) => fresh && standing.before !== undefined);
    },
    parked,
    fold(record) {
      const body = readBody(record);
      folded += 1;
      for (const { standing, dirty, entryOf } of parts) {
        const { projection } = standing;
        const key = projection.key(record, body instanceof TroupeError ? undefined : body);
        if (key === undefined) continue;
        const old = entryOf(key);
        if (old?.parked !== undefined) continue;
        const moved = standing.from.folded + folded;
        const entry = moveEntry(projection, old, { record, body, moved });
        dirty.set(key, entry);
        if (entry?.parked !== undefined)
          parked.push({ projection: projection.name, key, message: entry.parked });
      }
      ({ position } = record);
      ids[partitionOf(parseAddress(record.stream).root, partitions)] = record.id;
    },
    changes: () =>
      parts.map(({ standing, dirty, fresh }) => ({
        projection: standing.projection.name,
        before: standing.before,
        after: after(standing),
        fresh,
        entries: dirty,
      })),
    next: () =>
      parts.map(({ standing }) => {
        const reached = after(standing);
        return { projection: standing.projection, before: reached, from: reached };
      }),
  };
}

interface Move {
  readonly record: Scanned;
  readonly body: RecordBody | TroupeError;
  readonly moved: number;
}

function moveEntry(
  projection: Projection,
  old: Entry | undefined,
  { record, body, moved }: Move,
): Entry | undefined {
  try {
    const row = foldRow(projection, old?.row, { record, body, moved });
    return row === undefined ? undefined : { row, moved };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = body instanceof TroupeError ? why : `${placeOf(record)} cannot be folded: ${why}`;
    return { row: old?.row, moved, parked: message };
  }
}

function foldRow(projection: Projection, row: unknown, { record, body }: Move): unknown {
  if (!(body instanceof TroupeError)) return projection.fold(row, { ...record, body });
  if (projection.unreadable === undefined) throw body;
  return projection.unreadable(row, record);
}

/** The error where it is no record: that is for each projection to judge. */
function readBody(record: Scanned): RecordBody | TroupeError {
  try {
    return parseBody(record.body, placeOf(record));
  } catch (error) {
    if (TroupeError.is(error, "RECORD_INVALID")) return error;
    throw error;
  }
}

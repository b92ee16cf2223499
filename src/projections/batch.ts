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
import { parseBody, placeOf } from "../events/record.ts";
import type { Envelope, Projection, StepRecord } from "./projection.ts";
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
  /** Goes on behind a record that a later one takes out. */
  pass(record: Scanned): void;
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

  const moveTo = (record: Scanned): void => {
    ({ position } = record);
    ids[partitionOf(parseAddress(record.stream).root, partitions)] = record.id;
  };

  return {
    get folded() {
      return folded;
    },
    get dirty() {
      return folded > 0 || parts.some(({ standing, fresh }) => fresh && standing.before !== undefined);
    },
    parked,
    fold(record) {
      const step = readStep(record);
      folded += 1;
      for (const { standing, dirty, entryOf } of parts) {
        const { projection } = standing;
        const key = projection.key(
          step.record,
          step.fault === undefined ? step.record.body : undefined,
        );
        if (key === undefined) continue;
        const old = entryOf(key);
        if (old?.parked !== undefined) continue;
        const entry = moved(projection, old, { step, at: standing.from.folded + folded });
        dirty.set(key, entry);
        if (entry?.parked !== undefined)
          parked.push({ projection: projection.name, key, message: entry.parked });
      }
      moveTo(record);
    },
    pass(record) {
      folded += 1;
      moveTo(record);
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

/** A record with its body, or what is wrong with it: that is for each projection to judge. */
type Step =
  | { readonly record: StepRecord; readonly fault?: undefined }
  | { readonly record: Envelope; readonly fault: TroupeError };

function readStep(record: Scanned): Step {
  try {
    return { record: { ...record, body: parseBody(record.body, placeOf(record)) } };
  } catch (fault) {
    if (TroupeError.is(fault, "RECORD_INVALID")) return { record, fault };
    throw fault;
  }
}

function moved(
  projection: Projection,
  old: Entry | undefined,
  { step, at }: { readonly step: Step; readonly at: number },
): Entry | undefined {
  try {
    const row = foldRow(projection, old?.row, step);
    return row === undefined ? undefined : { row, moved: at };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const parked = step.fault === undefined ? `${placeOf(step.record)} cannot be folded: ${why}` : why;
    return { row: old?.row, moved: at, parked };
  }
}

function foldRow(projection: Projection, row: unknown, step: Step): unknown {
  if (step.fault === undefined) return projection.fold(row, step.record);
  if (projection.unreadable === undefined) throw step.fault;
  return projection.unreadable(row, step.record);
}

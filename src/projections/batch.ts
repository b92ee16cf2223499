/**
 * A batch: what some records change in the rows of projections that stand at the same
 * checkpoint. Rows that move several times are written once.
 *
 * - P4: what a fold cannot take parks its key: the row stays as it was, and what comes for that
 *   key is left out; everything else goes on.
 */
import { TroupeError } from "../errors.ts";
import { parseAddress, partitionOf } from "../events/address.ts";
import { assertJson } from "../events/json.ts";
import type { Scanned } from "../events/log/log.ts";
import { parseBody, placeOf } from "../events/record.ts";
import { BUILT_IN } from "./built-in.ts";
import type { Envelope, Projection, StepRecord } from "./projection.ts";
import { withSpread } from "./spread.ts";
import type { Change, Checkpoint, Entry, ProjectionStore, State } from "./store.ts";

/** A projection, and where it stands. */
export interface Standing {
  readonly projection: Projection;
  /** Which build is gone on with. */
  readonly into: State;
  /** What the store holds of that. */
  readonly before: Checkpoint | undefined;
  /** What of it counts: `before`, or the beginning where that is of another log. */
  readonly from: Checkpoint;
  /** Whether anything stands there that has to go, were there nothing to fold. */
  readonly replaces: boolean;
}

/** A key that a batch has parked. */
export interface ParkedKey {
  readonly projection: string;
  readonly key: string;
  readonly message: string;
}

export interface Batch {
  readonly folded: number;
  /** Whether there is anything to write. */
  readonly dirty: boolean;
  /** What to say once the batch is written. */
  readonly parked: readonly ParkedKey[];
  /** @throws {@link TroupeError} `LOG_NEWER`: that is no fold's fault, and another Troupe can take it. */
  fold(record: Scanned): void;
  /** Goes on behind a record that a later one takes out. */
  pass(record: Scanned): void;
  /** @param done whether the end of the log was reached: what was made beside is read then (P3). */
  changes(done: boolean): readonly Change[];
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
    const { projection, into, before, from: start } = standing;
    const dirty = new Map<string, Entry>();
    const fresh = before !== start;
    const stored = fresh ? undefined : store.reader(projection, into);
    const known = new Set<string>();
    const entryOf = (key: string, seq: number): Entry | undefined => {
      const own = dirty.get(key);
      if (own !== undefined || (seq === 1 && projection.byStream === true)) return own;
      const found = stored?.(key);
      if (found !== undefined) known.add(key);
      return found;
    };
    return { standing, dirty, known, fresh, entryOf };
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
      return folded > 0 || parts.some(({ standing }) => standing.replaces);
    },
    parked,
    fold(record) {
      const step = readStep(record);
      folded += 1;
      for (const { standing, dirty, entryOf } of parts) {
        const { projection } = standing;
        for (const key of keysOf(projection, step)) {
          const old = entryOf(key, record.seq);
          if (old?.parked !== undefined) continue;
          const entry = moved(projection, old, { key, step, at: standing.from.folded + folded });
          dirty.set(key, entry);
          if (entry.parked !== undefined)
            parked.push({ projection: projection.name, key, message: entry.parked });
        }
      }
      moveTo(record);
    },
    pass(record) {
      folded += 1;
      moveTo(record);
    },
    changes: (done) =>
      parts.map(({ standing, dirty, known, fresh }) => {
        const { projection, into, before } = standing;
        const { tables = [] } = projection;
        const entries = new Map(
          [...dirty].map(([key, entry]) => {
            return [key, withSpread({ ...entry, isNew: !known.has(key) }, key, tables)] as const;
          }),
        );
        return { projection, into, before, after: after(standing), fresh, done, entries };
      }),
    next: () =>
      parts.map(({ standing }) => {
        const reached = after(standing);
        return { ...standing, before: reached, from: reached };
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
    if (TroupeError.is(fault, "RECORD_INVALID") || TroupeError.is(fault, "RUN_ERASED"))
      return { record, fault };
    throw fault;
  }
}

/** As the store keeps them. @throws {@link TroupeError} `PROJECTION_INVALID`: no key could be parked. */
function keysOf(projection: Projection, { record, fault }: Step): readonly string[] {
  try {
    const keys = projection.key(record, fault === undefined ? record.body : undefined);
    if (keys === undefined) return [];
    const all = typeof keys === "string" ? [keys] : keys;
    return all.map((key) => (key.isWellFormed() ? key : key.toWellFormed()));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const { name } = projection;
    throw new TroupeError(
      "PROJECTION_INVALID",
      `projection "${name}" gives no key for ${placeOf(record)}: ${why}`,
      { hint: "Mend its key(): a text, a list of texts, or undefined.", data: { name }, cause },
    );
  }
}

/** A record on its way into a row. */
interface Arrival {
  readonly key: string;
  readonly step: Step;
  /** Number of the record, as the projection counts them. */
  readonly at: number;
}

function moved(projection: Projection, old: Entry | undefined, arrival: Arrival): Entry {
  const { step, at } = arrival;
  if (TroupeError.is(step.fault, "RUN_ERASED")) return { row: undefined, moved: at };
  try {
    const row = foldRow(projection, old?.row, arrival);
    return { row, moved: at };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const parked = step.fault === undefined ? `${placeOf(step.record)} cannot be folded: ${why}` : why;
    return { row: old?.row, moved: at, parked };
  }
}

/** Of a projection of one's own, held to JSON: else a row is another one once it was kept. */
function foldRow(projection: Projection, row: unknown, arrival: Arrival): unknown {
  if (OURS.has(projection)) return folded(projection, row, arrival);
  const next = folded(projection, structuredClone(row), arrival); // it may write into what it is given
  if (next !== undefined) assertJson(next, "row");
  return next;
}

const OURS: ReadonlySet<Projection> = new Set(BUILT_IN);

function folded(projection: Projection, row: unknown, { step, key }: Arrival): unknown {
  if (step.fault === undefined) return projection.fold(row, step.record, key);
  if (projection.unreadable === undefined) throw step.fault;
  return projection.unreadable(row, step.record, key);
}

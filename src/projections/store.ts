/**
 * Where rows and checkpoints lie. Two stores: a SQLite file that outlives the process, and memory.
 *
 * - P1: the rows of a batch and its checkpoints are written together, or not at all.
 * - Several processes may fold into one store: a batch counts only if its checkpoints still stand
 *   where it began, so no record is folded twice or left out.
 */
import { z } from "zod";

/** How far a projection has folded a log, and which log that was. */
export const Checkpoint = z.strictObject({
  version: z.int(),
  /** The cut behind the last record; absent at the beginning. */
  position: z.string().optional(),
  /** By partition, the id of the last record; see `idsAt` of the log. */
  ids: z.array(z.string().nullable()),
  /** How many records. */
  folded: z.int().min(0),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** A row with what the runner notes beside it. */
export interface Entry {
  /** Undefined where there is no row, only a parked key. */
  readonly row: unknown;
  /** Number of the record that moved it last, as the projection counts them. */
  readonly moved: number;
  /** Why the key is parked: its row is as it was before that record (P4). */
  readonly parked?: string;
}

/** What a batch changes in one projection. */
export interface Change {
  readonly projection: string;
  /** The checkpoint that must stand there still. */
  readonly before: Checkpoint | undefined;
  readonly after: Checkpoint;
  /** What stood there does not count: all rows are removed first. */
  readonly fresh: boolean;
  /** By key; undefined removes. */
  readonly entries: ReadonlyMap<string, Entry | undefined>;
}

/** Everything of a projection, or one key of it, as of one moment. */
export interface Look {
  readonly checkpoint: Checkpoint | undefined;
  /** In the order in which they moved last. */
  readonly entries: readonly (readonly [key: string, entry: Entry])[];
}

/** @throws {@link StoreFault} from each method. */
export interface ProjectionStore extends Disposable {
  /** Whether the rows outlive the process. */
  readonly kept: boolean;
  checkpoint(projection: string): Checkpoint | undefined;
  entry(projection: string, key: string): Entry | undefined;
  look(projection: string, key?: string): Look;
  /** Writes all changes; false, and nothing is written, where a checkpoint has moved meanwhile. */
  commit(changes: readonly Change[]): boolean;
}

/** The store gave out; what it holds can be folded again from the log. */
export class StoreFault extends Error {
  override readonly name = "StoreFault";
  /** Whether its file is no good, and another one in its place would be. */
  readonly damaged: boolean;

  constructor(
    message: string,
    { damaged, cause }: { readonly damaged: boolean; readonly cause?: unknown },
  ) {
    super(message, { cause });
    this.damaged = damaged;
  }
}

/** Whether two checkpoints are the same. */
export function sameCheckpoint(a: Checkpoint | undefined, b: Checkpoint | undefined): boolean {
  return textOf(a) === textOf(b);
}

function textOf(checkpoint: Checkpoint | undefined): string {
  if (checkpoint === undefined) return "";
  const { version, position, ids, folded } = checkpoint;
  return JSON.stringify([version, position, ids, folded]);
}

/**
 * Where rows and checkpoints lie. Two stores: a SQLite file that outlives the process, and memory.
 *
 * - P1: the rows of a batch and its checkpoints are written together, or not at all.
 * - P3: what is folded anew is a build beside the one that is read, and takes its place when it has
 *   come to the end of the log.
 * - Several processes may fold into one store: a batch counts only if its checkpoints still stand
 *   where it began, so no record is folded twice or left out.
 */
import { z } from "zod";
import type { Projection } from "./projection.ts";
import type { Cell, View } from "./table.ts";

/** How far a build has folded a log, and which log that was. */
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

/** The one that is read, or the one that is made beside it. */
export type State = "current" | "building";

/** What there is of a projection of one version. */
export type Builds = { readonly [state in State]?: Checkpoint };

/** A row with what the runner notes beside it. */
export interface Entry {
  /** Undefined where there is no row: it was removed, or its key is parked. */
  readonly row: unknown;
  /** Number of the record that moved it last, as the projection counts them. */
  readonly moved: number;
  /** Why the key is parked: its row is as it was before that record (P4). */
  readonly parked?: string;
  /** Why its tables hold nothing of this row. */
  readonly unspread?: string;
}

/** Whether only the removal of a row is left. */
export function isGone({ row, parked }: Entry): boolean {
  return row === undefined && parked === undefined;
}

/** An entry on its way into a store, with what it comes to in each table of its projection. */
export interface NewEntry extends Entry {
  /** There is none of this key yet: one that was removed before it was written need not be. */
  readonly isNew: boolean;
  readonly spread: readonly (readonly Answer[])[];
}

/** What a batch changes in one projection. */
export interface Change {
  readonly projection: Projection;
  readonly into: State;
  /** The checkpoint that must stand there still; undefined: no build of this state. */
  readonly before: Checkpoint | undefined;
  readonly after: Checkpoint;
  /** It begins a build: what was being made goes. */
  readonly fresh: boolean;
  /** The end of the log is reached: what is being made is read from now on (P3). */
  readonly done: boolean;
  /** By key. */
  readonly entries: ReadonlyMap<string, NewEntry>;
}

/** Rows of the build that is read, as of one moment. */
export interface Look {
  readonly checkpoint: Checkpoint | undefined;
  /** Names the build, so that two looks can be compared. */
  readonly build: number | undefined;
  /** In the order in which they moved last. */
  readonly entries: readonly (readonly [key: string, entry: Entry])[];
}

/** Which rows: all that there are, that of a key, or those that moved behind a record, removed ones too. */
export type Which = { readonly key?: string } | { readonly since: number };

/** What a store holds of a projection, whoever wrote it. */
export interface Kept {
  readonly name: string;
  readonly version: number;
  readonly state: State;
  readonly checkpoint: Checkpoint;
  readonly rows: number;
  /** Of these, the keys that stand still, or are in no table. */
  readonly parked: number;
}

/** @throws {@link StoreFault} from each method. */
export interface ProjectionStore extends Disposable {
  /** Whether the rows outlive the process. */
  readonly kept: boolean;
  builds(projection: Projection): Builds;
  /** Reads single rows of the build that is there now; of none, where there is none. */
  reader(projection: Projection, state: State): (key: string) => Entry | undefined;
  look(projection: Projection, which?: Which): Look;
  /** Writes all changes; false, and nothing is written, where a checkpoint has moved meanwhile. */
  commit(changes: readonly Change[]): boolean;
  list(): readonly Kept[];
  /**
   * Asks in SQL, of the tables of what is read.
   *
   * @throws {@link TroupeError} `QUERY_INVALID`.
   */
  sql(query: Query): readonly Answer[];
}

/** How many records behind the last a removed row is still told of. */
export const TOLD_FOR = 100_000;

/** One row of an answer, by column. */
export type Answer = Readonly<Record<string, Cell>>;

export interface Query {
  readonly text: string;
  /** For `?`, or by name (`:agent`). */
  readonly values: readonly Cell[] | Readonly<Record<string, Cell>>;
  /** Whose tables there are. */
  readonly projections: readonly Projection[];
  readonly views: readonly View[];
}

/** The store gave out; what it holds can be folded again from the log. */
export class StoreFault extends Error {
  override readonly name = "StoreFault";
  /**
   * `damaged`: its file is no good, and another one in its place would be; `moved`: another process
   * has put something else in the place of what was read: it is to be read again; `lost`: nothing helps.
   */
  readonly what: "damaged" | "moved" | "lost";

  constructor(message: string, what: StoreFault["what"], cause?: unknown) {
    super(message, { cause });
    this.what = what;
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

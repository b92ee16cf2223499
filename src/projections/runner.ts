/**
 * Opens the projections of a log: rows that are folded as far as the log goes whenever somebody
 * reads them, kept beside it.
 *
 * - P2: rows are those that a fold of the whole log gives, whoever folded which part of it.
 * - Rows are derived, so a store that gives out stops nothing: a damaged file is made anew, and
 *   where none can be kept, the rows are folded into memory.
 */
import { closed as closedLog } from "../events/log/faults.ts";
import { BUILT_IN } from "./built-in.ts";
import { assertProjections } from "./define.ts";
import type { KeyedRow, Projections, ProjectionsOptions, RowsOptions } from "./face.ts";
import { createFolding } from "./folding.ts";
import { watchRows } from "./follow.ts";
import { placeOfProjections } from "./place.ts";
import type { Projection } from "./projection.ts";
import { behind, statusOf } from "./status.ts";
import { memoryStore } from "./store-memory.ts";
import { removeStore, sqliteStore } from "./store-sqlite.ts";
import { StoreFault, type Checkpoint, type Look, type ProjectionStore, type Which } from "./store.ts";
import { BUILT_IN_VIEWS } from "./views.ts";

/** How often rows are read again that another process folds anew meanwhile. */
const TRIES = 5;

/**
 * Opens the projections of a log; its store is opened when it is needed first.
 *
 * @throws {@link TroupeError} `PROJECTION_INVALID`.
 */
export function openProjections(options: ProjectionsOptions): Projections {
  const { log, projections = BUILT_IN, views = BUILT_IN_VIEWS, warn = () => {} } = options;
  assertProjections(projections, views);
  const place = options.place === undefined ? placeOfProjections(log.url) : options.place;
  let opened: ProjectionStore | undefined;
  let renewed = false;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();
  const closing = new AbortController();

  const store = (): ProjectionStore =>
    (opened ??= place ? sqliteStore({ ...place, codec: log.codec }) : memoryStore());
  const folding = createFolding({
    log,
    store,
    stopped: () => closed,
    progress: options.progress ?? (() => {}),
    warn,
  });
  const everything = Number.POSITIVE_INFINITY;

  /** One at a time; a store that gives out is replaced, and the work done again. */
  function guarded<T>(work: () => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      for (;;) {
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof StoreFault)) throw error;
          if (error.what !== "moved") replace(error);
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
    folding.reached.clear();
    const { message } = fault;
    const path = place?.path ?? "memory";
    if (fault.what === "damaged" && !renewed && place) {
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

  /** All together: whoever takes over a log asks two of them, as of one moment. */
  const through = (limit: number): Promise<number> => folding.through(projections, limit);

  async function look(
    projection: Projection,
    which: Which,
    { asLastRead = false }: RowsOptions = {},
  ): Promise<Look> {
    for (let tries = 1; ; tries++) {
      // a store that gave out took with it what was read
      if (tries > 1 || !asLastRead || !folding.reached.has(projection.name)) await through(everything);
      if (closed) throw closedLog(log.url);
      const found = store().look(projection, which);
      if (isCurrent(found, folding.reached.get(projection.name))) return found;
      if (tries === TRIES) throw new StoreFault("other processes keep folding it anew", "lost");
    }
  }

  /** Before a question: a table that has never been made is made, whatever it takes. */
  async function prepare(limit: number): Promise<void> {
    await through(limit);
    const missing = projections.filter((one) => store().builds(one).current === undefined);
    if (missing.length > 0) await folding.through(missing, everything);
    if (closed) throw closedLog(log.url);
    folding.begin(missing);
  }

  return {
    get kept() {
      return place !== undefined && place !== null && opened?.kept !== false;
    },
    catchUp: (limit = everything) => guarded(() => through(limit)),
    rows: async <TRow>(projection: Projection<TRow>, read?: RowsOptions) =>
      keyed<TRow>(await guarded(() => look(projection, {}, read))),
    row: async <TRow>(projection: Projection<TRow>, key: string) =>
      keyed<TRow>(await guarded(() => look(projection, { key })))[0],
    sql: (text, values = [], { limit = everything } = {}) =>
      guarded(async () => {
        await prepare(limit);
        return store().sql({ text, values, projections, views });
      }),
    watch: (projection, { signal } = {}) =>
      watchRows({
        log,
        signal: signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal]),
        look: (which) => guarded(() => look(projection, which)),
      }),
    status: () => guarded(() => statusOf(log, store(), projections)),
    behindSince: () => guarded(() => behind(log, store(), projections)),
    rebuild: (names) =>
      guarded(async () => {
        const chosen = projections.filter(({ name }) => names?.includes(name) ?? true);
        folding.anew(chosen);
        await folding.through(chosen, everything);
      }),
    async [Symbol.asyncDispose]() {
      closed = true;
      closing.abort();
      await last;
      opened?.[Symbol.dispose]();
    },
  };
}

/** Rows as their readers know them. */
function keyed<TRow>({ entries }: Look): readonly KeyedRow<TRow>[] {
  return entries.map(([key, { row, parked, unspread }]) => ({
    key,
    row: row as TRow | undefined, // what this projection's fold gave, of the same version
    ...(parked !== undefined && { parked }),
    ...(unspread !== undefined && { unspread }),
  }));
}

/** Whether the rows are those of our version, folded as far as we came, or further. */
function isCurrent({ checkpoint }: Look, reached: Checkpoint | undefined): boolean {
  if (checkpoint === undefined) return reached === undefined || reached.folded === 0;
  return checkpoint.version === reached?.version && checkpoint.folded >= reached.folded;
}

/** Rows in memory: for logs that live there, and where no file can be kept. */
import type { Projection } from "./projection.ts";
import { askCopy } from "./store-copy.ts";
import {
  isGone,
  sameCheckpoint,
  TOLD_FOR,
  type Change,
  type Checkpoint,
  type Entry,
  type ProjectionStore,
  type State,
} from "./store.ts";

interface Build {
  readonly projection: Projection;
  readonly id: number;
  checkpoint: Checkpoint;
  readonly rows: Map<string, Entry>;
}

/** Makes an empty store; it is gone with the process. */
export function memoryStore(): ProjectionStore {
  const all = new Map<string, Build>();
  let made = 0;
  const find = (projection: Projection, state: State): Build | undefined =>
    all.get(nameOf(projection, state));

  function write({ projection, into, after, fresh, done, entries }: Change): void {
    const build =
      (fresh ? undefined : find(projection, into)) ?? newBuild(projection, (made += 1), after);
    for (const [key, { spread: _, isNew, ...entry }] of entries)
      if (!isNew || !isGone(entry)) build.rows.set(key, entry);
    if (ageOf(build.checkpoint) < ageOf(after)) forget(build.rows, after.folded - TOLD_FOR);
    build.checkpoint = after;
    if (done) all.delete(nameOf(projection, "building"));
    all.set(nameOf(projection, done ? "current" : into), build);
  }

  const store: ProjectionStore = {
    kept: false,
    builds(projection) {
      const [current, building] = (["current", "building"] as const).map(
        (state) => find(projection, state)?.checkpoint,
      );
      return { ...(current && { current }), ...(building && { building }) };
    },
    reader(projection, state) {
      const build = find(projection, state);
      return (key) => build?.rows.get(key);
    },
    look(projection, which = {}) {
      const build = find(projection, "current");
      const entries = [...(build?.rows ?? [])].filter(([key, entry]) => {
        if ("since" in which) return entry.moved > which.since;
        return (which.key === undefined || which.key === key) && !isGone(entry);
      });
      return {
        checkpoint: build?.checkpoint,
        build: build?.id,
        entries: entries.sort(([, a], [, b]) => a.moved - b.moved),
      };
    },
    commit(changes) {
      const stand = changes.every(({ projection, into, before }) =>
        sameCheckpoint(find(projection, into)?.checkpoint, before),
      );
      if (stand) for (const change of changes) write(change);
      return stand;
    },
    list: () =>
      [...all].map(([name, { projection, checkpoint, rows }]) => {
        const there = [...rows.values()].filter((entry) => !isGone(entry));
        return {
          name: projection.name,
          version: projection.version,
          state: name.endsWith("current") ? "current" : "building",
          checkpoint,
          rows: there.length,
          parked: there.filter(({ parked, unspread }) => (parked ?? unspread) !== undefined).length,
        };
      }),
    sql: (query) => askCopy(store, query),
    [Symbol.dispose]() {},
  };
  return store;
}

function newBuild(projection: Projection, id: number, checkpoint: Checkpoint): Build {
  return { projection, id, checkpoint, rows: new Map() };
}

function nameOf({ name, version }: Projection, state: State): string {
  return `${name} ${version} ${state}`;
}

/** Grows by one whenever it is time to forget what was removed. */
function ageOf({ folded }: Checkpoint): number {
  return Math.floor(folded / TOLD_FOR);
}

function forget(rows: Map<string, Entry>, before: number): void {
  for (const [key, entry] of rows) if (isGone(entry) && entry.moved < before) rows.delete(key);
}

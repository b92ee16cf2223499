/** Rows in memory: for logs that live there, and where no file can be kept. */
import { sameCheckpoint, type Checkpoint, type Entry, type ProjectionStore } from "./store.ts";

/** Makes an empty store; it is gone with the process. */
export function memoryStore(): ProjectionStore {
  const checkpoints = new Map<string, Checkpoint>();
  const rows = new Map<string, Map<string, Entry>>();
  const rowsOf = (projection: string): ReadonlyMap<string, Entry> => rows.get(projection) ?? new Map();
  return {
    kept: false,
    checkpoint: (projection) => checkpoints.get(projection),
    entry: (projection, key) => rowsOf(projection).get(key),
    look(projection, key) {
      const all = [...rowsOf(projection)];
      const entries = key === undefined ? all : all.filter(([own]) => own === key);
      return {
        checkpoint: checkpoints.get(projection),
        entries: entries.sort(([, a], [, b]) => a.moved - b.moved),
      };
    },
    commit(changes) {
      const stand = changes.every((change) =>
        sameCheckpoint(checkpoints.get(change.projection), change.before),
      );
      if (!stand) return false;
      for (const { projection, after, fresh, entries } of changes) {
        const own = fresh
          ? new Map<string, Entry>()
          : (rows.get(projection) ?? new Map<string, Entry>());
        for (const [key, entry] of entries) {
          if (entry === undefined) own.delete(key);
          else own.set(key, entry);
        }
        rows.set(projection, own);
        checkpoints.set(projection, after);
      }
      return true;
    },
    [Symbol.dispose]() {},
  };
}

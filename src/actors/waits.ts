/** Watchers of actors: who waits for a state, and who listens to what is emitted. */
import type { RecordedEvent } from "../events/record.ts";

export interface Watchers {
  /** Calls `look` whenever the actor has moved, until the result is called. */
  readonly watch: (address: string, look: () => void) => () => void;
  readonly listen: (address: string, listener: (event: RecordedEvent) => void) => () => void;
  readonly moved: (address: string) => void;
  readonly emitted: (address: string, event: RecordedEvent) => void;
  /** Wakes everybody who waits: the host closes. */
  readonly closed: () => void;
  readonly has: (address: string) => boolean;
}

export function watchers(report: (error: unknown) => void): Watchers {
  const looks = new Map<string, Set<() => void>>();
  const listeners = new Map<string, Set<(event: RecordedEvent) => void>>();
  return {
    watch: (address, look) => add(looks, address, look),
    listen: (address, listener) => add(listeners, address, listener),
    moved(address) {
      for (const look of looks.get(address) ?? []) look();
    },
    emitted(address, event) {
      for (const listener of listeners.get(address) ?? []) {
        try {
          listener(event);
        } catch (error) {
          report(error); // a listener's fault is its own: the actor and the others go on
        }
      }
    },
    closed() {
      for (const some of looks.values()) for (const look of some) look();
    },
    has: (address) => looks.has(address) || listeners.has(address),
  };
}

function add<T>(map: Map<string, Set<T>>, key: string, item: T): () => void {
  const set = map.get(key) ?? new Set<T>();
  map.set(key, set.add(item));
  return () => {
    set.delete(item);
    if (set.size === 0 && map.get(key) === set) map.delete(key);
  };
}

/** Watchers of actors: who waits for a state, and who listens to what is emitted. */
import { rootOf } from "../events/address.ts";
import type { RecordedEvent } from "../events/record.ts";

/** Which facts of which actors; what is left out fits all. */
export interface FactFilter {
  readonly kind?: string;
  /** The run's id, or whatever else stands behind the kind. */
  readonly root?: string;
  readonly type?: string;
}

export type FactListener = (event: RecordedEvent, address: string) => void;

/** Whether a filter fits a fact of an actor. */
export function fitsFact({ type, ...whose }: FactFilter, own: string, address: string): boolean {
  return (type === undefined || type === own) && fitsActor(whose, address);
}

/** Whether a filter may fit facts of an actor. */
export function fitsActor({ kind, root }: FactFilter, address: string): boolean {
  if (kind !== undefined && !address.startsWith(`${kind}/`)) return false;
  return root === undefined || rootOf(address) === root;
}

export interface Watchers {
  /** Calls `look` whenever the actor has moved, until the result is called. */
  readonly watch: (address: string, look: () => void) => () => void;
  readonly listen: (address: string, listener: (event: RecordedEvent) => void) => () => void;
  /** The same for every actor that a filter fits. */
  readonly listenAll: (filter: FactFilter, listener: FactListener) => () => void;
  readonly moved: (address: string) => void;
  readonly emitted: (address: string, event: RecordedEvent) => void;
  /** Wakes everybody who waits: the host closes. */
  readonly closed: () => void;
  readonly has: (address: string) => boolean;
}

export function watchers(report: (error: unknown) => void): Watchers {
  const looks = new Map<string, Set<() => void>>();
  const listeners = new Map<string, Set<(event: RecordedEvent) => void>>();
  const wide = new Set<{ readonly filter: FactFilter; readonly listener: FactListener }>();
  const tell = (listener: FactListener, event: RecordedEvent, address: string): void => {
    try {
      listener(event, address);
    } catch (error) {
      report(error); // a listener's fault is its own: the actor and the others go on
    }
  };
  return {
    watch: (address, look) => add(looks, address, look),
    listen: (address, listener) => add(listeners, address, listener),
    moved(address) {
      for (const look of looks.get(address) ?? []) look();
    },
    listenAll(filter, listener) {
      const one = { filter, listener };
      wide.add(one);
      return () => void wide.delete(one);
    },
    emitted(address, event) {
      for (const listener of listeners.get(address) ?? []) tell(listener, event, address);
      for (const { filter, listener } of wide)
        if (fitsFact(filter, event.type, address)) tell(listener, event, address);
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

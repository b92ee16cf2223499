/** Watchers of actors: who waits for a state, and who listens to what is emitted. */
import type { TroupeError } from "../errors.ts";
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

/** Calls a listener: its fault is its own, so that the actor and the others go on. */
export function heard(call: () => void, report: (error: unknown) => void): void {
  try {
    call();
  } catch (error) {
    report(error);
  }
}

interface Wide {
  readonly filter: FactFilter;
  readonly listener: FactListener;
  readonly failed: (error: unknown) => void;
}

export interface Watchers {
  /** Calls `look` whenever the actor has moved, until the result is called. */
  readonly watch: (address: string, look: () => void) => () => void;
  readonly listen: (address: string, listener: (event: RecordedEvent) => void) => () => void;
  /** The same for every actor that a filter fits. */
  readonly listenAll: (
    filter: FactFilter,
    listener: FactListener,
    failed: (error: unknown) => void,
  ) => () => void;
  readonly moved: (address: string) => void;
  readonly emitted: (address: string, event: RecordedEvent) => void;
  /** Wakes everybody who waits, and tells who listens why nothing more comes. */
  readonly closed: (why: TroupeError) => void;
  readonly has: (address: string) => boolean;
}

export function watchers(report: (error: unknown) => void): Watchers {
  const looks = new Map<string, Set<() => void>>();
  const listeners = new Map<string, Set<(event: RecordedEvent) => void>>();
  const wide = new Set<Wide>();
  const tell = (call: () => void): void => heard(call, report);
  return {
    watch: (address, look) => add(looks, address, look),
    listen: (address, listener) => add(listeners, address, listener),
    moved(address) {
      for (const look of looks.get(address) ?? []) look();
    },
    listenAll(filter, listener, failed) {
      const one = { filter, listener, failed };
      wide.add(one);
      return () => void wide.delete(one);
    },
    emitted(address, event) {
      for (const listener of listeners.get(address) ?? []) tell(() => listener(event));
      for (const { filter, listener } of wide)
        if (fitsFact(filter, event.type, address)) tell(() => listener(event, address));
    },
    closed(why) {
      for (const some of looks.values()) for (const look of some) look();
      const left = [...wide];
      wide.clear();
      for (const { failed } of left) tell(() => failed(why));
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

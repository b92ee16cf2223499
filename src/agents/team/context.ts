/**
 * What the agents of a run share: values with versions, and locks; see `contextKind`. Works on a
 * host, and from any process through a client.
 *
 *     const shared = await sharedContext(host, "release-1");
 *     const version = await shared.set("plan", { steps: 3 }, { by: "planner" });
 *     await using lock = await shared.acquire("plan", "writer", { waitMs: 5_000 });
 */
import { systemClock, type Clock } from "../../actors/clock.ts";
import type { ContextFact, ContextUpdated } from "../../events/context/facts.ts";
import type { Json } from "../../events/json.ts";
import type { ContextValue } from "../../machines/context/state.ts";
import { entries, get } from "../../machines/sorted.ts";
import { acquire, type AcquireOptions } from "./acquire.ts";
import { unanswered } from "../unanswered.ts";
import { asking, type Asking, type ContextActors } from "./context-asking.ts";
import { historyOf, type ContextChange, type HistoryOptions } from "./context-history.ts";
import type { Lock } from "./lock.ts";
import { startedOnce } from "./started-once.ts";

export interface SharedContextOptions {
  /** Whether to start it where it is not there; one that is there is left as it is. Default true. */
  readonly start?: boolean;
  /** What it begins with, where it is started. */
  readonly values?: Readonly<Record<string, Json>>;
  /** Whether `messages/RUN` tells everybody of each update, where it is started. Default true. */
  readonly announce?: boolean;
  /** What a lock's lease is watched with. Default: the machine's time. */
  readonly clock?: Clock;
}

export interface WriteOptions {
  /** Who writes: an agent or a person. */
  readonly by: string;
  /** Only if this is the key's version; 0: only if it is not there. Default: whatever stands there. */
  readonly expected?: number;
  /** Of the lock under which it is written. */
  readonly fence?: number;
}

export interface UpdateOptions {
  readonly by: string;
  /** Only if this is the version of the whole context. */
  readonly expected?: number;
  /** By key: the fences of the locks under which it is written. */
  readonly fences?: Readonly<Record<string, number>>;
}

/** What an update has changed. */
export type ContextUpdate = ContextUpdated["data"];

/** A key that is locked. */
export interface LockState {
  readonly key: string;
  readonly owner: string;
  readonly fence: number;
  /** Epoch ms. */
  readonly until: number;
  /** Who stands in line, the next one first. */
  readonly waiting: readonly string[];
}

export interface SharedContext {
  readonly address: `context/${string}`;
  /** How often it was updated. */
  version(): Promise<number>;
  get(key: string): Promise<ContextValue | undefined>;
  /** In the order of the keys. */
  all(): Promise<ReadonlyMap<string, ContextValue>>;
  /**
   * Writes a key.
   *
   * @returns the version of the context, which is the key's too.
   * @throws {@link TroupeError} `CONTEXT_CONFLICT` with the present version and value,
   * `LOCK_HELD`, `LEASE_LOST`, `PAYLOAD_TOO_LARGE`, `EVENT_INVALID`.
   */
  set(key: string, value: Json, options: WriteOptions): Promise<number>;
  /** Writes several keys, all or none. As {@link SharedContext.set}. */
  update(changes: Readonly<Record<string, Json>>, options: UpdateOptions): Promise<number>;
  /** As {@link SharedContext.set}; a key that is not there is `CONTEXT_KEY_UNKNOWN`. */
  delete(key: string, options: WriteOptions): Promise<number>;
  /**
   * Locks a key: others neither lock nor write it meanwhile. To its holder it is given again: the
   * same lease, for longer, and one release ends it; give each piece of work an owner of its own.
   *
   * @returns undefined where another has it and the time to wait is over.
   * @throws {@link TroupeError} `LOCK_DEADLOCK` where waiting could not end; the signal's reason.
   */
  acquire(key: string, owner: string, options?: AcquireOptions): Promise<Lock | undefined>;
  /** In the order of the keys. */
  locks(): Promise<readonly LockState[]>;
  /**
   * Takes a lock away from whoever has it; recorded as done by somebody.
   *
   * @throws {@link TroupeError} `LOCK_NOT_OWNED` where nobody has it.
   */
  unlock(key: string, by: string): Promise<void>;
  /** The updates, the latest first. */
  history(options?: HistoryOptions): Promise<readonly ContextChange[]>;
  /**
   * Hears of every update from now on.
   *
   * @param failed called where it can hear no more: the log is out of reach.
   * @returns once it listens; what ends it.
   */
  on(
    what: "updated",
    listener: (update: ContextUpdate) => void,
    failed?: (error: unknown) => void,
  ): Promise<() => void>;
}

/**
 * The context of a run.
 *
 * @param actors a host or a client with `contextKind` among its kinds.
 */
export async function sharedContext(
  actors: ContextActors,
  run: string,
  { start = true, clock = systemClock, ...input }: SharedContextOptions = {},
): Promise<SharedContext> {
  const context = asking(actors, run);
  if (start) await startedOnce(actors.start(context.address, { input: { run, ...input } }));
  return {
    address: context.address,
    version: async () => (await context.state()).version,
    get: async (key) => get((await context.state()).values, key),
    all: async () => new Map(entries((await context.state()).values)),
    set: (key, value, options) => written(context, { type: "SET", key, value, ...options }),
    update: (changes, options) => written(context, { type: "UPDATE", changes, ...options }),
    delete: (key, options) => written(context, { type: "DELETE", key, ...options }),
    acquire: (key, owner, options = {}) => acquire(context, { key, owner }, { ...options, clock }),
    locks: () => locksOf(context),
    unlock: async (key, by) => void (await context.tell({ type: "UNLOCK", key, by })),
    history: (options = {}) => historyOf(context, options),
    on: (_what, listener, failed) => {
      const filter = { kind: "context", root: run, type: "context.updated" };
      const hear = (fact: unknown): void => listener((fact as ContextUpdated).data); // its kind says it
      return actors.facts(filter, hear, failed);
    },
  };
}

async function written(context: Asking, command: Parameters<Asking["tell"]>[0]): Promise<number> {
  const facts = await context.tell(command);
  const fact = facts.find((one): one is ContextFact & ContextUpdated => one.type === "context.updated");
  if (fact === undefined) throw unanswered(context.address);
  return fact.data.version;
}

async function locksOf(context: Asking): Promise<readonly LockState[]> {
  const { locks } = await context.state();
  return Array.from(entries(locks), ([key, { owner, fence, until, line }]) => ({
    key,
    owner,
    fence,
    until,
    waiting: Array.from(entries(line), ([, waiter]) => waiter.owner),
  }));
}

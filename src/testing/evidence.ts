/** What is known of a history, and what the laws are judged on: the log, replayed, and what was seen beside it. */
import type { AnyKind } from "../actors/kind.ts";
import { partitionOf, rootOf } from "../events/address.ts";
import type { MemoryStore } from "../events/log/memory-store.ts";
import type { StandIns } from "../actors/stand-ins.ts";
import type { Enterable } from "./outside.ts";
import type { Plan } from "./plan.ts";
import type { Replayed } from "./replayed.ts";
import type { Look, Noted } from "./trace.ts";
import type { Told } from "./user.ts";

/** What a history is played by. */
export interface Cast {
  readonly kinds: readonly AnyKind[];
  /** What the kinds' actions and activities touch. */
  readonly outside: Enterable;
  /** In place of the world, where the kinds are a user's and touch no `outside`. */
  readonly standIns?: StandIns;
  /**
   * Whether the machines may go on for ever, and take what they like: a history that does not come
   * to rest is left after a while. Default: not coming to rest is a fault.
   */
  readonly free?: boolean;
}

/** What a history leaves behind. */
export interface History {
  readonly plan: Plan;
  readonly store: MemoryStore;
  readonly lives: readonly LifeSeen[];
  readonly world: readonly Noted[];
  readonly told: readonly Told[];
  readonly looks: readonly Look[];
  /** Faults that really happened. */
  readonly happened: ReadonlyMap<string, number>;
  readonly turns: number;
  /** How often each point and each use of the log came by. */
  readonly passed: ReadonlyMap<string, number>;
  readonly left: Left;
  /** What went wrong on the way, in words. */
  readonly faults: readonly string[];
}

/**
 * What may be open in the end: the activities with these keys, which never end by themselves, or
 * `anything` where a history was left while it went on.
 */
export type Left = ReadonlySet<string> | "anything";

/** @param key `address#id` of the start of an activity. */
export function mayBeOpen(left: Left, key: string): boolean {
  return left === "anything" || left.has(key);
}

/**
 * A system id changed hands while two owners lived, or behind a take-over: the directory of the
 * other one learns of it only at the next take-over, so what is looked up there may be wrong.
 */
export const LATE_SYSTEM_ID = "late system id";

export interface Evidence {
  readonly actors: ReadonlyMap<string, Replayed>;
  readonly world: readonly Noted[];
  readonly lives: readonly LifeSeen[];
  /** Of the log. Default 1. */
  readonly partitions?: number;
  /** Default: nothing. */
  readonly left?: Left;
  readonly fault: (text: string) => void;
}

export interface LifeSeen {
  readonly life: number;
  /** `lost`: it was killed while another one owned the log; `quiet`: it lived until nothing was left to do. */
  readonly end: "killed" | "closed" | "failed" | "lost" | "quiet";
  /** Whether it went on although another one had become the owner. */
  readonly replaced?: boolean;
  /** Partitions that it went on with although they were no longer its own. */
  readonly stale?: ReadonlySet<number>;
}

/** Whether an actor had two owners that lived at once: what they do outside may overlap then (A12). */
export function overlap(
  { lives, partitions = 1 }: Pick<Evidence, "lives" | "partitions">,
  address: string,
): boolean {
  const partition = partitionOf(rootOf(address), partitions);
  return lives.some(({ replaced, stale }) => replaced === true || stale?.has(partition) === true);
}

export function push<TKey, TItem>(lists: Map<TKey, TItem[]>, key: TKey, item: TItem): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

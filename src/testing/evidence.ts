/** What the laws are judged on: the log, replayed, and what was seen beside it. */
import type { Replayed } from "./replayed.ts";
import type { Noted } from "./trace.ts";

export interface Evidence {
  readonly actors: ReadonlyMap<string, Replayed>;
  readonly world: readonly Noted[];
  readonly lives: readonly LifeSeen[];
  readonly fault: (text: string) => void;
}

export interface LifeSeen {
  readonly life: number;
  /** `lost`: it was killed while another one owned the log; `quiet`: it lived until nothing was left to do. */
  readonly end: "killed" | "closed" | "failed" | "lost" | "quiet";
  /** Whether it went on although another one had become the owner. */
  readonly replaced?: boolean;
}

/** Whether two owners lived at once: what they do outside may overlap then (A12). */
export function overlap({ lives }: Pick<Evidence, "lives">): boolean {
  return lives.some(({ replaced }) => replaced === true);
}

export function push<TItem>(lists: Map<string, TItem[]>, key: string, item: TItem): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

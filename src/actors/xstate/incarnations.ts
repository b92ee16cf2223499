/**
 * How often each address part has been used for a child.
 *
 * - Immutable, in two layers: a step that starts children copies the few counts that are new,
 *   and only now and then all of them, so that the nth child costs about √n (A13).
 */
import { entryOf } from "../../events/entry.ts";
import { put } from "./encode.ts";

type Counts = Readonly<Record<string, number>>;

export interface Incarnations {
  readonly old: Counts;
  /** How many there are in `old`. */
  readonly size: number;
  /** Wins over `old`. */
  readonly recent: Counts;
}

export const NO_INCARNATIONS: Incarnations = { old: {}, size: 0, recent: {} };

/** One step's own: it may change `recent` in place. */
export interface Counting extends Incarnations {
  readonly recent: Record<string, number>;
}

/** A copy for a step that is about to start children. */
export function counting({ old, size, recent }: Incarnations): Counting {
  const fresh = Object.keys(recent).length;
  if (fresh * fresh <= Math.max(size, 256)) return { old, size, recent: { ...recent } };
  const all = { ...old, ...recent };
  return { old: all, size: Object.keys(all).length, recent: {} };
}

/** Counts one more; says how often the part has been used now. */
export function countUp(counts: Counting, part: string): number {
  const { old, recent } = counts;
  const next = (entryOf(recent, part) ?? entryOf(old, part) ?? 0) + 1;
  put(recent, part, next);
  return next;
}

/** As one record. */
export function flat({ old, recent }: Incarnations): Record<string, number> {
  return { ...old, ...recent };
}

export function incarnationsOf(counts: Counts): Incarnations {
  return { old: counts, size: Object.keys(counts).length, recent: {} };
}

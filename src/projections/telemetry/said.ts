/**
 * What lines of telemetry say of one thing, field by field. Pure.
 *
 * - Lines come in any order, some more than once: joining is commutative, associative and
 *   idempotent. Of two values of a field the one of higher rank stands, then the later one, then
 *   the one whose JSON text is greater: never the one that came last.
 */
import type { Json } from "../../events/json.ts";
import { MOST_SECONDS } from "../../events/telemetry/line.ts";

/** A field's value, and what decides whether it stands. */
export interface Mark {
  readonly v: Json;
  /** Default 0. */
  readonly rank?: number;
  /** Epoch ms of the line. */
  readonly at: number;
}

/** By the name of the field. */
export type Said = Readonly<Record<string, Mark>>;

/** What both say. */
export function joined(a: Said, b: Said): Said {
  const own = Object.entries(b);
  if (own.length === 0) return a;
  const all = new Map(Object.entries(a));
  for (const [name, mark] of own) {
    const known = all.get(name);
    all.set(name, known === undefined || outranks(mark, known) ? mark : known);
  }
  // in one order, so that rows of the same lines are the same text
  return Object.fromEntries([...all].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function outranks(mark: Mark, known: Mark): boolean {
  const byRank = (mark.rank ?? 0) - (known.rank ?? 0);
  if (byRank !== 0) return byRank > 0;
  if (mark.at !== known.at) return mark.at > known.at;
  return JSON.stringify(mark.v) > JSON.stringify(known.v);
}

/** A text that was said; null, as all here, where none was. */
export function textIn(said: Said, field: string): string | null {
  const value = valueIn(said, field);
  return typeof value === "string" ? value : null;
}

/** A number of at least 0, and at most 2^53: what is larger stands for nothing. */
export function numberIn(said: Said, field: string): number | null {
  const value = valueIn(said, field);
  return typeof value === "number" && value >= 0 ? notAbove(Number.MAX_SAFE_INTEGER, value) : null;
}

/** The same as a whole number: some count tokens in fractions. */
export function countIn(said: Said, field: string): number | null {
  const value = numberIn(said, field);
  return value === null ? null : Math.round(value);
}

/** Ms of a length in seconds, of at most 285 years. */
export function msIn(said: Said, field: string): number | null {
  const seconds = notAbove(MOST_SECONDS, numberIn(said, field));
  return seconds === null ? null : Math.round(seconds * 1_000);
}

/** Epoch ms, before 1970, too. */
export function momentIn(said: Said, field: string): number | null {
  const value = valueIn(said, field);
  return typeof value === "number" ? value : null;
}

/** The number itself, or null above a bound. */
export function notAbove(most: number, value: number | null): number | null {
  return value === null || value > most ? null : value;
}

export function flagIn(said: Said, field: string): boolean | null {
  const value = valueIn(said, field);
  return typeof value === "boolean" ? value : null;
}

/** The texts of a list. */
export function textsIn(said: Said, field: string): readonly string[] | null {
  const value = valueIn(said, field);
  if (!Array.isArray(value)) return null;
  return value.flatMap((one: Json) => (typeof one === "string" ? one : []));
}

function valueIn(said: Said, field: string): Json | undefined {
  return Object.hasOwn(said, field) ? said[field]?.v : undefined;
}

/** Means, medians and shares of what is known: null of nothing, never NaN. Pure. */
import { median } from "simple-statistics";

type Known = number | null | undefined;

/** The arithmetic mean of the values that are known; null of none. */
export function meanOf(values: readonly Known[]): number | null {
  const known = values.filter(isKnown);
  return known.length === 0 ? null : sumOf(known) / known.length;
}

/** The sum of the values that are known; 0 of none. */
export function sumOf(values: readonly Known[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

/** The median, of an even number the mean of the two in the middle; null of nothing. */
export function medianOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : median([...values]);
}

/** `part / whole`; null where there is no whole. */
export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** Whether a value is known. */
export function isKnown(value: Known): value is number {
  return value !== null && value !== undefined;
}

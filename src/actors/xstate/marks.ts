/**
 * Sums that stand for large arrays and records: each member is a mark, and the whole is their
 * sum, so that one member is taken out or put in without looking at the others.
 *
 * 1. Two lanes of 32 bits. They find accidents, not forgeries: nobody gains by a collision.
 * 2. A record's sum has no order. An array's is Σ mark(i)·Rⁱ, so that its items can move by
 *    whole stretches: what is shifted out of a queue costs what was shifted out.
 */
import { hash } from "node:crypto";

export type Mark = readonly [number, number];

export const ZERO: Mark = [0, 0];

/** Odd, so that they have inverses, and 5 modulo 8, so that their powers repeat late. */
const R: Mark = [0x9e3779b5 | 0, 0x85ebca6d | 0];
const INVERSE: Mark = [inverse(R[0]), inverse(R[1])];

/** Longer texts are hashed by the platform, which is faster than a loop of ours. */
const LONG = 256;

/** The mark of a text. */
export function markOfText(text: string): Mark {
  const short = text.length > LONG ? hash("sha256", text, "hex") : text;
  let high = 0xdeadbeef ^ short.length;
  let low = 0x41c6ce57 ^ short.length;
  for (let i = 0; i < short.length; i++) {
    const unit = short.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
  }
  return [mixed(high ^ (low >>> 15)), mixed(low ^ (high >>> 13))];
}

export function plus(a: Mark, b: Mark): Mark {
  return [(a[0] + b[0]) | 0, (a[1] + b[1]) | 0];
}

export function minus(a: Mark, b: Mark): Mark {
  return [(a[0] - b[0]) | 0, (a[1] - b[1]) | 0];
}

/** A sum whose items all move by so many places; back where it is negative. */
export function moved(sum: Mark, places: number): Mark {
  if (places === 0) return sum;
  const base = places < 0 ? INVERSE : R;
  const by = Math.abs(places);
  return [Math.imul(sum[0], power(base[0], by)), Math.imul(sum[1], power(base[1], by))];
}

/** Sixteen hex digits. */
export function hexOf([high, low]: Mark): string {
  return hex(mixed(high)) + hex(mixed(low));
}

function hex(lane: number): string {
  return byte(lane >>> 24) + byte((lane >>> 16) & 0xff) + byte((lane >>> 8) & 0xff) + byte(lane & 0xff);
}

const BYTES = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));

function byte(n: number): string {
  return BYTES[n] ?? "";
}

function mixed(lane: number): number {
  let h = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function power(base: number, exponent: number): number {
  let [result, square] = [1, base];
  for (let left = exponent; left > 0; left >>>= 1) {
    if ((left & 1) === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

/** Modulo 2³², by Newton's steps: each doubles the bits that are right. */
function inverse(odd: number): number {
  let x = odd;
  for (let i = 0; i < 5; i++) x = Math.imul(x, 2 - Math.imul(odd, x));
  return x;
}

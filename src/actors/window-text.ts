/**
 * Noted ids as compact text: the hash in eight bytes, then what seq and time add to the entry
 * before, seven bits a byte; all of it in base64. About sixteen characters an id.
 */
import type { IdHash } from "./command-ids.ts";

/** An id whose record is `seq`, written at `at` (epoch ms). */
export interface Noted {
  readonly id: IdHash;
  readonly seq: number;
  readonly at: number;
}

/** Entries in the order of their records. */
export function textOf(entries: readonly Noted[]): string {
  const bytes: number[] = [];
  let [seq, at] = [0, 0];
  for (const { id, seq: next, at: nextAt } of entries) {
    for (const lane of [id.high, id.low])
      bytes.push(lane >>> 24, (lane >>> 16) & 255, (lane >>> 8) & 255, lane & 255);
    putNumber(bytes, next - seq);
    putNumber(bytes, nextAt - at);
    [seq, at] = [next, nextAt];
  }
  return Buffer.from(bytes).toString("base64");
}

/** @throws {@link RangeError} where the text ends within an entry. */
export function entriesIn(text: string): Noted[] {
  const bytes = Buffer.from(text, "base64");
  const entries: Noted[] = [];
  let place = 0;
  let [seq, at] = [0, 0];
  const number = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes.readUInt8(place++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (place < bytes.length) {
    const id = { high: bytes.readInt32BE(place), low: bytes.readInt32BE(place + 4) };
    place += 8;
    seq += number();
    at += number();
    entries.push({ id, seq, at });
  }
  return entries;
}

function putNumber(bytes: number[], value: number): void {
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  bytes.push(left);
}

/**
 * Noted ids as compact text: the hash in eight bytes, then what seq and time add to the entry
 * before, seven bits a byte; all of it in base64. About sixteen characters an id.
 */
import { pack, WORDS, type IdHash, type Packed } from "./command-ids.ts";

/** An id whose record is `seq`, written at `at` (epoch ms). */
export interface Noted {
  readonly id: IdHash;
  readonly seq: number;
  readonly at: number;
}

/** Longest entry in bytes: two lanes, and two numbers of up to 53 bits. */
const LONGEST = 8 + 2 * 8;
const SHORTEST = 8 + 2;

/** Entries in the order of their records. */
export function textOf(entries: readonly Noted[]): string {
  const at = { place: 0, bytes: Buffer.allocUnsafe(entries.length * LONGEST) };
  let [seq, time] = [0, 0];
  for (const entry of entries) {
    at.bytes.writeInt32BE(entry.id.high, at.place);
    at.bytes.writeInt32BE(entry.id.low, at.place + 4);
    at.place += 8;
    putNumber(at, entry.seq - seq);
    putNumber(at, entry.at - time);
    ({ seq, at: time } = entry);
  }
  return at.bytes.toString("base64", 0, at.place);
}

/** Reads them back. @throws {@link RangeError} where the text ends within an entry. */
export function eachIn(text: string, call: (entry: Noted) => void): void {
  const bytes = Buffer.from(text, "base64");
  const at = { place: 0, bytes };
  let [seq, time] = [0, 0];
  while (at.place < bytes.length) {
    const id = { high: lane(at), low: lane(at) };
    seq += number(at);
    time += number(at);
    call({ id, seq, at: time });
  }
}

/** The same, packed, without times. */
export function packedIn(text: string): Packed {
  const most = new Int32Array(Math.ceil((text.length * 3) / 4 / SHORTEST) * WORDS);
  let count = 0;
  eachIn(text, ({ id, seq }) => pack(most, count++, id, seq));
  return most.subarray(0, count * WORDS);
}

interface Place {
  readonly bytes: Uint8Array;
  place: number;
}

function byte(at: Place): number {
  const value = at.bytes[at.place++];
  if (value === undefined) throw new RangeError("a text of command ids ends within an entry");
  return value;
}

function lane(at: Place): number {
  return (byte(at) << 24) | (byte(at) << 16) | (byte(at) << 8) | byte(at);
}

function number(at: Place): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const one = byte(at);
    value += (one & 127) * scale;
    if (one < 128) return value;
  }
}

function putNumber(at: Place, value: number): void {
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) at.bytes[at.place++] = (left % 128) | 128;
  at.bytes[at.place++] = left;
}

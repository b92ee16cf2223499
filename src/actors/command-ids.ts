/**
 * Ids by their hash, each with the seq of its record: the table under A9's window.
 *
 * 1. Finding and adding cost the same among a thousand ids and among a million (A13): past the
 *    first few thousand the table is split in shards by the hash's first bits, and a shard that
 *    is full grows alone.
 * 2. An id is the first 64 bits of the SHA-256 of its text. Among a million ids a new one is
 *    taken for an old one once in 10¹³ times; nobody can make two such ids for somebody else's.
 */
import { hash } from "node:crypto";

/** The first 64 bits of an id's hash, in two lanes. */
export interface IdHash {
  readonly high: number;
  readonly low: number;
}

let last: { readonly id: string; readonly hash: IdHash } = { id: "", hash: { high: 0, low: 0 } };

/** An id is looked up and then noted: the second time costs nothing. */
export function hashOfId(id: string): IdHash {
  if (last.id === id) return last.hash;
  const digest = hash("sha256", id, "binary");
  const lane = (at: number): number =>
    (digest.charCodeAt(at) << 24) |
    (digest.charCodeAt(at + 1) << 16) |
    (digest.charCodeAt(at + 2) << 8) |
    digest.charCodeAt(at + 3);
  last = { id, hash: { high: lane(0), low: lane(4) } };
  return last.hash;
}

/** Ids up to which one shard holds all; then there are 256. */
const FEW = 4096;
const SHARDS = 256;
/** Of its slots a shard fills at most three quarters. */
const ROOM = 4 / 3;

/** Words of an entry, side by side so that a look touches one line of memory: the id's two, the seq's two. */
export const WORDS = 4;
const WORD = 2 ** 32;

/** Entries one behind the other. */
export type Packed = Int32Array;

/** Packs one entry; `at` counts entries. */
export function pack(into: Packed, at: number, { high, low }: IdHash, seq: number): void {
  into[at * WORDS] = high;
  into[at * WORDS + 1] = low;
  into[at * WORDS + 2] = (seq % WORD) | 0;
  into[at * WORDS + 3] = seq / WORD;
}

function seqAt(entries: Packed, at: number): number {
  return ((entries[at + 2] ?? 0) >>> 0) + (entries[at + 3] ?? 0) * WORD;
}

/** The same entries, those of one shard side by side. */
function byShard(noted: readonly Packed[]): Packed {
  const ends = new Int32Array(SHARDS);
  const each = (call: (some: Packed, at: number, shard: number) => void): void => {
    for (const some of noted)
      for (let at = 0; at < some.length; at += WORDS) call(some, at, (some[at] ?? 0) >>> 24);
  };
  each((_, __, shard) => void (ends[shard] = (ends[shard] ?? 0) + WORDS));
  let end = 0;
  for (const [shard, length] of ends.entries()) {
    ends[shard] = end;
    end += length;
  }
  const sorted = new Int32Array(end);
  each((some, at, shard) => {
    const to = ends[shard] ?? 0;
    for (let word = 0; word < WORDS; word++) sorted[to + word] = some[at + word] ?? 0;
    ends[shard] = to + WORDS;
  });
  return sorted;
}

export class CommandIds {
  #shards: Shard[] = [new Shard(16)];
  #size = 0;

  /** The seq of an id's last record; undefined where it is not known, or not after `floor`. */
  get({ high, low }: IdHash, floor: number): number | undefined {
    const seq = this.#shardOf(high).get(high, low);
    return seq > floor ? seq : undefined;
  }

  /** A record of an id; of two that were noted the later one stands. @param floor what lies at or before it may go. */
  set({ high, low }: IdHash, seq: number, floor: number): void {
    if (this.#shards.length === 1 && this.#size >= FEW) this.#split(floor, 0);
    const shard = this.#shardOf(high);
    const before = shard.used;
    if (shard.full) shard.grow(floor);
    shard.set(high, low, seq);
    this.#size += shard.used - before;
  }

  /**
   * Many records at once, shard by shard: half of what one by one would cost, most of which is
   * waiting for memory.
   */
  setAll(noted: readonly Packed[], count: number, floor: number): void {
    if (this.#shards.length === 1 && this.#size + count > FEW) this.#split(floor, count);
    if (this.#shards.length === 1) return noted.forEach((some) => this.#setEach(some, floor));
    this.#setEach(byShard(noted), floor);
  }

  #setEach(noted: Packed, floor: number): void {
    for (let at = 0; at < noted.length; at += WORDS) {
      const seq = seqAt(noted, at);
      if (seq > floor) this.set({ high: noted[at] ?? 0, low: noted[at + 1] ?? 0 }, seq, floor);
    }
  }

  #shardOf(high: number): Shard {
    const shard = this.#shards[this.#shards.length === 1 ? 0 : high >>> 24];
    if (shard === undefined) throw new Error("a shard is missing");
    return shard;
  }

  #split(floor: number, more: number): void {
    const [all] = this.#shards;
    const share = ((this.#size + more) / SHARDS) * ROOM;
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, share)));
    this.#shards = Array.from({ length: SHARDS }, () => new Shard(slots));
    this.#size = 0;
    all?.each(floor, (high, low, seq) => this.set({ high, low }, seq, floor));
  }
}

/** Open addressing, linear probing; a slot without a seq is free. */
class Shard {
  used = 0;
  #slots: Int32Array;

  /** @param slots a power of two. */
  constructor(slots: number) {
    this.#slots = new Int32Array(slots * WORDS);
  }

  get full(): boolean {
    return (this.used + 1) * ROOM * WORDS > this.#slots.length;
  }

  /** 0 where the id is not known. */
  get(high: number, low: number): number {
    return seqAt(this.#slots, this.#slot(high, low));
  }

  set(high: number, low: number, seq: number): void {
    const slot = this.#slot(high, low);
    const known = seqAt(this.#slots, slot);
    if (known === 0) this.used += 1;
    if (seq <= known) return;
    this.#slots[slot] = high;
    this.#slots[slot + 1] = low;
    this.#slots[slot + 2] = (seq % WORD) | 0;
    this.#slots[slot + 3] = seq / WORD;
  }

  each(floor: number, call: (high: number, low: number, seq: number) => void): void {
    const slots = this.#slots;
    for (let slot = 0; slot < slots.length; slot += WORDS) {
      const seq = seqAt(this.#slots, slot);
      if (seq > floor) call(slots[slot] ?? 0, slots[slot + 1] ?? 0, seq);
    }
  }

  /** Makes room: without what is forgotten, and twice as large where that is not enough. */
  grow(floor: number): void {
    let kept = 0;
    this.each(floor, () => void (kept += 1));
    const slots = this.#slots.length / WORDS;
    const next = new Shard(kept * 2 * ROOM > slots ? slots * 2 : slots);
    this.each(floor, (high, low, seq) => next.set(high, low, seq));
    this.#slots = next.#slots;
    this.used = next.used;
  }

  #slot(high: number, low: number): number {
    const slots = this.#slots;
    const last = slots.length - 1;
    for (let slot = (low * WORDS) & last; ; slot = (slot + WORDS) & last) {
      if (slots[slot + 2] === 0 && slots[slot + 3] === 0) return slot;
      if (slots[slot] === high && slots[slot + 1] === low) return slot;
    }
  }
}

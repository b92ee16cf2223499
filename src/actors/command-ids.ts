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

  /** Makes room for so many more ids at once. */
  reserve(count: number, floor: number): void {
    if (this.#shards.length === 1 && this.#size + count > FEW) this.#split(floor, count);
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

/** Words of a slot, side by side so that a look touches one line of memory: the id's two, the seq's two. */
const WORDS = 4;
const WORD = 2 ** 32;

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
    return this.#seqAt(this.#slot(high, low));
  }

  set(high: number, low: number, seq: number): void {
    const slot = this.#slot(high, low);
    const known = this.#seqAt(slot);
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
      const seq = this.#seqAt(slot);
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

  #seqAt(slot: number): number {
    const slots = this.#slots;
    return ((slots[slot + 2] ?? 0) >>> 0) + (slots[slot + 3] ?? 0) * WORD;
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

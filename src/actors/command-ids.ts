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

export class CommandIds {
  #shards: Shard[] = [new Shard()];
  #size = 0;

  /** The seq of an id's last record; undefined where it is not known, or not after `floor`. */
  get(id: IdHash, floor: number): number | undefined {
    const seq = this.#shardOf(id).get(id);
    return seq > floor ? seq : undefined;
  }

  /** @param floor what stands at or before it is forgotten when room is needed. */
  set(id: IdHash, seq: number, floor: number): void {
    if (this.#shards.length === 1 && this.#size >= FEW) this.#split(floor);
    this.#size += this.#shardOf(id).set(id, seq, floor);
  }

  #shardOf({ high }: IdHash): Shard {
    const shard = this.#shards[this.#shards.length === 1 ? 0 : high >>> 24];
    if (shard === undefined) throw new Error("a shard is missing");
    return shard;
  }

  #split(floor: number): void {
    const [all] = this.#shards;
    this.#shards = Array.from({ length: SHARDS }, () => new Shard());
    this.#size = 0;
    all?.each(floor, (id, seq) => void (this.#size += this.#shardOf(id).set(id, seq, floor)));
  }
}

/** Open addressing, linear probing; a slot without a seq is free. */
class Shard {
  #ids = new Int32Array(32);
  #seqs = new Float64Array(16);
  #used = 0;

  /** 0 where the id is not known. */
  get(id: IdHash): number {
    return this.#seqs[this.#slot(id)] ?? 0;
  }

  /** @returns how many more ids it holds now. */
  set(id: IdHash, seq: number, floor: number): number {
    const before = this.#used;
    if (this.#used * 2 >= this.#seqs.length) this.#grow(floor);
    const slot = this.#slot(id);
    if (this.#seqs[slot] === 0) this.#used += 1;
    this.#put(slot, id, seq);
    return this.#used - before;
  }

  each(floor: number, call: (id: IdHash, seq: number) => void): void {
    for (const [slot, seq] of this.#seqs.entries())
      if (seq > floor) call({ high: this.#ids[slot * 2] ?? 0, low: this.#ids[slot * 2 + 1] ?? 0 }, seq);
  }

  #slot({ high, low }: IdHash): number {
    const mask = this.#seqs.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      if (this.#seqs[slot] === 0) return slot;
      if (this.#ids[slot * 2] === high && this.#ids[slot * 2 + 1] === low) return slot;
    }
  }

  #put(slot: number, { high, low }: IdHash, seq: number): void {
    this.#ids[slot * 2] = high;
    this.#ids[slot * 2 + 1] = low;
    this.#seqs[slot] = seq;
  }

  /** Makes room: without what is forgotten, and twice as large where that is not enough. */
  #grow(floor: number): void {
    const kept: [IdHash, number][] = [];
    this.each(floor, (id, seq) => void kept.push([id, seq]));
    let size = this.#seqs.length;
    while (kept.length * 4 > size) size *= 2;
    this.#ids = new Int32Array(size * 2);
    this.#seqs = new Float64Array(size);
    this.#used = kept.length;
    for (const [id, seq] of kept) this.#put(this.#slot(id), id, seq);
  }
}

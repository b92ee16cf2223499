/** What one handle owns: each partition at most once, given back with the handle. */
import { owned } from "../faults.ts";
import type { Ownership } from "../log.ts";
import { ownerOf, takeLeases } from "./lease.ts";
import type { Link } from "./link.ts";

export interface Owner {
  /**
   * @param partition default: all of them.
   * @throws {@link TroupeError} `LOG_OWNED` while an owner lives.
   */
  claim(owner: string, partition?: number): Promise<Ownership>;
  /** Aborts when this handle stops owning a partition, or all; `undefined` while it does not own it. */
  readonly signal: (partition?: number) => AbortSignal | undefined;
  /** Gives back what is held. */
  release(): Promise<void>;
}

interface Held {
  readonly over: AbortController;
  readonly leases: readonly Ownership[];
}

/** @param leaseMs at least 1000; rounded up to whole seconds, in which the server counts. */
export function ownerOn(link: Link, leaseMs: number): Owner {
  const ttlSeconds = Math.max(1, Math.ceil(leaseMs / 1000));
  const mine = new Map<number, Held>();
  const forget = (held: Held): void => {
    for (const [partition, one] of mine) if (one === held) mine.delete(partition);
    held.over.abort();
  };
  const release = async (held: Held): Promise<void> => {
    forget(held);
    await Promise.all(held.leases.map((lease) => lease[Symbol.asyncDispose]()));
  };
  return {
    async claim(owner, partition) {
      const asked = partitionsOf(link, partition);
      for (const p of asked) {
        const holder = mine.has(p) ? await ownerOf(link, p) : undefined;
        if (holder !== undefined) throw owned(link.url, holder.owner);
      }
      const leases = await takeLeases(link, asked, { owner, ttlSeconds });
      const held: Held = { over: new AbortController(), leases };
      for (const p of asked) mine.set(p, held);
      const lost = AbortSignal.any(leases.map((lease) => lease.lost));
      const lose = (): void => void release(held); // of several it keeps all or none
      lost.addEventListener("abort", lose, { once: true });
      const epoch = Math.max(...leases.map((lease) => lease.epoch));
      return { epoch, lost, [Symbol.asyncDispose]: () => release(held) };
    },
    signal(partition) {
      const signals = partitionsOf(link, partition).map((p) => mine.get(p)?.over.signal);
      const there = signals.filter((signal) => signal !== undefined);
      return there.length === signals.length ? AbortSignal.any(there) : undefined;
    },
    async release() {
      await Promise.all([...new Set(mine.values())].map(release));
    },
  };
}

function partitionsOf({ partitions }: Link, partition: number | undefined): readonly number[] {
  if (partition !== undefined) return [partition];
  return Array.from({ length: partitions }, (_, p) => p);
}

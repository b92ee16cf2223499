/**
 * Tenures: who owned an actor when, as the world's lines tell. Where one host after the other owns
 * the whole log, nobody notes it: there each life is one tenure.
 */
import { partitionOf, rootOf } from "../events/address.ts";
import { push } from "./evidence.ts";
import type { Noted } from "./trace.ts";

export interface Tenures {
  /** Whether hosts share the log: then a tenure is the epoch of its partition. */
  readonly shared: boolean;
  /**
   * The tenure in which a life did something for an actor: it grows from owner to owner.
   *
   * @param place where the line of it stands in the world.
   */
  of(life: number, address: string, place: number): number;
  /** Whether another owner came after it. */
  isFollowed(address: string, tenure: number): boolean;
}

interface Owned {
  readonly place: number;
  readonly epoch: number;
}

/** @param partitions of the log. */
export function tenuresIn(world: readonly Noted[], partitions = 1): Tenures {
  const owned = new Map<string, Owned[]>();
  const last = new Map<number, number>();
  for (const [place, noted] of world.entries()) {
    if (noted.what !== "owned") continue;
    const { life, partition, epoch } = noted;
    push(owned, `${life} ${partition}`, { place, epoch });
    last.set(partition, Math.max(epoch, last.get(partition) ?? 0));
  }
  const partitionIn = (address: string): number => partitionOf(rootOf(address), partitions);
  return {
    shared: owned.size > 0,
    of(life, address, place) {
      if (owned.size === 0) return life;
      const own = owned.get(`${life} ${partitionIn(address)}`);
      return own?.findLast((one) => one.place <= place)?.epoch ?? 0;
    },
    isFollowed: (address, tenure) => (last.get(partitionIn(address)) ?? 0) > tenure,
  };
}

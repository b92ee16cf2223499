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
  /** The last tenure of an actor that had begun by then. Hosts that do not share the log note none. */
  last(address: string, place: number): number;
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
  const all = new Map<number, Owned[]>();
  for (const [place, noted] of world.entries()) {
    if (noted.what !== "owned") continue;
    const { life, partition, epoch } = noted;
    push(owned, `${life} ${partition}`, { place, epoch });
    push(all, partition, { place, epoch });
  }
  const partitionIn = (address: string): number => partitionOf(rootOf(address), partitions);
  return {
    shared: owned.size > 0,
    last: (address, place) => latest(all.get(partitionIn(address)), place),
    of(life, address, place) {
      if (owned.size === 0) return life;
      return latest(owned.get(`${life} ${partitionIn(address)}`), place);
    },
    isFollowed: (address, tenure) => latest(all.get(partitionIn(address)), Infinity) > tenure,
  };
}

function latest(owned: readonly Owned[] | undefined, place: number): number {
  return owned?.findLast((one) => one.place <= place)?.epoch ?? 0;
}

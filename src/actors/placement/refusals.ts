/** Which partitions a host leaves to others, and for how long: it lacks what their actors are. */
import type { HostFacts } from "../../events/log/log.ts";
import type { Clock } from "../clock.ts";
import type { Kinds } from "../kind.ts";
import { isLater } from "../versions.ts";

/** How long one is left alone whose open actors the host cannot run, ms. */
const REFUSED_MS = 30_000;

/** What a host lacks for an actor. */
export interface Lack {
  readonly kind: string;
  /** A version of it that is later than this one; absent: the kind itself. */
  readonly laterThan?: string;
}

export interface Refusals {
  /** The partitions, in order. */
  readonly partitions: () => readonly number[];
  /** Open actors in it are of a kind, or a version, that the host lacks. */
  readonly add: (partition: number) => void;
  /** Where another host has what this one lacks, and all that this one has: it is left to that one as long. */
  readonly addFor: (partition: number, lack: Lack, hosts: readonly HostFacts[]) => boolean;
  /** Takes back what is no reason any more. */
  readonly forgive: (hosts: readonly HostFacts[]) => void;
}

interface Refusal {
  /** On the host's clock. */
  readonly until: number;
  /** Instead: while another host has this, and all that this one has. */
  readonly lack?: Lack;
}

/** @param host who refuses. */
export function refusals(host: {
  readonly id: string;
  readonly kinds: Kinds;
  readonly clock: Pick<Clock, "now">;
}): Refusals {
  const refused = new Map<number, Refusal>();
  /** Nothing that this host runs is lacked there. */
  const isBetter = (hosts: readonly HostFacts[], { kind, laterThan }: Lack): boolean => {
    const needed = [...host.kinds.keys(), kind];
    return hosts.some(({ id, kinds }) => {
      const hasAll = id !== host.id && needed.every((one) => Object.hasOwn(kinds, one));
      return hasAll && (laterThan === undefined || isLater(kinds[kind] ?? "", laterThan));
    });
  };
  return {
    partitions: () => [...refused.keys()].sort((a, b) => a - b),
    add: (partition) => void refused.set(partition, { until: host.clock.now() + REFUSED_MS }),
    addFor(partition, lack, hosts) {
      if (!isBetter(hosts, lack)) return false;
      refused.set(partition, { until: 0, lack });
      return true;
    },
    forgive(hosts) {
      for (const [partition, { until, lack }] of refused) {
        const stays = lack === undefined ? until > host.clock.now() : isBetter(hosts, lack);
        if (!stays) refused.delete(partition);
      }
    },
  };
}

/** Which partitions a host leaves to others, and for how long: it lacks what their actors are. */
import type { HostFacts } from "../../events/log/log.ts";
import type { Clock } from "../clock.ts";
import type { Kinds } from "../kind.ts";

/** How long one is left alone whose open actors the host cannot run, ms. */
const REFUSED_MS = 30_000;

export interface Refusals {
  /** The partitions, in order. */
  readonly partitions: () => readonly number[];
  /** Open actors in it are of a kind, or a version, that the host lacks. */
  readonly add: (partition: number) => void;
  /** Where another host has a kind and all that this one has: it is left to that one as long. */
  readonly addFor: (partition: number, kind: string, hosts: readonly HostFacts[]) => boolean;
  /** Takes back what is no reason any more. */
  readonly forgive: (hosts: readonly HostFacts[]) => void;
}

interface Refusal {
  /** On the host's clock. */
  readonly until: number;
  /** Instead: while another host has this kind, and all that this one has. */
  readonly kind?: string;
}

/** @param host who refuses. */
export function refusals(host: {
  readonly id: string;
  readonly kinds: Kinds;
  readonly clock: Pick<Clock, "now">;
}): Refusals {
  const refused = new Map<number, Refusal>();
  /** Nothing that this host runs is lacked there. */
  const isBetter = (hosts: readonly HostFacts[], kind: string): boolean => {
    const needed = [...host.kinds.keys(), kind];
    return hosts.some(
      ({ id, kinds }) => id !== host.id && needed.every((one) => Object.hasOwn(kinds, one)),
    );
  };
  return {
    partitions: () => [...refused.keys()].sort((a, b) => a - b),
    add: (partition) => void refused.set(partition, { until: host.clock.now() + REFUSED_MS }),
    addFor(partition, kind, hosts) {
      if (!isBetter(hosts, kind)) return false;
      refused.set(partition, { until: 0, kind });
      return true;
    },
    forgive(hosts) {
      for (const [partition, { until, kind }] of refused) {
        const stays = kind === undefined ? until > host.clock.now() : isBetter(hosts, kind);
        if (!stays) refused.delete(partition);
      }
    },
  };
}

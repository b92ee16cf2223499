/**
 * The plan: which host is to own which partition. Each host makes it for itself, of what it
 * sees; where two see the same they make the same.
 *
 * - 1. A partition that somebody else owns than a known host stays where it is: its lease decides.
 * - 2. No host has two partitions more than another that could run one of them.
 * - 3. Nothing moves that balance does not ask for.
 */
import type { HostFacts } from "../../events/log/log.ts";

/** What is known of the hosts of a log. */
export interface Standing {
  readonly hosts: readonly Pick<HostFacts, "id" | "refuses">[];
  /** By partition: who owns it now. */
  readonly owners: readonly (string | undefined)[];
}

/** By partition: who is to own it; undefined where no host can. */
export function plan({ hosts, owners }: Standing): readonly (string | undefined)[] {
  const ids = hosts.map(({ id }) => id).sort();
  const load = new Map(ids.map((id) => [id, 0]));
  const loadOf = (id: string): number => load.get(id) ?? 0;
  const count = (id: string | undefined, by: 1 | -1): void => {
    if (id !== undefined && load.has(id)) load.set(id, loadOf(id) + by);
  };
  const can = (id: string, p: number): boolean =>
    hosts.some((host) => host.id === id && !host.refuses.includes(p));
  /** Of those that can run a partition, the one that has least. */
  const idlest = (p: number): string | undefined =>
    ids
      .filter((id) => can(id, p))
      .reduce<string | undefined>(
        (best, id) => (best === undefined || loadOf(id) < loadOf(best) ? id : best),
        undefined,
      );
  const planned = owners.map((owner, p) => {
    const stays = owner === undefined || !load.has(owner) || can(owner, p); // rule 1
    return stays ? owner : undefined;
  });
  for (const owner of planned) count(owner, 1);
  const give = (p: number, to: string | undefined): void => {
    count(planned[p], -1);
    count(to, 1);
    planned[p] = to;
  };
  for (const [p, owner] of planned.entries()) if (owner === undefined) give(p, idlest(p));
  for (;;) {
    const next = worst(); // from who has most, so that no partition moves twice
    if (next === undefined) return planned;
    give(next, idlest(next)); // the loads become more equal, so it ends
  }

  /** The partition whose owner has most beyond another that could run it. */
  function worst(): number | undefined {
    let most = 1;
    let found: number | undefined;
    for (const [p, from] of planned.entries()) {
      const to = idlest(p);
      if (from === undefined || to === undefined || !load.has(from)) continue;
      const more = loadOf(from) - loadOf(to);
      if (more > most) [most, found] = [more, p];
    }
    return found;
  }
}

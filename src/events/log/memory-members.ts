/** The hosts on a memory log: they know of each other by way of the store, and its clock is theirs. */
import type { HostFacts, Members } from "./log.ts";
import type { MemoryStore } from "./memory-store.ts";

/** @param told the handle that it belongs to hears who enters through it, so that they leave with it; closed, it throws. */
export function memoryMembers(
  store: MemoryStore,
  told: { readonly entered: (id: string) => void; readonly left: (id: string) => void },
): Members {
  const put = (facts: HostFacts): void => {
    store.hosts.set(facts.id, structuredClone(facts));
    store.changed.ring();
  };
  return {
    async join(facts) {
      told.entered(facts.id);
      put(facts);
      return {
        async update(next) {
          if (store.hosts.has(facts.id)) put(next);
        },
        [Symbol.asyncDispose]: async () => told.left(facts.id),
      };
    },
    hosts: async () => [...store.hosts.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    owners: async () => store.owners.map((owner) => owner?.name),
    changed(call) {
      const over = new AbortController();
      void (async () => {
        for (let seen = stamp(store); !over.signal.aborted;) {
          await store.changed.wait({ signal: over.signal });
          const now = stamp(store);
          if (now !== seen && !over.signal.aborted) call();
          seen = now;
        }
      })();
      return () => over.abort();
    },
    skew: async () => ({ aheadMs: 0, withinMs: 0 }),
  };
}

/** What hosts and owners are: the bell rings for much else. */
function stamp({ hosts, owners }: MemoryStore): string {
  return JSON.stringify([[...hosts.values()], owners.map((owner) => owner?.epoch)]);
}

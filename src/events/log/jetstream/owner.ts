/** The ownership that one handle holds: at most one, given back with the handle. */
import { owned } from "../faults.ts";
import type { Ownership } from "../log.ts";
import { ownerOf, takeLease } from "./lease.ts";
import type { Link } from "./link.ts";

/** What is owned: the whole log. A lease for each partition would name its number here. */
export const SCOPE = "all";

export interface Owner {
  /** @throws {@link TroupeError} `LOG_OWNED` while an owner lives. */
  claim(owner: string): Promise<Ownership>;
  /** Aborts when this handle stops owning, lost or given back; `undefined` while it does not own. */
  readonly signal: () => AbortSignal | undefined;
  /** Gives back what is held. */
  release(): Promise<void>;
}

/** @param leaseMs at least 1000; rounded up to whole seconds, in which the server counts. */
export function ownerOn(link: Link, leaseMs: number): Owner {
  const ttlSeconds = Math.max(1, Math.ceil(leaseMs / 1000));
  let mine: { readonly over: AbortController; readonly lease: Ownership } | undefined;
  const release = async (held: typeof mine): Promise<void> => {
    if (held === undefined) return;
    if (mine === held) mine = undefined;
    held.over.abort();
    await held.lease[Symbol.asyncDispose]();
  };
  return {
    async claim(owner) {
      if (mine !== undefined) {
        const holder = await ownerOf(link, SCOPE);
        if (holder !== undefined) throw owned(link.url, holder.owner);
      }
      const lease = await takeLease(link, { owner, scope: SCOPE, ttlSeconds });
      const held = { over: new AbortController(), lease };
      mine = held;
      lease.lost.addEventListener("abort", () => {
        if (mine === held) mine = undefined;
        held.over.abort();
      });
      return { epoch: lease.epoch, lost: lease.lost, [Symbol.asyncDispose]: () => release(held) };
    },
    signal: () => mine?.over.signal,
    release: () => release(mine),
  };
}

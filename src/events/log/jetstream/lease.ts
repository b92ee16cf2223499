/**
 * Ownership: a message that vanishes by itself unless its owner renews it.
 *
 * - 1. Each write of the lease names the message it replaces, so of two that see it free one wins.
 * - 2. The epoch is a counter of its own, which does not vanish. It is raised while the lease
 *      is held, and counts only once the lease was renewed behind it: so epochs grow in the
 *      order in which owners follow each other.
 * - 3. Who could not renew for as long as the lease lasts, counted on its own monotonic clock
 *      from before it last asked, has lost it, whatever the server may say later.
 * - 4. An answer that was lost does not cost the lease: what stands there decides.
 * - 5. `scope` names what is owned. It is the whole log now; a partition would be its number.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { TroupeError } from "../../../errors.ts";
import { owned } from "../faults.ts";
import type { Ownership } from "../log.ts";
import { raiseEpoch } from "./epoch.ts";
import { unreachable, type Link } from "./link.ts";
import { lastState, putState } from "./state.ts";

/** The lease as it stands in the stream. */
const Lease = z.object({
  owner: z.string(),
  /** Says which claim wrote it. */
  token: z.string(),
  epoch: z.int().min(0),
  /** Given back: the place is free. */
  released: z.boolean(),
});
export type Lease = z.infer<typeof Lease>;

/** How often giving back is tried where its answer is lost. */
const RELEASE_TRIES = 3;

export interface Claim {
  readonly owner: string;
  readonly scope: string;
  /** How long the lease lasts without renewal, in whole seconds. */
  readonly ttlSeconds: number;
}

/** The lease that stands, given back or not. */
async function leaseOf(
  link: Link,
  scope: string,
): Promise<{ readonly at: number; readonly lease?: Lease } | undefined> {
  const stood = await lastState(link, leaseSubject(link, scope));
  if (stood === undefined) return undefined;
  const lease = Lease.safeParse(jsonOf(stood.data));
  return { at: stood.at, ...(lease.success && { lease: lease.data }) };
}

/** Who owns it now. */
export async function ownerOf(link: Link, scope: string): Promise<Lease | undefined> {
  const lease = (await leaseOf(link, scope))?.lease;
  return lease?.released === true ? undefined : lease;
}

/**
 * Takes the lease.
 *
 * @throws {@link TroupeError} `LOG_OWNED` while another holds it, `LOG_UNREACHABLE`.
 */
export async function takeLease(link: Link, claim: Claim): Promise<Ownership> {
  const { scope, owner, ttlSeconds } = claim;
  const stood = await leaseOf(link, scope);
  if (stood?.lease !== undefined && !stood.lease.released)
    throw owned(link.url, stood.lease.owner, ttlSeconds * 1000);
  const token = randomUUID();
  const holder = holding(link, claim, { token, at: stood?.at ?? 0 });
  if (!(await holder.write({ owner, token, epoch: 0, released: false })))
    throw await lostRace(link, scope);
  const epoch = await raiseEpoch(link, scope);
  const lease = { owner, token, epoch, released: false };
  if (!(await holder.write(lease))) throw await lostRace(link, scope);
  return keep(link, { holder, lease, ttlMs: claim.ttlSeconds * 1000 });
}

interface Holder {
  /** Until when the lease surely lasts, on the monotonic clock. */
  readonly until: number;
  /** Writes the lease behind the last one of this claim; false where another stands there. */
  write(lease: Lease): Promise<boolean>;
}

function holding(
  link: Link,
  { scope, ttlSeconds }: Claim,
  start: { token: string; at: number },
): Holder {
  let { at } = start;
  let until = 0;
  const wrote = (number: number, asked: number): true => {
    at = number;
    until = asked + ttlSeconds * 1000;
    return true;
  };
  return {
    get until() {
      return until;
    },
    async write(lease) {
      const asked = performance.now();
      const outcome = await putState(link, leaseSubject(link, scope), {
        data: Buffer.from(JSON.stringify(lease)),
        last: at,
        headers: lease.released ? {} : { "Nats-TTL": `${ttlSeconds}s` },
      });
      if (outcome.kind === "written") return wrote(outcome.at, asked);
      if (outcome.kind !== "refused") throw unreachable(link.url, outcome.why);
      const stood = await leaseOf(link, scope);
      if (stood?.lease?.token !== start.token || stood.at === at) return false;
      if (stood.lease.released) return lease.released; // given back is given back
      at = stood.at; // an earlier write arrived, its answer did not
      return this.write(lease);
    },
  };
}

function keep(
  link: Link,
  { holder, lease, ttlMs }: { readonly holder: Holder; readonly lease: Lease; readonly ttlMs: number },
): Ownership {
  const lost = new AbortController();
  let ended = false;
  let renewal = setTimeout(renew, ttlMs / 3).unref();
  // a renewal that hangs must not hide that time is up
  let deadline = setTimeout(expire, holder.until - performance.now()).unref();
  function renew(): void {
    void holder.write(lease).then(
      (still) => (still ? again(ttlMs / 3) : lose("another host took it")),
      () => again(Math.min(250, ttlMs / 10)),
    );
  }
  function again(afterMs: number): void {
    if (ended) return;
    stop();
    renewal = setTimeout(renew, afterMs).unref();
    deadline = setTimeout(expire, holder.until - performance.now()).unref();
  }
  function expire(): void {
    lose(`it could not be renewed for ${ttlMs} ms`);
  }
  function lose(why: string): void {
    if (ended) return;
    ended = true;
    stop();
    lost.abort(leaseLost(link.url, why));
  }
  function stop(): void {
    clearTimeout(renewal);
    clearTimeout(deadline);
  }
  return {
    epoch: lease.epoch,
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      if (ended) return;
      ended = true;
      stop();
      const given = { ...lease, released: true };
      for (let left = RELEASE_TRIES; left > 0; left--)
        if (await holder.write(given).then(known, unsaid)) return; // else it ends by itself
    },
  };
}

async function lostRace(link: Link, scope: string): Promise<TroupeError> {
  const lease = await ownerOf(link, scope);
  return owned(link.url, lease?.owner ?? "another host, just now");
}

/** Whether giving back is done with: also where another stands there by now. */
const known = (): boolean => true;
const unsaid = (): boolean => false;

function leaseSubject(link: Link, scope: string): string {
  return `troupe.${link.name}.own.lease.${scope}`;
}

function jsonOf(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}

function leaseLost(url: string, why: string): TroupeError {
  return new TroupeError("LOG_LEASE_LOST", `the ownership of ${url} is lost: ${why}`, {
    hint: "Stop running actors here and claim the log again.",
    data: { url },
  });
}

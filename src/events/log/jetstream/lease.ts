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
 * - 5. A partition is what is owned. Who owns several has the same epoch in all, above all that
 *      were given out before for any of them.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { TroupeError } from "../../../errors.ts";
import type { Subjects } from "../../subjects.ts";
import { owned } from "../faults.ts";
import type { Ownership } from "../log.ts";
import { raiseEpoch } from "./epoch.ts";
import type { Link } from "./link.ts";
import { jsonOf, lastState, notWritten, putState } from "./state.ts";

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
  readonly partition: number;
  /** How long the lease lasts without renewal, in whole seconds. */
  readonly ttlSeconds: number;
}

/** The lease that stands, given back or not. */
async function leaseOf(
  link: Link,
  partition: number,
): Promise<{ readonly at: number; readonly lease?: Lease } | undefined> {
  const stood = await lastState(link, leaseSubject(link, partition));
  if (stood === undefined) return undefined;
  const lease = leaseIn(stood.data);
  return { at: stood.at, ...(lease !== undefined && { lease }) };
}

/** What a lease's message says; undefined where it is none. */
export function leaseIn(data: Uint8Array): Lease | undefined {
  const lease = Lease.safeParse(jsonOf(data));
  return lease.success ? lease.data : undefined;
}

/** Who owns a partition now. */
export async function ownerOf(link: Link, partition: number): Promise<Lease | undefined> {
  const lease = (await leaseOf(link, partition))?.lease;
  return lease?.released === true ? undefined : lease;
}

/**
 * Takes the leases of some partitions, all or none.
 *
 * @throws {@link TroupeError} `LOG_OWNED` while another holds one, `LOG_UNREACHABLE`.
 */
export async function takeLeases(
  link: Link,
  partitions: readonly number[],
  { owner, ttlSeconds }: Omit<Claim, "partition">,
): Promise<readonly Ownership[]> {
  await using given = new AsyncDisposableStack(); // what is taken is given back where the rest cannot be
  const holders: Holder[] = [];
  for (const partition of partitions) {
    const holder = await grab(link, { owner, partition, ttlSeconds });
    holders.push(holder);
    given.defer(() => giveBack(holder));
  }
  let epoch = 0;
  for (const partition of partitions) epoch = Math.max(epoch, await raiseEpoch(link, partition));
  for (const partition of partitions) await raiseEpoch(link, partition, epoch);
  for (const holder of holders)
    if (!(await holder.write({ epoch, released: false }))) throw await lostRace(link, holder.partition);
  given.move();
  return holders.map((holder) => keep(link, { holder, epoch, ttlMs: ttlSeconds * 1000 }));
}

async function grab(link: Link, claim: Claim): Promise<Holder> {
  const { partition, ttlSeconds } = claim;
  const stood = await leaseOf(link, partition);
  if (stood?.lease !== undefined && !stood.lease.released)
    throw owned(link.url, stood.lease.owner, ttlSeconds * 1000);
  const holder = holding(link, claim, { token: randomUUID(), at: stood?.at ?? 0 });
  if (await holder.write({ epoch: 0, released: false })) return holder;
  throw await lostRace(link, partition);
}

interface Holder {
  readonly partition: number;
  /** Until when the lease surely lasts, on the monotonic clock. */
  readonly until: number;
  /** Writes the lease behind the last one of this claim; false where another stands there. */
  write(lease: Pick<Lease, "epoch" | "released">): Promise<boolean>;
}

function holding(
  link: Link,
  { owner, partition, ttlSeconds }: Claim,
  start: { readonly token: string; readonly at: number },
): Holder {
  const { token } = start;
  let { at } = start;
  let until = 0;
  const wrote = (number: number, asked: number): true => {
    at = number;
    until = asked + ttlSeconds * 1000;
    return true;
  };
  return {
    partition,
    get until() {
      return until;
    },
    async write(lease) {
      const asked = performance.now();
      const outcome = await putState(link, leaseSubject(link, partition), {
        data: Buffer.from(JSON.stringify({ owner, token, ...lease } satisfies Lease)),
        last: at,
        headers: lease.released ? {} : { "Nats-TTL": `${ttlSeconds}s` },
      });
      if (outcome.kind === "written") return wrote(outcome.at, asked);
      if (outcome.kind !== "refused") throw notWritten(link, outcome);
      const stood = await leaseOf(link, partition);
      if (stood?.lease?.token !== token || stood.at === at) return false;
      if (stood.lease.released) return lease.released; // given back is given back
      at = stood.at; // an earlier write arrived, its answer did not
      return this.write(lease);
    },
  };
}

function keep(
  link: Link,
  { holder, epoch, ttlMs }: { readonly holder: Holder; readonly epoch: number; readonly ttlMs: number },
): Ownership {
  const lease = { epoch, released: false };
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
    epoch,
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      if (ended) return;
      ended = true;
      stop();
      await giveBack(holder, epoch);
    },
  };
}

async function giveBack(holder: Holder, epoch = 0): Promise<void> {
  for (let left = RELEASE_TRIES; left > 0; left--)
    if (await holder.write({ epoch, released: true }).then(known, unsaid)) return; // else it ends by itself
}

async function lostRace(link: Link, partition: number): Promise<TroupeError> {
  const lease = await ownerOf(link, partition);
  return owned(link.url, lease?.owner ?? "another host, just now");
}

/** Whether giving back is done with: also where another stands there by now. */
const known = (): boolean => true;
const unsaid = (): boolean => false;

export function leaseSubject({ name }: Subjects, partition: number | "*"): string {
  return `troupe.${name}.own.lease.${partition}`;
}

function leaseLost(url: string, why: string): TroupeError {
  return new TroupeError("LOG_LEASE_LOST", `the ownership of ${url} is lost: ${why}`, {
    hint: "Stop running actors here and claim the log again.",
    data: { url },
  });
}

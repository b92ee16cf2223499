/** Getting a lock: at once, after a wait, or not at all. */
import type { Clock } from "../../actors/clock.ts";
import { TroupeError } from "../../errors.ts";
import { LEASE_MS } from "../../events/context/commands.ts";
import type { ContextFact } from "../../events/context/facts.ts";
import { unanswered } from "../unanswered.ts";
import { contextIn, isWaiting, leaseOf, type Asking } from "./context-asking.ts";
import { held, type Given, type Lock } from "./lock.ts";

export interface AcquireOptions {
  /** How long the lease is, ms, at most a day. Default 30,000. */
  readonly ttlMs?: number;
  /** How long to stand in line where another has it, ms, at most a day. Default 0: not at all. */
  readonly waitMs?: number;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
  /** Renew it by itself, every third of `ttlMs`, until it is released. Default false. */
  readonly keep?: boolean;
}

/** What is asked for. */
interface Wanted {
  readonly key: string;
  readonly owner: string;
}

/** What a record may answer. */
const ANSWERS = ["lock.acquired", "lock.denied", "lock.waiting", "lock.deadlock"] as const;
type Said = Extract<ContextFact, { readonly type: (typeof ANSWERS)[number] }>;

/** Behind its time a waiter is out of line; this is for the way that the news take, ms. */
const GRACE_MS = 1_000;

export async function acquire(
  context: Asking,
  wanted: Wanted,
  options: AcquireOptions & { readonly clock: Clock },
): Promise<Lock | undefined> {
  const { ttlMs = LEASE_MS, waitMs = 0, signal, keep = false, clock } = options;
  signal?.throwIfAborted();
  const given = await ask(context, wanted, { ttlMs, waitMs, signal });
  if (given === undefined) return undefined;
  return held(context, given, { clock, keepMs: keep ? Math.ceil(ttlMs / 3) : undefined });
}

async function ask(
  context: Asking,
  wanted: Wanted,
  options: {
    readonly ttlMs: number;
    readonly waitMs: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Given | undefined> {
  const { ttlMs, waitMs } = options;
  const facts = await context.tell({ type: "ACQUIRE", ...wanted, ttlMs, waitMs });
  const fact = facts.findLast((one): one is Said => answers(one, wanted));
  switch (fact?.type) {
    case "lock.acquired":
      return fact.data;
    case "lock.denied":
      return undefined;
    case "lock.waiting":
      return waitedFor(context, wanted, options);
    case "lock.deadlock":
      throw deadlock(fact.data);
    case undefined:
      throw unanswered(context.address);
  }
}

function answers(fact: ContextFact, { key, owner }: Wanted): fact is Said {
  const { data } = fact;
  if (!ANSWERS.some((type) => type === fact.type) || !("owner" in data)) return false;
  return data.key === key && data.owner === owner;
}

async function waitedFor(
  context: Asking,
  { key, owner }: Wanted,
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal | undefined },
): Promise<Given | undefined> {
  const actor = context.actors.actor(context.address);
  try {
    const snapshot = await actor.waitFor((now) => !isWaiting(contextIn(now), key, owner), {
      timeoutMs: waitMs + GRACE_MS,
      ...(signal !== undefined && { signal }),
    });
    const lease = leaseOf(contextIn(snapshot), key, owner);
    return lease === undefined ? undefined : { key, owner, fence: lease.fence, until: lease.until };
  } catch (error) {
    await leave(context, { key, owner });
    if (TroupeError.is(error, "WAIT_TIMEOUT")) return undefined; // no host was there to end it
    throw error;
  }
}

/** Leaves the line, or gives back what came meanwhile. */
async function leave(context: Asking, { key, owner }: Wanted): Promise<void> {
  try {
    await context.tell({ type: "LEAVE", key, owner });
  } catch (error) {
    if (!TroupeError.is(error, "EVENT_REFUSED")) throw error;
    const lease = leaseOf(await context.state(), key, owner);
    if (lease !== undefined) await context.tell({ type: "RELEASE", key, owner, fence: lease.fence });
  }
}

function deadlock({
  key,
  owner,
  cycle,
}: Extract<Said, { readonly type: "lock.deadlock" }>["data"]): TroupeError {
  const waits = cycle.map((wait) => `"${wait.owner}" for "${wait.key}"`).join(", ");
  return new TroupeError("LOCK_DEADLOCK", `waiting for "${key}" could not end: ${waits}`, {
    hint: "Release what you hold and start over, or take locks in the same order everywhere.",
    data: { key, owner, cycle },
  });
}

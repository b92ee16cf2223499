/**
 * A lock as its holder has it: a lease to be renewed, and given back.
 *
 * - T-R4. Its fence goes with every write that it guards: a holder who does not notice that the
 *   lease is over is refused all the same.
 */
import type { Clock } from "../../actors/clock.ts";
import { TroupeError } from "../../errors.ts";
import type { ContextFact } from "../../events/context/facts.ts";
import { unanswered } from "../unanswered.ts";
import { leaseOf, type Asking } from "./context-asking.ts";

export interface Lock extends AsyncDisposable {
  readonly key: string;
  readonly owner: string;
  /** Goes with writes of the key. */
  readonly fence: number;
  /** When the lease lapses, as far as this process knows: epoch ms. */
  readonly until: number;
  /** Aborts when the lease is over and was not released here: it lapsed, somebody took it away, or the host that gave it has closed. */
  readonly lost: AbortSignal;
  /**
   * Holds it for longer, from now on.
   *
   * @param ttlMs default: as before.
   * @throws {@link TroupeError} `LEASE_LOST`, `LOCK_NOT_OWNED` (another has it now).
   */
  renew(ttlMs?: number): Promise<void>;
  /**
   * Gives it back; the next in line gets it. Again: the same
   * answer. Disposing does so too, where
   * it is not over yet.
   *
   * @throws {@link TroupeError} `LEASE_LOST`, `LOCK_NOT_OWNED`: it was over before.
   */
  release(): Promise<void>;
}

/** What was given. */
export interface Given {
  readonly key: string;
  readonly owner: string;
  readonly fence: number;
  readonly until: number;
}

interface Holding {
  readonly clock: Clock;
  /** Renew it by itself every so many ms. */
  readonly keepMs: number | undefined;
}

/** The lock that was given. */
export async function held(
  context: Asking,
  { key, owner, fence, until }: Given,
  { clock, keepMs }: Holding,
): Promise<Lock> {
  const over = new AbortController();
  let end = until;
  let released: Promise<void> | undefined;
  let [cancelLapse, cancelKeep, unhear] = [nothing, nothing, nothing];

  const stop = (): void => {
    for (const call of [cancelLapse, cancelKeep, unhear]) call();
  };
  const lose = (cause?: unknown): void => {
    if (over.signal.aborted || released !== undefined) return;
    stop();
    over.abort(lostLease(key, fence, cause));
  };
  const lasts = (to: number): void => {
    end = to;
    cancelLapse();
    cancelLapse = clock.after(to - clock.now(), () => lose());
  };
  const renew = async (ttlMs?: number): Promise<void> => {
    const more = ttlMs === undefined ? {} : { ttlMs };
    const facts = await context.tell({ type: "RENEW", key, owner, fence, ...more });
    const fact = facts.find(({ type }) => type === "lock.renewed");
    if (fact?.type !== "lock.renewed") throw unanswered(context.address);
    if (!over.signal.aborted && released === undefined) lasts(fact.data.until);
  };
  const release = (): Promise<void> => {
    stop();
    released ??= context
      .tell({ type: "RELEASE", key, owner, fence })
      .then(nothing, (error: unknown) => {
        if (!isOver(error)) released = undefined; // nobody knows: it may be tried again
        throw error;
      });
    return released;
  };
  const keep = (ms: number): void => {
    cancelKeep = clock.after(ms, () => {
      renew()
        .catch((error: unknown) => void (isOver(error) && lose(error))) // else it is tried again, until it lapses
        .finally(() => void (over.signal.aborted || released !== undefined || keep(ms)));
    });
  };

  const whose = { kind: "context", root: context.address.slice("context/".length) };
  const hear = (fact: unknown): void => {
    if (ends(fact as ContextFact, fence)) lose(); // its kind says nothing else
  };
  const deaf = (error: unknown): void => {
    if (isClosed(error)) lose(error); // else it lasts, and its time is known here
  };
  try {
    unhear = await context.actors.facts(whose, hear, deaf);
    lasts(until);
    if (keepMs !== undefined) keep(keepMs);
    if (leaseOf(await context.state(), key, owner)?.fence !== fence) lose(); // before it was heard
  } catch (error) {
    stop();
    throw error;
  }

  return {
    key,
    owner,
    fence,
    get until() {
      return end;
    },
    lost: over.signal,
    renew,
    release,
    async [Symbol.asyncDispose]() {
      if (over.signal.aborted) return;
      await release().catch((error: unknown) => {
        if (!isOver(error)) throw error;
      });
    },
  };
}

function nothing(): void {}

const ENDS: readonly ContextFact["type"][] = ["lock.expired", "lock.released", "lock.unlocked"];

/** Whether it says that this lease is over. Fences are never given twice. */
function ends({ type, data }: ContextFact, fence: number): boolean {
  return ENDS.includes(type) && "fence" in data && data.fence === fence;
}

function isOver(error: unknown): boolean {
  return TroupeError.is(error, "LEASE_LOST") || TroupeError.is(error, "LOCK_NOT_OWNED");
}

function isClosed(error: unknown): boolean {
  return TroupeError.is(error, "HOST_CLOSED") || TroupeError.is(error, "HOST_FAILED");
}

function lostLease(key: string, fence: number, cause: unknown): TroupeError {
  return new TroupeError("LEASE_LOST", `lease ${fence} of "${key}" is over`, {
    hint: "Stop what rests on it, and acquire the lock again.",
    data: { key, fence },
    cause,
  });
}

/** What a shared context says. Values stand in the input of the same record. */
import { z } from "zod";
import { fact } from "../facts/fact.ts";

/** Keys were written or deleted: once per SET, UPDATE and DELETE, and at its birth if it has values. */
export const ContextUpdated = fact("context.updated", {
  /** Of the whole context: one more each time. It is the version of each of these keys as well. */
  version: z.int().min(1),
  updatedFields: z.array(z.string()),
  updatedBy: z.string(),
});
export type ContextUpdated = z.infer<typeof ContextUpdated>;

const lock = { key: z.string(), owner: z.string() };
const lease = { ...lock, /** Greater than every one before it. */ fence: z.int().min(1) };
const until = { /** Epoch ms. */ until: z.int() };

/** A lock was given: asked for, or waited for. To its holder again: the same fence, a longer lease. */
const LockAcquired = fact("lock.acquired", { ...lease, ...until });
/** Another holds it, and the asker does not wait. */
const LockDenied = fact("lock.denied", { ...lock, holder: z.string(), ...until });
/** Another holds it, and the asker stands in line up to `until`. `place` 1 is the next. */
const LockWaiting = fact("lock.waiting", { ...lock, place: z.int().min(1), ...until });
const LockRenewed = fact("lock.renewed", { ...lease, ...until });
const LockReleased = fact("lock.released", lease);
/** An operator took it away. */
const LockUnlocked = fact("lock.unlocked", { ...lease, by: z.string() });
/** The lease lapsed: its holder's writes under it are refused from now on. */
const LockExpired = fact("lock.expired", lease);
/** One who stood in line does so no more: it waited long enough, or left. */
const LockAbandoned = fact("lock.abandoned", lock);
/**
 * The asker was not put in line: it would have waited for itself. Each of the cycle waits for the
 * key that stands with it, which the next one holds or asked for earlier; the last one's the first.
 */
const LockDeadlock = fact("lock.deadlock", {
  ...lock,
  cycle: z.array(z.strictObject({ owner: z.string(), key: z.string() })),
});

export const ContextFact = z.discriminatedUnion("type", [
  ContextUpdated,
  LockAcquired,
  LockDenied,
  LockWaiting,
  LockRenewed,
  LockReleased,
  LockUnlocked,
  LockExpired,
  LockAbandoned,
  LockDeadlock,
]);
export type ContextFact = z.infer<typeof ContextFact>;

/**
 * Agents that are functions of the host, and what they are given to do.
 */
import type { ActivityContext } from "../actors/activity.ts";
import type { WorkPackage } from "../events/work.ts";

/** A work package, and what an agent needs to do it safely. */
export type Work = WorkPackage &
  Pick<
    ActivityContext,
    "signal" | "idempotencyKey" | "fence" | "deadline" | "heartbeat" | "progress" | "log"
  >;

/** What an agent answers. All of it may be left out. */
export interface AgentAnswer {
  /** One line for people. */
  readonly summary?: string | undefined;
  /** Strict JSON for those who depend on it, at most 65,536 bytes; else `RESULT_INVALID`. */
  readonly data?: unknown;
  /** Written to the first of `work.outputs`; not recorded. */
  readonly text?: string | undefined;
  /** Default: measured. */
  readonly durationMs?: number | undefined;
}

/**
 * Does a piece of work. What it returns becomes the task's summary and data; what it throws
 * is how the attempt failed.
 *
 * - After a crash it runs again, with the same `idempotencyKey` and a greater `fence.attempt`.
 * - It has to write `work.outputs` (their folders exist), or to return the first as `text`; and to stop when `work.signal` aborts.
 */
export type AgentFunction = (work: Work) => Promise<AgentAnswer | void>;

/** Agents by the name that plans call them. */
export type Agents = Readonly<Record<string, AgentFunction>>;

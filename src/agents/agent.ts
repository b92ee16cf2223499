/**
 * Agents that are functions of the host, and what they are given to do.
 */
import type { ActivityContext } from "../actors/activity.ts";
import type { AnyAgent } from "./definition/definition.ts";
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

/** Functions by the name that plans call them. */
export type Agents = Readonly<Record<string, AgentFunction>>;

/** All agents of a host by the name that plans call them: functions, and definitions that work as actors. */
export type HostAgents = Readonly<Record<string, AgentFunction | AnyAgent>>;

/** Those that are functions. */
export function functionsIn(agents: HostAgents): Agents {
  return Object.fromEntries(
    Object.entries(agents).flatMap(([name, agent]) =>
      typeof agent === "function" ? [[name, agent] as const] : [],
    ),
  );
}

/** Those that are definitions. */
export function definitionsIn(agents: HostAgents): Readonly<Record<string, AnyAgent>> {
  return Object.fromEntries(
    Object.entries(agents).flatMap(([name, agent]) =>
      typeof agent === "function" ? [] : [[name, agent] as const],
    ),
  );
}

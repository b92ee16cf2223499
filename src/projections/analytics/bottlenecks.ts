/** Where the time goes (S1-017): agents, hand-offs, states. Pure; lengths in ms. */
import type { ExecutionRow, HandoffRow } from "../tables/columns.ts";
import { isKnown, sumOf } from "./averages.ts";

export interface AgentTime {
  readonly agent: string;
  /** Executions of which the length is known. */
  readonly executions: number;
  readonly totalMs: number;
  readonly meanMs: number;
}

/** What was handed over, and how long nobody went on with it. */
export interface HandoffGap {
  readonly workflow: string | null;
  readonly fromAgent: string | null;
  readonly toAgent: string | null;
  readonly fromTask: string | null;
  readonly toTask: string | null;
  /** When the receiver began, or it was said to be handed over, epoch ms. */
  readonly at: number | null;
  /** From the end of the giver's execution to the begin of the receiver's. */
  readonly gapMs: number;
}

/** How long something was in a state. */
export interface Stay {
  readonly state: string;
  readonly ms: number;
}

/** How long things are in a state. */
export interface Dwell {
  readonly state: string;
  readonly stays: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly longestMs: number;
}

export interface Bottlenecks {
  /** With the largest mean length of an execution; null of none. */
  readonly slowestByMean: AgentTime | null;
  /** With the largest length of all executions. */
  readonly slowestByTotal: AgentTime | null;
  /** Between the end of the giver's execution and the begin of the receiver's; null of none. */
  readonly longestGap: HandoffGap | null;
  /** Those with the most time first. */
  readonly dwell: readonly Dwell[];
}

export interface BottleneckInput {
  readonly executions: readonly Pick<ExecutionRow, "agent" | "durationMs">[];
  readonly handoffs: readonly Omit<HandoffRow, "source" | "success" | "artifacts">[];
  readonly stays: readonly Stay[];
}

/** What all rows come to, for {@link bottlenecksIn}. */
export interface BottleneckTotals {
  /** By name. */
  readonly agents: readonly Omit<AgentTime, "meanMs">[];
  readonly dwell: readonly Omit<Dwell, "meanMs">[];
  readonly gaps: readonly HandoffGap[];
}

/** S1-017, of totals. */
export function bottlenecksIn({ agents, dwell, gaps }: BottleneckTotals): Bottlenecks {
  const times = agents.map((one) => ({ ...one, meanMs: one.totalMs / one.executions }));
  return {
    slowestByMean: largest(times, ({ meanMs }) => meanMs),
    slowestByTotal: largest(times, ({ totalMs }) => totalMs),
    longestGap: largest(gaps, ({ gapMs }) => gapMs),
    dwell: mostFirst(dwell.map((one) => ({ ...one, meanMs: one.totalMs / one.stays }))),
  };
}

/** S1-017. Of equals the first by name, or the one that was given first. */
export function bottlenecksOf({ executions, handoffs, stays }: BottleneckInput): Bottlenecks {
  const agents = agentTimes(executions);
  return {
    slowestByMean: largest(agents, ({ meanMs }) => meanMs),
    slowestByTotal: largest(agents, ({ totalMs }) => totalMs),
    longestGap: largest(handoffs.flatMap(gapIn), ({ gapMs }) => gapMs),
    dwell: dwellOf(stays),
  };
}

/** What the executions of each agent took, by name. */
function agentTimes(
  executions: readonly Pick<ExecutionRow, "agent" | "durationMs">[],
): readonly AgentTime[] {
  const known = executions.filter(({ agent, durationMs }) => agent !== null && isKnown(durationMs));
  return [...Map.groupBy(known, ({ agent }) => agent ?? "")]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([agent, some]) => {
      const totalMs = sumOf(some.map(({ durationMs }) => durationMs));
      return { agent, executions: some.length, totalMs, meanMs: totalMs / some.length };
    });
}

/** Dwell time per state, the longest in all first. */
function dwellOf(stays: readonly Stay[]): readonly Dwell[] {
  return mostFirst(
    [...Map.groupBy(stays, ({ state }) => state)].map(([state, some]) => {
      const totalMs = sumOf(some.map(({ ms }) => ms));
      const longestMs = some.reduce((most, { ms }) => Math.max(most, ms), 0);
      return { state, stays: some.length, totalMs, meanMs: totalMs / some.length, longestMs };
    }),
  );
}

function mostFirst(dwell: readonly Dwell[]): readonly Dwell[] {
  return dwell.toSorted((a, b) => b.totalMs - a.totalMs || (a.state < b.state ? -1 : 1));
}

/** A receiver that began before its giver had ended waited for nothing. */
function gapIn({
  workflow,
  fromAgent,
  toAgent,
  fromTask,
  toTask,
  at,
  gapMs,
}: BottleneckInput["handoffs"][number]): readonly HandoffGap[] {
  if (gapMs === null || gapMs <= 0) return [];
  return [{ workflow, fromAgent, toAgent, fromTask, toTask, at, gapMs }];
}

function largest<T>(items: readonly T[], size: (item: T) => number): T | null {
  return items.reduce<T | null>(
    (most, item) => (most === null || size(item) > size(most) ? item : most),
    null,
  );
}

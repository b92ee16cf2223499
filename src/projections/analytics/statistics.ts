/**
 * What executions and workflows come to in numbers: S0-061, S0-062, S2-013, S3-048. Pure.
 *
 * - Rates are 0 to 1 (T-M1), lengths ms. A mean is one of the values that are known, and null of
 *   none.
 * - A workflow is completed once it is over by itself, well or badly (T-O5).
 */
import type { ExecutionRow, WorkflowRow } from "../tables/columns.ts";
import { meanOf, shareOf, sumOf } from "./averages.ts";
import { outcomesOf, successRate } from "./success.ts";

/** Nothing is known: `{}`. */
export interface NoStatistics {
  readonly total?: undefined;
}

export interface AgentStatistics {
  /** Its name, or `all`. */
  readonly agent: string;
  /** Executions that have begun: the sum of the next five. */
  readonly total: number;
  readonly successful: number;
  readonly failed: number;
  /** Sent back. */
  readonly partial: number;
  readonly unknown: number;
  readonly running: number;
  readonly successRate: number | null;
  readonly meanDurationMs: number | null;
  /** 0 to 1. */
  readonly meanQuality: number | null;
  readonly tokens: number;
  readonly meanRefinements: number | null;
}

/** S0-061: of one agent, or of all. `{}` where there is no execution. */
export function agentStatistics(
  executions: readonly ExecutionRow[],
  agent: string | null = null,
): AgentStatistics | NoStatistics {
  const some = executions.filter((one) => agent === null || one.agent === agent);
  if (some.length === 0) return {};
  const outcomes = outcomesOf(some);
  return {
    agent: agent ?? "all",
    total: some.length,
    successful: outcomes.success,
    failed: outcomes.failure,
    partial: outcomes.partial,
    unknown: outcomes.unknown,
    running: outcomes.running,
    successRate: successRate(outcomes),
    meanDurationMs: meanOf(some.map(({ durationMs }) => durationMs)),
    meanQuality: meanOf(some.map(({ quality }) => quality)),
    tokens: sumOf(some.map(({ tokens }) => tokens)),
    meanRefinements: meanOf(some.map(({ refinements }) => refinements)),
  };
}

export interface OrchestrationStatistics {
  /** Its name, or `all`. */
  readonly pattern: string;
  /** Workflows that have started (T-O5); the means and the rate are over those that completed. */
  readonly total: number;
  readonly completed: number;
  readonly successRate: number | null;
  readonly meanDurationMs: number | null;
  /** 0 to 1. */
  readonly meanQuality: number | null;
  /** Distinct agents that executed. */
  readonly meanAgents: number | null;
  readonly meanRefinements: number | null;
  /** Of all that have started. */
  readonly tokens: number;
}

/** S0-062: of one pattern, or of all. `{}` where there is no workflow. */
export function orchestrationStatistics(
  workflows: readonly WorkflowRow[],
  pattern: string | null = null,
): OrchestrationStatistics | NoStatistics {
  const some = workflows.filter((one) => pattern === null || one.pattern === pattern);
  if (some.length === 0) return {};
  const over = completedOf(some);
  return {
    pattern: pattern ?? "all",
    total: some.length,
    completed: over.length,
    successRate: shareOf(sumOf(over.map(({ success }) => success)), over.length),
    meanDurationMs: meanOf(over.map(({ durationMs }) => durationMs)),
    meanQuality: meanOf(over.map(({ quality }) => quality)),
    meanAgents: meanOf(over.map(({ agents }) => agents)),
    meanRefinements: meanOf(over.map(({ refinements }) => refinements)),
    tokens: sumOf(some.map(({ tokens }) => tokens)),
  };
}

/** The workflows that are over by themselves (T-O5). */
export function completedOf<T extends Pick<WorkflowRow, "success">>(
  workflows: readonly T[],
): readonly T[] {
  return workflows.filter(({ success }) => success !== null);
}

export interface Summary {
  readonly executions: number;
  readonly successRate: number | null;
  readonly money: number;
  readonly tokens: number;
  /** Of the durations that are known. */
  readonly meanLatencyMs: number | null;
  /** Names, sorted. */
  readonly agents: readonly string[];
}

/** S2-013: what all executions come to, or that there is none. */
export function summaryOf(
  executions: readonly ExecutionRow[],
): Summary | { readonly message: "No metrics collected yet" } {
  if (executions.length === 0) return { message: "No metrics collected yet" };
  return {
    executions: executions.length,
    successRate: successRate(outcomesOf(executions)),
    money: sumOf(executions.map(({ money }) => money)),
    tokens: sumOf(executions.map(({ tokens }) => tokens)),
    meanLatencyMs: meanOf(executions.map(({ durationMs }) => durationMs)),
    agents: [...new Set(executions.flatMap(({ agent }) => agent ?? []))].toSorted(),
  };
}

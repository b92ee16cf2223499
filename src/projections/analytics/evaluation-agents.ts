/** How each agent did in a run (S4-050). Pure. */
import type { ExecutionRow } from "../tables/columns.ts";
import { meanOf, sumOf } from "./averages.ts";
import type { AgentPerformance, TaskScore } from "./evaluation.ts";
import { outcomesOf, successRate } from "./success.ts";

/** By name; all executions of a run, those before a restart too. */
export function agentPerformances(
  executions: readonly ExecutionRow[],
  scores: readonly TaskScore[],
): readonly AgentPerformance[] {
  return [...Map.groupBy(executions, ({ agent }) => agent ?? "")]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([agent, some]) => {
      const outcomes = outcomesOf(some);
      return {
        agent,
        executions: some.length,
        errors: outcomes.failure,
        reworks: outcomes.partial,
        successRate: successRate(outcomes),
        meanDurationMs: meanOf(some.map(({ durationMs }) => durationMs)),
        meanScore: meanOf(scores.filter((one) => one.agent === agent).map(({ score }) => score)),
        tokens: sumOf(some.map(({ tokens }) => tokens)),
        money: sumOf(some.map(({ money }) => money)),
      };
    });
}

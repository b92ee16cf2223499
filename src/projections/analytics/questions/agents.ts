/** What agents come to (S0-061, S2-013). */
import { z } from "zod";
import type { AgentStatistics, NoStatistics, Summary } from "../statistics.ts";
import { shareOf } from "../averages.ts";
import { countedWhere, Known, Maybe, meanWhere, Name, rowOf, rowsOf, type Asking } from "./asking.ts";

const COUNTS = {
  total: countedWhere(),
  successful: countedWhere("status = 'success'"),
  failed: countedWhere("status = 'failure'"),
  partial: countedWhere("status = 'partial'"),
  running: countedWhere("status = 'running'"),
};
const COLUMNS = `
  ${Object.entries(COUNTS)
    .map(([name, count]) => `${count} AS ${name}`)
    .join(", ")},
  ${["durationMs", "quality", "refinements"].map((sum) => `${meanWhere(sum)} AS ${sum}`).join(", ")},
  TOTAL(tokens) AS tokens, TOTAL(money) AS money`;

const Totals = z.object({
  agent: Name.default(null),
  total: Known,
  successful: Known,
  failed: Known,
  partial: Known,
  running: Known,
  durationMs: Maybe,
  quality: Maybe,
  refinements: Maybe,
  tokens: Known,
  money: Known,
});
type Totals = z.infer<typeof Totals>;

/** S0-061: of one agent, or of all. `{}` where there is no execution. */
export async function askAgentStatistics(
  asking: Asking,
  agent: string | null = null,
): Promise<AgentStatistics | NoStatistics> {
  const totals = await rowOf(asking, {
    text: `SELECT ${COLUMNS} FROM agent_totals WHERE ?1 IS NULL OR agent = ?1`,
    values: [agent],
    row: Totals,
  });
  return totals.total === 0 ? {} : statisticsOf(agent ?? "all", totals);
}

/** An agent among others. */
export interface AgentLine extends AgentStatistics {
  /** As models count it. */
  readonly money: number;
  /** When an execution of it ended last, epoch ms; null where none has. */
  readonly lastAt: number | null;
}

/** Each agent that has executed, those that did most first, then by name. */
export async function askAgents(asking: Asking): Promise<readonly AgentLine[]> {
  const last = (table: string): string =>
    `COALESCE((SELECT MAX(endedAt) FROM ${table} WHERE agent = each.agent), 0)`;
  const rows = await rowsOf(asking, {
    text: `SELECT *, NULLIF(MAX(${last("run_executions")}, ${last("telemetry_executions")}), 0) AS lastAt
      FROM (SELECT agent, ${COLUMNS} FROM agent_totals GROUP BY agent) AS each
      ORDER BY total DESC, agent`,
    row: Totals.extend({ lastAt: Maybe }),
  });
  return rows.map(({ lastAt, ...totals }) => ({
    ...statisticsOf(totals.agent ?? "", totals),
    money: totals.money,
    lastAt,
  }));
}

/** The names of all agents that have executed, sorted. */
export async function askAgentNames(asking: Asking): Promise<readonly string[]> {
  const rows = await rowsOf(asking, {
    text: "SELECT DISTINCT agent FROM agent_totals WHERE agent IS NOT NULL ORDER BY agent",
    row: z.object({ agent: z.string() }),
  });
  return rows.map(({ agent }) => agent);
}

/** S2-013: what all executions come to, or that there is none. */
export async function askSummary(
  asking: Asking,
): Promise<Summary | { readonly message: "No metrics collected yet" }> {
  const sum = await rowOf(asking, { text: `SELECT ${COLUMNS} FROM agent_totals`, row: Totals });
  if (sum.total === 0) return { message: "No metrics collected yet" };
  return {
    executions: sum.total,
    successRate: shareOf(sum.successful, sum.successful + sum.failed),
    money: sum.money,
    tokens: sum.tokens,
    meanLatencyMs: sum.durationMs,
    agents: await askAgentNames(asking),
  };
}

function statisticsOf(agent: string, totals: Totals): AgentStatistics {
  const { total, successful, failed, partial, running, tokens } = totals;
  return {
    agent,
    total,
    successful,
    failed,
    partial,
    unknown: total - successful - failed - partial - running,
    running,
    successRate: shareOf(successful, successful + failed),
    meanDurationMs: totals.durationMs,
    meanQuality: totals.quality,
    tokens,
    meanRefinements: totals.refinements,
  };
}

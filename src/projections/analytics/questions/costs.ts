/** What was spent on what. */
import { z } from "zod";
import { Maybe, Name, rowsOf, type Asking } from "./asking.ts";

export type CostDimension = "agent" | "model" | "role" | "workflow";

export interface Cost {
  /** Null where it is not known: the model of a command. */
  readonly name: string | null;
  /** Of models. */
  readonly calls: number;
  /** In and out. */
  readonly tokens: number;
  /** As models count it; 0 where nobody knows prices. */
  readonly money: number;
}

export interface CostsOptions {
  /** At most so many. Default 20. */
  readonly top?: number | undefined;
}

/** Those that cost most first. Of runs each actor counts, those that judge the work of others, too. */
export async function askCosts(
  asking: Asking,
  by: CostDimension,
  { top = 20 }: CostsOptions = {},
): Promise<readonly Cost[]> {
  const rows = await rowsOf(asking, {
    text: by === "workflow" ? OF_WORKFLOWS : ofTotals(by),
    values: [top],
    row: z.object({ name: Name, calls: Maybe, tokens: Maybe, money: Maybe }),
  });
  return rows.map(({ name, calls, tokens, money }) => ({
    name,
    calls: calls ?? 0,
    tokens: tokens ?? 0,
    money: money ?? 0,
  }));
}

function ofTotals(column: Exclude<CostDimension, "workflow">): string {
  const each = (table: string): string =>
    `SELECT ${column} AS name, calls, tokens, money FROM ${table}`;
  return `SELECT name, TOTAL(calls) AS calls, TOTAL(tokens) AS tokens, TOTAL(money) AS money
    FROM (${each("agent_work_totals")} UNION ALL ${each("telemetry_agent_totals")})
    GROUP BY name ORDER BY money DESC, tokens DESC, name LIMIT ?`;
}

const dearest = (table: string): string => `SELECT * FROM (
  SELECT workflow AS name, calls, tokens, money FROM ${table} ORDER BY money DESC LIMIT ?1)`;
const OF_WORKFLOWS = `${dearest("run_workflows")} UNION ALL ${dearest("telemetry_workflows")}
  ORDER BY money DESC, name LIMIT ?1`;

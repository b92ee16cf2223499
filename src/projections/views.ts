/**
 * The questions that every log answers by name, in SQL: of runs and of imported telemetry together.
 *
 * - What all rows come to is asked of totals (`tables/totals.ts`), not of the rows.
 */
import { totalsColumns, type View } from "./table.ts";
import { EXECUTION, HANDOFF, WORKFLOW } from "./tables/columns.ts";
import { executionTotals, workflowsTotals } from "./tables/totals.ts";

/** Rows of both sources; an execution, say, is found in both by one question. */
function together(name: string, columns: readonly string[]): View {
  const list = columns.join(", ");
  const sql = `
    SELECT ${list} FROM run_${name}
    UNION ALL SELECT ${list} FROM telemetry_${name}`;
  return { name, sql };
}

/**
 * What each agent comes to, over all its executions.
 *
 * - `successRate` = success / (success + failure), 0 to 1 (T-M1): what was sent back, was stopped
 *   or still runs counts on neither side; null where nothing has succeeded or failed.
 * - `meanMs`: of the executions whose length is known, in ms.
 * - `quality`: the mean of those that were judged, 0 to 1. `money` as models count it.
 * - `refinements`: how often work was sent back before. `lastAt`: when an execution of it ended
 *   last, epoch ms; null where none has.
 */
const AGENTS = `
  SELECT *, NULLIF(MAX(
      COALESCE((SELECT MAX(endedAt) FROM run_executions WHERE agent = each.agent), 0),
      COALESCE((SELECT MAX(endedAt) FROM telemetry_executions WHERE agent = each.agent), 0)
    ), 0) AS lastAt
  FROM (
    SELECT agent, SUM(n) AS executions,
      ${["success", "failure", "partial", "unknown", "running"]
        .map((status) => `SUM(n * (status = '${status}')) AS ${status}`)
        .join(", ")},
      TOTAL(n) FILTER (WHERE status = 'success')
        / NULLIF(TOTAL(n) FILTER (WHERE status IN ('success', 'failure')), 0) AS successRate,
      SUM(durationMs) / NULLIF(SUM(durationMsKnown), 0) AS meanMs,
      CAST(SUM(calls) AS INTEGER) AS calls, CAST(SUM(tokens) AS INTEGER) AS tokens,
      SUM(money) AS money, SUM(quality) / NULLIF(SUM(qualityKnown), 0) AS quality,
      CAST(SUM(refinements) AS INTEGER) AS refinements
    FROM agent_totals GROUP BY agent
  ) AS each`;

/** Who has cost what: of runs each actor, which may judge the work of another, of telemetry each invocation. */
const SPENT = [
  ...(["agent", "model", "role"] as const).flatMap((dimension) => [
    spent(dimension, dimension, "n", "agent_work_totals"),
    spent(dimension, dimension, "n", "telemetry_agent_totals"),
  ]),
  spent("workflow", "run", "1", "agent_work"),
  spent("workflow", "workflow", "1", "telemetry_executions"),
];

/**
 * What was spent, four times over: `dimension` is `agent`, `model`, `role` or `workflow`, `name` is
 * which one of these. Ask for one dimension; each adds up to all there is.
 *
 * - `pieces`: actors at work in runs and invocations of telemetry; `calls` of models; `tokens` in
 *   and out; `money` as models count it, 0 where nobody knows prices.
 * - `name` is null where it is not known: the model of a command, the workflow of a single invocation.
 */
const COSTS = `
  SELECT dimension, name, SUM(pieces) AS pieces, SUM(calls) AS calls, SUM(tokens) AS tokens,
    SUM(money) AS money
  FROM (
    ${SPENT.join("\n    UNION ALL ")}
  ) GROUP BY dimension, name`;

function spent(dimension: string, column: string, pieces: string, table: string): string {
  return `SELECT '${dimension}' AS dimension, ${column} AS name, SUM(${pieces}) AS pieces,
      TOTAL(calls) AS calls, TOTAL(tokens) AS tokens, TOTAL(money) AS money
    FROM ${table} GROUP BY ${column}`;
}

/**
 * The tasks of runs that took more than one attempt, over all their starts.
 *
 * - `retries` = attempts − 1; `failures` and `sentBack` say why there was another one.
 * - `lostMs`, `lostMoney`: what the attempts took and cost that came to nothing: all but those that
 *   succeeded, or run. `succeeded`: 1 where one of them did.
 */
const RETRIES = `
  SELECT workflow, task, role, COUNT(*) AS attempts, COUNT(*) - 1 AS retries,
    SUM(status = 'failure') AS failures, SUM(status = 'partial') AS sentBack,
    MAX(status = 'success') AS succeeded,
    TOTAL(durationMs) FILTER (WHERE status NOT IN ('success', 'running')) AS lostMs,
    TOTAL(money) FILTER (WHERE status NOT IN ('success', 'running')) AS lostMoney,
    MIN(startedAt) AS firstAt, MAX(startedAt) AS lastAt
  FROM run_executions GROUP BY workflow, task HAVING COUNT(*) > 1`;

export const BUILT_IN_VIEWS: readonly View[] = [
  together("workflows", Object.keys(WORKFLOW)),
  together("executions", Object.keys(EXECUTION)),
  together("handoffs", Object.keys(HANDOFF)),
  ...[...executionTotals("run"), ...workflowsTotals("run")].map((totals) =>
    together(totals.name.replace(/^run_/, ""), totalsColumns(totals)),
  ),
  { name: "agents", sql: AGENTS },
  { name: "costs", sql: COSTS },
  { name: "retries", sql: RETRIES },
];

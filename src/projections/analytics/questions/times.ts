/** Where the time goes: coordination (S1-013, S1-014, T-O1), bottlenecks (S1-017), latencies (S2-015). */
import { z } from "zod";
import { adviceOn } from "../coordination.ts";
import { shareOf } from "../averages.ts";
import { bottlenecksIn, type Bottlenecks, type HandoffGap } from "../bottlenecks.ts";
import type { Overhead } from "../overhead.ts";
import { minuteRollups, type MinuteRollup } from "../percentile.ts";
import { Known, Maybe, meanWhere, Name, rowOf, rowsOf, type Asking } from "./asking.ts";

/** T-O1 over the workflows that are over by themselves and have executions and a length. */
export async function askOverhead(asking: Asking): Promise<Overhead> {
  const { overheadPct, idleMs, lengthMs, agentMs, busyMs, ...rest } = await rowOf(asking, {
    text: `SELECT TOTAL(overheadPctKnown) AS workflows, ${meanWhere("overheadPct")} AS overheadPct,
      ${meanWhere("idleMs")} AS meanIdleMs, ${meanWhere("criticalPct")} AS criticalPathPct,
      TOTAL(idleMs) AS idleMs, TOTAL(lengthMs) AS lengthMs, TOTAL(agentMs) AS agentMs,
      TOTAL(busyMs) AS busyMs FROM workflow_totals`,
    row: z.object({
      workflows: Known,
      overheadPct: Maybe,
      meanIdleMs: Maybe,
      criticalPathPct: Maybe,
      idleMs: Known,
      lengthMs: Known,
      agentMs: Known,
      busyMs: Known,
    }),
  });
  return {
    ...rest,
    overheadPct,
    pooledPct: shareOf(100 * idleMs, lengthMs),
    parallelism: shareOf(agentMs, busyMs),
    recommendation: adviceOn(overheadPct ?? undefined),
  };
}

/**
 * S1-017: the slowest agents, the longest hand-off, and how long tasks of runs were in each state.
 * What a task of an open run is in now is not counted yet.
 */
export async function askBottlenecks(asking: Asking): Promise<Bottlenecks> {
  const agents = await rowsOf(asking, {
    text: `SELECT agent, SUM(durationMsKnown) AS executions, SUM(durationMs) AS totalMs
      FROM agent_totals WHERE agent IS NOT NULL GROUP BY agent
      HAVING SUM(durationMsKnown) > 0 ORDER BY agent`,
    row: z.object({ agent: z.string(), executions: Known, totalMs: Known }),
  });
  const dwell = await rowsOf(asking, {
    text: `SELECT state || COALESCE(' ' || waitsFor, '') AS state, msKnown AS stays, ms AS totalMs,
      (SELECT MAX(ms) FROM dwell WHERE state IS t.state AND waitsFor IS t.waitsFor) AS longestMs
      FROM dwell_totals AS t`,
    row: z.object({ state: z.string(), stays: Known, totalMs: Known, longestMs: Known }),
  });
  return bottlenecksIn({ agents, dwell, gaps: await longestGaps(asking) });
}

/** The longest of each source: of equals the earliest. */
function longestGaps(asking: Asking): Promise<readonly HandoffGap[]> {
  const longest = (table: string): string => `SELECT * FROM (
    SELECT workflow, fromAgent, toAgent, fromTask, toTask, at, gapMs FROM ${table}
    WHERE gapMs > 0 AND gapMs = (SELECT MAX(gapMs) FROM ${table}) ORDER BY at, workflow LIMIT 1)`;
  return rowsOf(asking, {
    text: `${longest("run_handoffs")} UNION ALL ${longest("telemetry_handoffs")}`,
    row: z.object({
      workflow: Name,
      fromAgent: Name,
      toAgent: Name,
      fromTask: Name,
      toTask: Name,
      at: Maybe,
      gapMs: Known,
    }),
  });
}

export interface LatenciesOptions {
  /** Epoch ms; default: now. */
  readonly until?: number | undefined;
  /** Minutes back from there. Default 60. */
  readonly minutes?: number | undefined;
  /** Samples that a percentile takes (T-A2). Default 20. */
  readonly atLeast?: number | undefined;
}

const MINUTE_MS = 60_000;

/**
 * S2-015: one rollup per minute in which an execution ended, the earliest first. It costs as much
 * as there are executions in that time.
 */
export async function askLatencies(
  asking: Asking,
  { until = Date.now(), minutes = 60, atLeast }: LatenciesOptions = {},
): Promise<readonly MinuteRollup[]> {
  const last = Math.floor(until / MINUTE_MS) * MINUTE_MS;
  const rows = await rowsOf(asking, {
    text: ["run_executions", "telemetry_executions"]
      .map(
        (table) => `SELECT endedAt, durationMs, status, tokens, money FROM ${table}
          WHERE endedAt >= ?1 AND endedAt < ?2`,
      )
      .join(" UNION ALL "),
    values: [last - (minutes - 1) * MINUTE_MS, last + MINUTE_MS],
    row: z.object({ endedAt: Known, durationMs: Maybe, status: Name, tokens: Maybe, money: Maybe }),
  });
  return minuteRollups(rows, atLeast);
}

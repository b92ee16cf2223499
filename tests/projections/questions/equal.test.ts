/** Questions in SQL and the formulas: two ways to the same figures, whatever the rows. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { recommendAgents } from "../../../src/projections/analytics/best-agent.ts";
import { bottlenecksOf } from "../../../src/projections/analytics/bottlenecks.ts";
import { candidatesOf } from "../../../src/projections/analytics/candidates.ts";
import { estimatesOf } from "../../../src/projections/analytics/estimates.ts";
import { keywordCell } from "../../../src/projections/analytics/keywords.ts";
import { overheadOf } from "../../../src/projections/analytics/overhead.ts";
import { minuteRollups } from "../../../src/projections/analytics/percentile.ts";
import { qualityMetrics } from "../../../src/projections/analytics/quality-metrics.ts";
import {
  agentStatistics,
  orchestrationStatistics,
  summaryOf,
} from "../../../src/projections/analytics/statistics.ts";
import { samplesOf, trendOf } from "../../../src/projections/analytics/trend.ts";
import { workflowStatistics } from "../../../src/projections/analytics/workflow-statistics.ts";
import {
  askAgents,
  askAgentStatistics,
  askSummary,
} from "../../../src/projections/analytics/questions/agents.ts";
import { askBestAgents } from "../../../src/projections/analytics/questions/best-agents.ts";
import { askQualityMetrics } from "../../../src/projections/analytics/questions/quality.ts";
import {
  askBottlenecks,
  askLatencies,
  askOverhead,
} from "../../../src/projections/analytics/questions/times.ts";
import { askTrend } from "../../../src/projections/analytics/questions/trends.ts";
import {
  askEstimates,
  askOrchestrationStatistics,
  askWorkflowStatistics,
} from "../../../src/projections/analytics/questions/workflows.ts";
import type { ExecutionRow, HandoffRow, WorkflowRow } from "../../../src/projections/tables/columns.ts";
import { openRows, type RowsByTable } from "../../support/asked-rows.ts";
import { execution, handoff, workflow } from "../analytics/rows.ts";

const source = fc.constantFrom("run", "telemetry");
const agent = fc.constantFrom("ada", "bob", "task/x");
const maybe = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(some, { freq: 3 });
const HOUR = 3_600_000;
const NOW = 60 * 24 * HOUR;
const WORDS = ["build", "api", "schema", "payment", "tests", "billing"];
const description = fc.subarray(WORDS).map((words) => words.join(" "));

const executions: fc.Arbitrary<readonly ExecutionRow[]> = fc
  .array(
    fc.record({
      source,
      agent,
      role: maybe(fc.constantFrom("backend", "tester")),
      description: maybe(description),
      task: maybe(fc.constantFrom("t1", "t2")),
      status: fc.constantFrom("success", "success", "failure", "partial", "unknown", "running"),
      startedAt: fc.nat(45 * 24).map((hours) => NOW - hours * HOUR),
      durationMs: maybe(fc.nat(90_000)),
      tokens: maybe(fc.nat(1_000)),
      money: maybe(fc.nat(100).map((n) => n / 100)),
      quality: maybe(fc.nat(10).map((n) => n / 10)),
      refinements: maybe(fc.nat(3)),
    }),
    { maxLength: 25 },
  )
  .map((rows) =>
    rows
      // at its own time each: of those at one time, any may be the latest
      .map((row, nth) => ({ ...row, startedAt: row.startedAt - nth }))
      .toSorted((a, b) => a.startedAt - b.startedAt)
      .map((row, nth) => ({
        ...execution(row),
        id: `e${nth}`,
        keywords: row.description === null ? null : keywordCell(row.description),
        endedAt: row.durationMs === null ? null : row.startedAt + row.durationMs,
      })),
  );

const workflows: fc.Arbitrary<readonly WorkflowRow[]> = fc
  .array(
    fc.record({
      source,
      pattern: maybe(fc.constantFrom("sequential", "hub")),
      success: fc.constantFrom(null, 0, 1, 1),
      durationMs: maybe(fc.nat(10_000)),
      estimatedMs: maybe(fc.constantFrom(0, 100, 3_000)),
      variant: maybe(fc.array(agent, { maxLength: 4 }).map((list) => JSON.stringify(list))),
      agents: maybe(fc.nat(4)),
      share: maybe(fc.nat(100)),
      critical: fc.nat(100),
      tokens: maybe(fc.nat(1_000)),
      money: maybe(fc.nat(100).map((n) => n / 100)),
      quality: maybe(fc.nat(10).map((n) => n / 10)),
      refinements: maybe(fc.nat(3)),
    }),
    { maxLength: 20 },
  )
  .map((rows) =>
    rows.map(({ share, critical, ...row }, nth) => {
      const known = share !== null && row.durationMs !== null && row.durationMs > 0;
      const length = row.durationMs ?? 0;
      return workflow({
        ...row,
        workflow: `w${String(nth).padStart(2, "0")}`,
        startedAt: -nth,
        busyMs: known ? Math.round((length * share) / 100) : null,
        agentMs: known ? length : null,
        criticalMs: known ? Math.round((length * critical) / 100) : null,
        overheadPct: known ? 100 - share : null,
      });
    }),
  );

const handoffs: fc.Arbitrary<readonly HandoffRow[]> = fc
  .array(fc.record({ source, gapMs: maybe(fc.nat(50)), at: fc.nat(1_000) }), { maxLength: 12 })
  .map((rows) =>
    rows
      .map((row, nth) => handoff({ ...row, workflow: `w${String(nth).padStart(2, "0")}` }))
      .toSorted(
        (a, b) =>
          (a.source ?? "").localeCompare(b.source ?? "") ||
          (a.at ?? 0) - (b.at ?? 0) ||
          ((a.workflow ?? "") < (b.workflow ?? "") ? -1 : 1),
      ),
  );

const stays = fc.array(
  fc.record({ state: fc.constantFrom("PENDING", "RUNNING", "WAITING"), ms: fc.nat(100) }),
  { maxLength: 12 },
);

/** Rows by their source. */
function bySource<T extends { readonly source: string | null }>(name: string, rows: readonly T[]) {
  const of = (wanted: string): [string, readonly T[]] => [
    `${wanted}_${name}`,
    rows.filter(({ source: own }) => own === wanted),
  ];
  return Object.fromEntries([of("run"), of("telemetry")]);
}

/** The same but for rounding. */
function close(value: unknown): unknown {
  if (typeof value === "number") return expect.closeTo(value, 6);
  if (Array.isArray(value)) return value.map(close);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, close(one)]));
}

const options = { numRuns: 6 };

describe("for all rows, SQL and formula agree", () => {
  test.prop([executions], options)(
    "S0-061, S2-013, S1-015: on agents, and all of them",
    async (rows) => {
      await using asked = await openRows(bySource("executions", rows) as RowsByTable); // cells
      for (const name of [null, "ada", "nobody"])
        expect(await askAgentStatistics(asked, name)).toEqual(close(agentStatistics(rows, name)));
      expect(await askSummary(asked)).toEqual(close(summaryOf(rows)));
      for (const line of await askAgents(asked))
        expect(line).toMatchObject(Object(close(agentStatistics(rows, line.agent))));
      for (const days of [8, 30]) {
        const trend = await askTrend(asked, "ada", { now: NOW, days });
        const own = rows.filter((row) => row.agent === "ada");
        expect(trend).toMatchObject(Object(close(trendOf(samplesOf(own), NOW, days))));
        expect(trend.daily).toHaveLength(days);
      }
      const until = rows[0]?.endedAt ?? 0;
      const minutes = { until, minutes: 2, atLeast: 1 };
      const from = Math.floor(until / 60_000) * 60_000 - 60_000;
      const within = rows.filter(
        ({ endedAt }) => endedAt !== null && endedAt >= from && endedAt < from + 120_000,
      );
      expect(await askLatencies(asked, minutes)).toEqual(close(minuteRollups(within, 1)));
    },
  );

  test.prop(
    [
      executions,
      description,
      fc.constantFrom(undefined, "backend"),
      fc.constantFrom("wilson" as const, "oak-v1" as const),
    ],
    options,
  )("S1-018, S1-020, T-O3: on the best agents", async (rows, task, domain, formula) => {
    await using asked = await openRows(bySource("executions", rows) as RowsByTable); // cells
    const skills = new Map([["eve", ["API design", "billing"]]]);
    for (const minConfidence of [0, 0.2]) {
      const how = { minConfidence, formula };
      expect(await askBestAgents(asked, { task, domain, skills, ...how })).toEqual(
        close(recommendAgents(candidatesOf(rows, skills), { task, domain }, how)),
      );
    }
  });

  test.prop([workflows], options)(
    "S0-062, S1-008, S1-013, S1-016, T-O1, T-O5: on workflows",
    async (rows) => {
      await using asked = await openRows(bySource("workflows", rows) as RowsByTable); // cells
      for (const collapse of [false, true])
        expect(await askWorkflowStatistics(asked, { collapse, top: 99 })).toEqual(
          close(workflowStatistics(rows, { collapse })),
        );
      for (const pattern of [null, "hub", "none"])
        expect(await askOrchestrationStatistics(asked, pattern)).toEqual(
          close(orchestrationStatistics(rows, pattern)),
        );
      expect(await askOverhead(asked)).toEqual(close(overheadOf(rows)));
      expect(await askEstimates(asked, { top: 99 })).toEqual(close(estimatesOf(rows)));
    },
  );

  test.prop([executions, handoffs, stays], options)(
    "S1-017, S3-048: on bottlenecks and roles",
    async (rows, gaps, dwell) => {
      const work = rows.map((row) => ({ ...row, source: "telemetry" }));
      await using asked = await openRows(
        bySource("executions", work) as RowsByTable,
        { ...bySource("handoffs", gaps), dwell } as RowsByTable,
      ); // cells
      expect(await askBottlenecks(asked)).toEqual(
        close(bottlenecksOf({ executions: work, handoffs: gaps, stays: dwell })),
      );
      const { roles } = qualityMetrics({ workflows: [], executions: work, checks: [] });
      expect((await askQualityMetrics(asked)).roles).toEqual(close(roles));
    },
  );
});

/** Whether an agent gets better or worse (S1-015, T-O2). */
import { z } from "zod";
import { countedTrend, RECENT_DAYS, type Counts, type Trend } from "../trend.ts";
import { Known, rowsOf, type Asking } from "./asking.ts";

/** What ended well or badly on one day back from now. */
export interface TrendDay {
  /** When the day began, epoch ms: a whole number of 24 hours before now. */
  readonly since: number;
  readonly successes: number;
  /** Those that failed, too. */
  readonly samples: number;
}

export interface AgentTrend extends Trend {
  readonly agent: string;
  /** How many days back it goes. */
  readonly days: number;
  /** Each day, the earliest first. */
  readonly daily: readonly TrendDay[];
}

export interface TrendOptions {
  /** 8 or more. Default 30. */
  readonly days?: number | undefined;
  /** Epoch ms. Default: the time now. */
  readonly now?: number | undefined;
}

const DAY_MS = 86_400_000;

/** T-O2: days are exact 24 hours back from now. */
export async function askTrend(
  asking: Asking,
  agent: string,
  { days = 30, now = Date.now() }: TrendOptions = {},
): Promise<AgentTrend> {
  const found = await countsByDay(asking, { agent, days, now });
  const day = (back: number): Counts => found.get(back) ?? { n: 0, successes: 0 };
  const sum = (from: number, to: number): Counts => {
    const some = Array.from({ length: Math.max(0, to - from) }, (_, nth) => day(from + nth));
    return {
      n: some.reduce((all, { n }) => all + n, 0),
      successes: some.reduce((all, { successes }) => all + successes, 0),
    };
  };
  const daily = Array.from({ length: days }, (_, nth) => {
    const back = days - 1 - nth;
    const { n, successes } = day(back);
    return { since: now - (back + 1) * DAY_MS, successes, samples: n };
  });
  const trend = countedTrend(sum(0, RECENT_DAYS), sum(RECENT_DAYS, days));
  return { agent, days, ...trend, daily };
}

/** Samples by how many whole days they are old: at their end, or where that is not known, their begin. */
async function countsByDay(
  asking: Asking,
  { agent, days, now }: { readonly agent: string; readonly days: number; readonly now: number },
): Promise<ReadonlyMap<number, Counts>> {
  const samples = (table: string, at: string, more = ""): string => `
    SELECT CAST((?2 - ${at}) / ${DAY_MS} AS INTEGER) AS day, status FROM ${table}
    WHERE agent = ?1 AND status IN ('success', 'failure') ${more}
      AND ${at} > ?2 - ?3 * ${DAY_MS} AND ${at} <= ?2`;
  const all = ["run_executions", "telemetry_executions"].flatMap((table) => [
    samples(table, "endedAt"),
    samples(table, "startedAt", "AND endedAt IS NULL"),
  ]);
  const rows = await rowsOf(asking, {
    text: `SELECT day, COUNT(*) AS n, SUM(status = 'success') AS successes
      FROM (${all.join(" UNION ALL ")}) GROUP BY day`,
    values: [agent, now, days],
    row: z.object({ day: Known, n: Known, successes: Known }),
  });
  return new Map(rows.map(({ day, ...counts }) => [day, counts]));
}

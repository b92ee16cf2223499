/**
 * The best agent for a task (S1-018 to S1-022, T-O3), of all that agents have done.
 *
 * - SQL picks of what an agent was asked for only what its confidence depends on: by `wilson`, the
 *   most alike that went well; by `oak-v1`, how often how many of the task's words were found.
 */
import { z } from "zod";
import { TroupeError } from "../../../errors.ts";
import {
  recommendAgents,
  type AgentRecommendation,
  type Candidate,
  type ConfidenceFormula,
  type RecommendOptions,
  type Recommended,
} from "../best-agent.ts";
import { keywordsOf } from "../keywords.ts";
import type { Past, Wanted } from "../relevance.ts";
import { RECENT, recentRate } from "../candidates.ts";
import { countedWhere, Known, Maybe, Name, rowsOf, type Asking } from "./asking.ts";

export interface BestAgentOptions extends RecommendOptions {
  readonly task: string;
  /** The field that its agent should be of. Default: any. */
  readonly domain?: string | undefined;
  /** What agents declare, by name. Default: nothing. */
  readonly skills?: ReadonlyMap<string, readonly string[]>;
}

/** More of them no sentence has. */
const MOST_KEYWORDS = 500;

/**
 * The agents that are at least as sure as asked for, the surest first, or hints what else to ask.
 *
 * @throws {@link TroupeError} `USAGE` for a task of more than 500 different keywords.
 */
export async function askBestAgents(
  asking: Asking,
  { task, domain, skills = new Map(), ...options }: BestAgentOptions,
): Promise<Recommended> {
  const wanted: Wanted = { task, domain };
  const words = keywordsOf(task);
  if (words.length > MOST_KEYWORDS)
    throw new TroupeError("USAGE", `a task has ${words.length} keywords, more than ${MOST_KEYWORDS}`, {
      hint: "Say in a few sentences what the agent shall do.",
    });
  const pasts = await pastsOf(asking, words, options.formula);
  const known = await knownAgents(asking);
  const names = new Set([...known.keys(), ...skills.keys()]);
  const candidates = [...names].map((agent): Candidate => {
    const { outcomes, types, meanDurationMs } = known.get(agent) ?? NOTHING;
    const own = { pasts: pasts.get(agent) ?? [], skills: skills.get(agent) ?? [] };
    return { agent, types, outcomes, meanDurationMs, recentPerformance: null, ...own };
  });
  const { agents, hints } = recommendAgents(candidates, wanted, options);
  return { agents: await withRecent(asking, agents), hints };
}

type AgentTotals = Pick<Candidate, "outcomes" | "types" | "meanDurationMs">;

const NOTHING: AgentTotals = {
  outcomes: { success: 0, failure: 0, partial: 0, unknown: 0, running: 0 },
  types: [],
  meanDurationMs: null,
};

async function knownAgents(asking: Asking): Promise<ReadonlyMap<string, AgentTotals>> {
  const rows = await rowsOf(asking, {
    text: `SELECT agent, json_group_array(DISTINCT role) AS roles,
      SUM(durationMs) / NULLIF(SUM(durationMsKnown), 0) AS meanDurationMs, ${countedWhere()} AS n,
      ${["success", "failure", "partial", "running"]
        .map((status) => `${countedWhere(`status = '${status}'`)} AS ${status}`)
        .join(", ")}
      FROM agent_totals WHERE agent IS NOT NULL GROUP BY agent`,
    row: z.object({
      agent: z.string(),
      roles: z.string(),
      meanDurationMs: Maybe,
      n: Known,
      success: Known,
      failure: Known,
      partial: Known,
      running: Known,
    }),
  });
  return new Map(
    rows.map(({ agent, roles, meanDurationMs, n, ...counts }) => {
      const { success, failure, partial, running } = counts;
      const types = Roles.parse(JSON.parse(roles)).flatMap((role) => role ?? []);
      const outcomes = { ...counts, unknown: n - success - failure - partial - running };
      return [agent, { outcomes, types, meanDurationMs }];
    }),
  );
}

const Roles = z.array(z.string().nullable());

async function pastsOf(
  asking: Asking,
  words: readonly string[],
  formula: ConfidenceFormula = "wilson",
): Promise<ReadonlyMap<string, readonly Past[]>> {
  const found = ["0", ...words.map((_, nth) => `(instr(keywords, ?${nth + 1}) > 0)`)].join(" + ");
  const size = "length(keywords) - length(replace(keywords, ' ', '')) - 1";
  const counted = `SELECT agent, role, keywords, status, n, COALESCE(${found}, 0) AS found FROM agent_keywords
    WHERE agent IS NOT NULL`;
  const rows = await rowsOf(asking, {
    text:
      formula === "wilson"
        ? // a column beside MIN is of the row that has it
          `SELECT agent, role, keywords, found, MIN(${size}) AS size, n
            FROM (${counted} AND status = 'success') WHERE found > 0 GROUP BY agent, found`
        : `SELECT agent, role, '' AS keywords, found, SUM(n) AS n
            FROM (${counted}) GROUP BY agent, role, found`,
    values: words.map((word) => ` ${word} `),
    row: z.object({ agent: z.string(), role: Name, keywords: Name, found: Known, n: Known }),
  });
  const pastOf = ({ role, keywords, found: many, n }: (typeof rows)[number]): Past =>
    formula === "wilson"
      ? { keywords: cellWords(keywords), type: role, executions: n, successes: n }
      : // which of the words were found does not matter, only how many
        { keywords: words.slice(0, many), type: role, executions: n, successes: 0 };
  return new Map(
    [...Map.groupBy(rows, ({ agent }) => agent)].map(([agent, own]) => [agent, own.map(pastOf)]),
  );
}

function cellWords(cell: string | null): readonly string[] {
  return (cell ?? "").split(" ").filter((word) => word !== "");
}

/** Agents that are asked for at a time: SQLite takes so many parts of a question. */
const AT_ONCE = 50;

/** Adds how each of them did of late. */
async function withRecent(
  asking: Asking,
  agents: readonly AgentRecommendation[],
): Promise<readonly AgentRecommendation[]> {
  const rates = new Map<string, number | null>();
  for (let at = 0; at < agents.length; at += AT_ONCE) {
    const names = agents.slice(at, at + AT_ONCE).map(({ agent }) => agent);
    const rows = await rowsOf(asking, {
      text: names.map((_, nth) => lastOf(`?${nth + 1}`)).join(" UNION ALL "),
      values: names,
      row: z.object({ agent: z.string(), at: Known, startedAt: Maybe, status: z.string() }),
    });
    for (const [agent, own] of Map.groupBy(rows, (row) => row.agent)) rates.set(agent, recentRate(own));
  }
  return agents.map((one) => ({ ...one, recentPerformance: rates.get(one.agent) ?? null }));
}

/** The last executions of an agent that ended well or badly, of each source, by an index. */
function lastOf(agent: string): string {
  const last = (table: string, at: string, known: string): string => `
    SELECT * FROM (SELECT agent, ${at} AS at, startedAt, status FROM ${table}
      WHERE agent = ${agent} AND endedAt IS ${known} AND status IN ('success', 'failure')
      ORDER BY ${at} DESC, startedAt DESC, status DESC LIMIT ${RECENT})`;
  return ["run_executions", "telemetry_executions"]
    .flatMap((table) => [last(table, "endedAt", "NOT NULL"), last(table, "startedAt", "NULL")])
    .join(" UNION ALL ");
}

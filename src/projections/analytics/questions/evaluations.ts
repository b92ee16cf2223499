/**
 * Evaluations of runs (T-E1) and what has got worse (T-E2), asked of a log's tables.
 *
 * - A run is measured against those of its name that were over before it began, so its evaluation
 *   is the same whenever somebody asks, and nothing needs to be kept of it (S4-051).
 */
import { z } from "zod";
import type { Projections } from "../../face.ts";
import type { RunView } from "../../runs-view.ts";
import type { Evaluation, EvaluationFormula } from "../evaluation.ts";
import { historyOf } from "../evaluation-history.ts";
import { evaluate } from "../evaluator.ts";
import { regressionsIn, type Regression } from "../regression.ts";

type Asking = Pick<Projections, "sql">;

/** Of a history; so many runs before the first that is evaluated. */
const BEFORE = 100;
/** What a regression looks at: the last 20, and the 20 before. One more is the run itself. */
const COMPARED = 41;

/** Of one run; undefined where the log has no such run. */
export async function evaluationOf(
  asking: Asking,
  run: string,
  formula?: EvaluationFormula,
): Promise<Evaluation | undefined> {
  const [view] = await viewsOf(asking, "SELECT ?", [run]);
  return view && evaluate(view, historyOf(view, await olderThan(asking, [view])), formula);
}

export interface RegressionOptions {
  /** Of a workflow. Default: all of them. */
  readonly name?: string;
  /** Default: only the version of each name that ran last. */
  readonly allVersions?: boolean;
  /** Points, and percentage points. Default 10 (S4-049). */
  readonly threshold?: number;
}

/** Whether the last run of each workflow is worse than those before it (S4-020). */
export async function regressionsOf(
  asking: Asking,
  { name, allVersions = false, threshold }: RegressionOptions = {},
): Promise<readonly Regression[]> {
  const found: Regression[] = [];
  for (const plan of await plansOf(asking, name, allVersions)) {
    const runs = await viewsOf(
      asking,
      `SELECT workflow FROM run_workflows WHERE name = ? AND version IS ? AND endedAt IS NOT NULL
       ORDER BY startedAt DESC LIMIT ${COMPARED}`,
      [plan.name, plan.version],
    );
    const before = await olderThan(asking, runs);
    const evaluations = runs.map((view) => evaluate(view, historyOf(view, before)));
    found.push(...regressionsIn(evaluations, threshold));
  }
  return found;
}

const Plan = z.object({ name: z.string(), version: z.string().nullable() });

/** Name and version of what has run, the latest first. */
async function plansOf(
  { sql }: Asking,
  name: string | undefined,
  allVersions: boolean,
): Promise<readonly z.infer<typeof Plan>[]> {
  const rows = await sql(
    `SELECT name, version FROM run_workflows WHERE ?1 IS NULL OR name = ?1
     GROUP BY name, version ORDER BY name, max(startedAt) DESC`,
    [name ?? null],
  );
  const plans = rows.map((row) => Plan.parse(row));
  return allVersions ? plans : plans.filter((plan, at) => plan.name !== plans[at - 1]?.name);
}

/** All runs that stand in the history of any of these, which have one name. */
async function olderThan(asking: Asking, views: readonly RunView[]): Promise<readonly RunView[]> {
  const [first, last] = [views.map(({ startedAt }) => startedAt)].flatMap((times) => [
    Math.min(...times),
    Math.max(...times),
  ]);
  const name = views[0]?.name;
  if (first === undefined || last === undefined || name === undefined) return [];
  return viewsOf(
    asking,
    `SELECT workflow FROM run_workflows WHERE name = ?1 AND endedAt <= ?3 AND endedAt >= coalesce(
       (SELECT endedAt FROM run_workflows WHERE name = ?1 AND endedAt <= ?2
        ORDER BY endedAt DESC LIMIT 1 OFFSET ${BEFORE - 1}), 0)`,
    [name, first, last],
  );
}

/** Rows of runs, by their ids. */
async function viewsOf(
  { sql }: Asking,
  ids: string,
  values: readonly (string | number | null)[],
): Promise<readonly RunView[]> {
  const rows = await sql(
    `SELECT row FROM rows_of_runs WHERE row IS NOT NULL AND key IN (${ids})`,
    values,
  );
  return rows.map(({ row }) => JSON.parse(String(row)) as RunView); // what the fold of runs has made
}

/**
 * Invocations of agents elsewhere: one row each, by id, of all that lines of telemetry say of it.
 *
 * - P2: lines are joined field by field (`said.ts`), so it does not matter in which order, in how
 *   many batches, or how often they come.
 */
import { keywordCell } from "../analytics/keywords.ts";
import type { Projection } from "../projection.ts";
import { defineTable } from "../table.ts";
import { EXECUTION, type ExecutionRow } from "../tables/columns.ts";
import { EXECUTION_INDEXES } from "../tables/indexes.ts";
import { executionTotals, telemetrySingles } from "../tables/totals.ts";
import { batchIn } from "./batch.ts";
import type { InvocationEntry } from "./entries.ts";
import { countIn, flagIn, joined, msIn, numberIn, textIn, type Said } from "./said.ts";

export interface InvocationRow {
  /** Epoch ms; absent as long as only ratings and updates are known. */
  readonly startedAt?: number;
  readonly workflow?: string;
  /** By the names of T-O0. */
  readonly said: Said;
}

/** An invocation after what some lines say of it. Of several beginnings the first counts. */
export function withEntries(
  row: InvocationRow | undefined,
  entries: readonly InvocationEntry[],
): InvocationRow {
  let next: InvocationRow = row ?? { said: {} };
  for (const entry of entries) {
    const startedAt = least(next.startedAt, entry.startedAt);
    const workflow = least(next.workflow, entry.workflow);
    next = {
      ...(startedAt !== undefined && { startedAt }),
      ...(workflow !== undefined && { workflow }),
      said: joined(next.said, entry.said),
    };
  }
  return next;
}

function least<T extends number | string>(a: T | undefined, b: T | undefined): T | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

/** `success`, `failure`, `partial`, `unknown`, or `running` while neither length nor outcome is known. */
function statusOf({ said }: InvocationRow): string {
  const status = textIn(said, "status");
  if (status !== null && status !== "unknown") return status;
  const rated = flagIn(said, "rating_success");
  if (rated !== null) return rated ? "success" : "failure";
  const isOver = numberIn(said, "duration_seconds") !== null || flagIn(said, "running") === false;
  return isOver ? "unknown" : "running";
}

/** 0 to 1: of a rating from 1 to 5, else as it was said. */
function qualityOf({ said }: InvocationRow): number | null {
  const rating = numberIn(said, "quality_rating");
  const quality = numberIn(said, "quality_score");
  const known = quality !== null && quality <= 1 ? quality : null;
  if (rating === null) return known;
  const rated = (rating - 1) / 4;
  // an export says both: then the one that was not calculated with is exact
  return known !== null && Math.abs(known - rated) < 1e-9 ? known : rated;
}

/** Nothing as long as nobody has said that it began: a rating is no execution. */
export function executionRow(row: InvocationRow, id: string): ExecutionRow | undefined {
  const { said, startedAt, workflow = null } = row;
  const agent = textIn(said, "agent_name");
  if (startedAt === undefined || agent === null) return undefined;
  const durationMs = msIn(said, "duration_seconds");
  const description = textIn(said, "task_description");
  return {
    id,
    source: "telemetry",
    workflow,
    task: textIn(said, "task_id"),
    agent,
    role: textIn(said, "agent_type"),
    model: textIn(said, "model"),
    description,
    keywords: keywordCell(description ?? ""),
    startedAt,
    endedAt: durationMs === null ? null : startedAt + durationMs,
    durationMs,
    status: statusOf(row),
    failure: textIn(said, "error_message"),
    calls: countIn(said, "calls"),
    tokens: countIn(said, "tokens"),
    money: numberIn(said, "cost"),
    quality: qualityOf(row),
    refinements: countIn(said, "refinement_iterations"),
  };
}

export const invocations: Projection<InvocationRow> = {
  name: "invocations",
  version: 1,
  key: ({ stream }, body) => batchIn(stream, body)?.invocationIds,
  fold: (row, { stream, body }, key) =>
    withEntries(row, batchIn(stream, body)?.invocations.get(key) ?? []),
  tables: [
    defineTable({
      name: "telemetry_executions",
      columns: EXECUTION,
      indexes: [...EXECUTION_INDEXES, ["startedAt"], ["task"]],
      totals: [...executionTotals("telemetry"), telemetrySingles],
      spread: (row: InvocationRow, id) => {
        const execution = executionRow(row, id);
        return execution === undefined ? [] : [execution];
      },
    }),
  ],
};

/** What runs and telemetry come to, in the same rows as in the tables. Pure. */
import type { RunView } from "../runs-view.ts";
import type { ExecutionRow, HandoffRow, WorkflowRow } from "../tables/columns.ts";
import { runExecutions } from "../tables/run-executions.ts";
import { runHandoffs } from "../tables/run-handoffs.ts";
import { runWorkflows } from "../tables/run-workflows.ts";
import { executionRow } from "../telemetry/invocations.ts";
import { handoffRows, workflowRow } from "../telemetry/workflow-rows.ts";
import type { ExportSource } from "./source.ts";

export function executionsOfRun(view: RunView): readonly ExecutionRow[] {
  return runExecutions.spread(view, view.run) as readonly ExecutionRow[]; // so the table is defined
}

export function workflowsOfRun(view: RunView): readonly WorkflowRow[] {
  return runWorkflows.spread(view, view.run) as readonly WorkflowRow[]; // so the table is defined
}

export function handoffsOfRun(view: RunView): readonly HandoffRow[] {
  return runHandoffs.spread(view, view.run) as readonly HandoffRow[]; // so the table is defined
}

/** An execution, and the case that it belongs to where it names no workflow. */
export interface ExportedExecution {
  readonly row: ExecutionRow;
  /** The session of telemetry. */
  readonly session: string | null;
}

/** All executions: of runs first, then of telemetry. */
export async function* executionsIn(source: ExportSource): AsyncGenerator<ExportedExecution> {
  for await (const view of source.runs())
    for (const row of executionsOfRun(view)) yield { row, session: view.run };
  for await (const { key, row } of source.invocations()) {
    const execution = executionRow(row, key);
    const session = row.said["session_id"]?.v;
    if (execution !== undefined)
      yield { row: execution, session: typeof session === "string" ? session : null };
  }
}

/** All workflows: runs first, then those of telemetry. */
export async function* workflowsIn(source: ExportSource): AsyncGenerator<WorkflowRow> {
  for await (const view of source.runs()) yield* workflowsOfRun(view);
  for await (const { key, row } of source.workflows()) {
    const workflow = workflowRow(row, key);
    if (workflow !== undefined) yield workflow;
  }
}

/** All hand-offs, those of one workflow behind one another. */
export async function* handoffsIn(source: ExportSource): AsyncGenerator<HandoffRow> {
  for await (const view of source.runs()) yield* handoffsOfRun(view);
  for await (const { key, row } of source.workflows()) yield* handoffRows(row, key);
}

/** ISO 8601 in UTC, with ms; null where it is not known. */
export function isoOf<T extends number | null>(at: T): T extends number ? string : string | null;
export function isoOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

export function secondsOf(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}

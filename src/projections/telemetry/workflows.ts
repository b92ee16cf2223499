/**
 * Workflows elsewhere: one row each, by id, of all that lines of telemetry say of it, of its
 * hand-offs, and of the invocations that name it.
 *
 * - P2: as for invocations, lines are joined, so no order of them matters.
 * - A rating or an update that does not name its workflow is not known here; the row of its
 *   invocation has it.
 */
import type { Projection } from "../projection.ts";
import { defineTable } from "../table.ts";
import { HANDOFF, WORKFLOW } from "../tables/columns.ts";
import { HANDOFF_INDEXES, WORKFLOW_INDEXES } from "../tables/indexes.ts";
import { workflowsTotals } from "../tables/totals.ts";
import { batchIn, type BatchView } from "./batch.ts";
import type { HandoffEntry, InvocationEntry, WorkflowEntry } from "./entries.ts";
import { withEntries, type InvocationRow } from "./invocations.ts";
import { joined, textIn, type Said } from "./said.ts";
import { handoffRows, workflowRow } from "./workflow-rows.ts";

export interface TelemetryWorkflow {
  /** Epoch ms; absent until its start is known. */
  readonly startedAt?: number;
  /** By the names of T-O0; `ended_at` is when it was complete, epoch ms. */
  readonly said: Said;
  /** In order, each once. */
  readonly handoffs: readonly HandoffEntry[];
  /** By id. */
  readonly invocations: Readonly<Record<string, InvocationRow>>;
}

const NOTHING: TelemetryWorkflow = { said: {}, handoffs: [], invocations: {} };

/** A workflow after what a batch says of it. */
function withBatch(
  row: TelemetryWorkflow | undefined,
  id: string,
  { workflows, parts }: Pick<BatchView, "workflows" | "parts">,
): TelemetryWorkflow {
  const own = (workflows.get(id) ?? []).reduce(withEvent, row ?? NOTHING);
  return withParts(own, parts.get(id) ?? []);
}

function withEvent(
  row: TelemetryWorkflow,
  { startedAt, handoff, said }: WorkflowEntry,
): TelemetryWorkflow {
  const began = Math.min(
    row.startedAt ?? Number.POSITIVE_INFINITY,
    startedAt ?? Number.POSITIVE_INFINITY,
  );
  return {
    ...row,
    ...(Number.isFinite(began) && { startedAt: began }),
    said: joined(row.said, said),
    handoffs: handoff === undefined ? row.handoffs : withHandoff(row.handoffs, handoff),
  };
}

/** The same hand-off again is none; what else is said of it counts for both. */
function withHandoff(known: readonly HandoffEntry[], handoff: HandoffEntry): readonly HandoffEntry[] {
  const key = keyOf(handoff);
  const same = known.find((one) => keyOf(one) === key);
  const whole = same === undefined ? handoff : { ...same, said: joined(same.said, handoff.said) };
  return [...known.filter((one) => one !== same), whole].toSorted(
    (a, b) => a.at - b.at || (keyOf(a) < keyOf(b) ? -1 : 1),
  );
}

/** Between the same two at one time, one for each pair of tasks. */
function keyOf({ at, from, to, said }: HandoffEntry): string {
  return JSON.stringify([at, from, to, textIn(said, "from_task"), textIn(said, "to_task")]);
}

function withParts(row: TelemetryWorkflow, entries: readonly InvocationEntry[]): TelemetryWorkflow {
  if (entries.length === 0) return row;
  const all = new Map(Object.entries(row.invocations));
  for (const entry of entries) all.set(entry.id, withEntries(all.get(entry.id), [entry]));
  const sorted = [...all].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { ...row, invocations: Object.fromEntries(sorted) };
}

export const telemetryWorkflows: Projection<TelemetryWorkflow> = {
  name: "telemetry-workflows",
  version: 1,
  key: ({ stream }, body) => batchIn(stream, body)?.workflowIds,
  fold(row, { stream, body }, key) {
    const batch = batchIn(stream, body);
    return batch === undefined ? row : withBatch(row, key, batch);
  },
  tables: [
    defineTable({
      name: "telemetry_workflows",
      columns: WORKFLOW,
      indexes: WORKFLOW_INDEXES,
      totals: workflowsTotals("telemetry"),
      spread: (row: TelemetryWorkflow, id) => {
        const workflow = workflowRow(row, id);
        return workflow === undefined ? [] : [workflow];
      },
    }),
    defineTable({
      name: "telemetry_handoffs",
      columns: HANDOFF,
      indexes: HANDOFF_INDEXES,
      spread: handoffRows,
    }),
  ],
};

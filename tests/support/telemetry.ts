/** Telemetry that tests share. */
import type { JsonObject } from "../../src/events/json.ts";
import type { RecordBody } from "../../src/events/record.ts";
import type { Projection, StepRecord } from "../../src/projections/projection.ts";
import { invocations, type InvocationRow } from "../../src/projections/telemetry/invocations.ts";
import {
  telemetryWorkflows,
  type TelemetryWorkflow,
} from "../../src/projections/telemetry/workflows.ts";

const place = { workflow_id: "wf-001", session_id: "s-1" };

/** The example log of S1-011. */
export const S1_011: readonly JsonObject[] = [
  {
    timestamp: "2025-10-21T10:00:00Z",
    event: "workflow_start",
    ...place,
    project_name: "E-Commerce",
    agent_plan: ["backend-architect", "frontend-developer"],
    estimated_duration: 3600,
  },
  {
    timestamp: "2025-10-21T10:45:00Z",
    event: "agent_handoff",
    ...place,
    from_agent: "backend-architect",
    to_agent: "frontend-developer",
    artifacts: ["artifacts/api-spec.yaml"],
  },
  {
    timestamp: "2025-10-21T11:30:00Z",
    event: "workflow_complete",
    ...place,
    duration_seconds: 5400,
    success: true,
    agents_executed: ["backend-architect", "frontend-developer"],
  },
];

/** Lines as a file holds them. */
export function jsonl(lines: readonly JsonObject[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

function record(lines: readonly JsonObject[], n: number): StepRecord {
  const input = { lines: [...lines] };
  const body: RecordBody = {
    v: 1,
    version: "1",
    epoch: 1,
    born: { id: "t", input },
    state: "RECORDED",
    status: "done",
    hash: "",
    owes: 0,
  };
  return {
    id: `r${n}`,
    type: "troupe.started",
    at: 1,
    correlation: "c",
    stream: `telemetry/t${n}`,
    seq: 1,
    body,
  };
}

/** The rows that batches come to, by key. */
export function folded<TRow>(
  projection: Projection<TRow>,
  batches: readonly (readonly JsonObject[])[],
): ReadonlyMap<string, TRow> {
  const rows = new Map<string, TRow>();
  for (const [n, lines] of batches.entries()) {
    const step = record(lines, n);
    for (const key of projection.key(step, step.body) ?? []) {
      const row = projection.fold(rows.get(key), step, key);
      if (row !== undefined) rows.set(key, row);
    }
  }
  return new Map([...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** All tables of both projections, by their name. */
export function tables(
  ...batches: (readonly JsonObject[])[]
): Readonly<Record<string, readonly object[]>> {
  const spread = <TRow>(projection: Projection<TRow>): [string, readonly object[]][] => {
    const rows = folded(projection, batches);
    return (projection.tables ?? []).map((table) => [
      table.name,
      [...rows].flatMap(([key, row]) => table.spread(row, key)),
    ]);
  };
  return Object.fromEntries([
    ...spread<InvocationRow>(invocations),
    ...spread<TelemetryWorkflow>(telemetryWorkflows),
  ]);
}

/** Imported telemetry as lines again (T-O0), with all fields that were said. Pure. */
import type { Json, JsonObject } from "../../events/json.ts";
import type { InvocationRow } from "../telemetry/invocations.ts";
import type { Said } from "../telemetry/said.ts";
import type { TelemetryWorkflow } from "../telemetry/workflows.ts";
import { isoOf } from "./rows.ts";
import { known } from "./run-lines.ts";

/** The invocation as far as it is known, and its rating. */
export function* linesOfInvocation(id: string, row: InvocationRow): Generator<JsonObject> {
  const place = { invocation_id: id, workflow_id: row.workflow ?? null };
  const { rating_success, quality_rating, rating_workflow, ...work } = row.said;
  // a rating alone is no work
  if (Object.keys(work).some((field) => field !== "session_id"))
    yield known({ ...workFields(row.startedAt, work), ...place });
  if (rating_success === undefined) return;
  yield known({
    timestamp: isoOf(rating_success.at),
    invocation_id: id,
    // most ratings name none, and what their workflow does not know it should not learn on the way
    workflow_id: rating_workflow?.v ?? null,
    session_id: work["session_id"]?.v ?? null,
    success: rating_success.v,
    quality_rating: quality_rating?.v ?? null,
  });
}

function workFields(startedAt: number | undefined, work: Said): JsonObject {
  const { status, error_message, ...rest } = work;
  const fields = valuesOf(rest);
  const message = error_message === undefined ? {} : { error_message: error_message.v };
  return {
    timestamp: isoOf(startedAt ?? latest(work)),
    ...fields,
    duration_seconds: fields["duration_seconds"] ?? null,
    outcome: status === undefined ? null : { status: status.v, ...message },
  };
}

/** Said when a workflow is complete; all else, when it starts. */
const AT_END: ReadonlySet<string> = new Set([
  "duration_seconds",
  "success",
  "agents_executed",
  "status",
  "critical_path_seconds",
]);

/** Its events; what its invocations are, their own rows say. */
export function* linesOfWorkflow(
  id: string,
  { startedAt, said, handoffs }: TelemetryWorkflow,
): Generator<JsonObject> {
  const { ended_at, ...rest } = said;
  const fields = Object.entries(valuesOf(rest));
  const { session_id } = Object.fromEntries(fields);
  const place = { workflow_id: id, session_id: session_id ?? null };
  const isOver = typeof ended_at?.v === "number";
  const atEnd = ([name]: readonly [string, Json]): boolean =>
    isOver && (startedAt === undefined || AT_END.has(name));
  if (startedAt !== undefined) {
    const own = Object.fromEntries(fields.filter((field) => !atEnd(field)));
    yield known({ timestamp: isoOf(startedAt), event: "workflow_start", ...own, ...place });
  }
  for (const { from, to, at, said: more } of handoffs) {
    const handoff = { event: "agent_handoff", from_agent: from, to_agent: to };
    yield known({ timestamp: isoOf(at), ...handoff, ...place, ...valuesOf(more) });
  }
  if (!isOver) return;
  const own = Object.fromEntries(fields.filter(atEnd));
  yield known({
    timestamp: isoOf(Number(ended_at.v)),
    event: "workflow_complete",
    success: false,
    ...own,
    ...place,
  });
}

function valuesOf(said: Said): JsonObject {
  return Object.fromEntries(Object.entries(said).map(([name, { v }]) => [name, v]));
}

function latest(said: Said): number {
  return Object.values(said).reduce((most, { at }) => Math.max(most, at), -Infinity);
}

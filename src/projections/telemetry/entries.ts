/**
 * Lines of telemetry as what they say of an invocation, a workflow, or both. Pure.
 *
 * - All shapes of a line come to the fields of T-O0: `duration` is `duration_seconds`, and so on.
 * - Times are epoch ms from here on; lengths stay seconds, as they were said (T-O4).
 */
import { createHash } from "node:crypto";
import { instantOf } from "../../events/telemetry/instant.ts";
import type { Json, JsonObject } from "../../events/json.ts";
import { readLine, type TelemetryShape } from "../../events/telemetry/line.ts";
import type { Mark, Said } from "./said.ts";

/** What one line says of an invocation. */
export interface InvocationEntry {
  readonly id: string;
  /** Whose intervals it belongs to. */
  readonly workflow?: string;
  /** Absent where the line does not say that it began: a rating, an update. */
  readonly startedAt?: number;
  readonly said: Said;
}

/** What one line says of a workflow. */
export interface WorkflowEntry {
  readonly id: string;
  readonly startedAt?: number;
  readonly handoff?: HandoffEntry;
  readonly said: Said;
}

export interface HandoffEntry {
  readonly from: string;
  readonly to: string;
  readonly at: number;
  /** `artifacts`, and what else was said of it. */
  readonly said: Said;
}

export interface Entries {
  readonly invocation?: InvocationEntry;
  readonly workflow?: WorkflowEntry;
}

/** Nothing where the line is none: it came past the border. */
export function entriesOf(value: unknown): Entries {
  const read = readLine(value);
  return read.fault === undefined ? READERS[read.shape](read.line) : {};
}

const READERS: Readonly<Record<TelemetryShape, (line: JsonObject) => Entries>> = {
  invocation: (line) => ({
    invocation: invocation(line, { rank: 0, startedAt: momentIn(line["timestamp"]) }),
  }),
  update: (line) => ({ invocation: invocation(line, { rank: 1 }) }),
  rating: (line) => ({ invocation: rating(line) }),
  metrics: (line) => ({
    invocation: invocation(fromMetrics(line), { rank: 0, startedAt: momentIn(line["start_time"]) }),
  }),
  execution: (line) => ({ invocation: execution(line) }),
  workflow: (line) => ({ workflow: workflowEvent(line) }),
  orchestration: (line) => ({ workflow: orchestration(line) }),
};

/** Said elsewhere: they are no fields of what a line is about. */
const PLACES: ReadonlySet<string> = new Set([
  "timestamp",
  "invocation_id",
  "workflow_id",
  "event",
  "outcome",
]);

/** All fields that are known. */
function saidIn(line: JsonObject, at: number, rank = 0): Record<string, Mark> {
  const said: Record<string, Mark> = {};
  for (const [name, v] of Object.entries(line))
    if (v !== null && !PLACES.has(name)) said[name] = rank === 0 ? { v, at } : { v, at, rank };
  return said;
}

function invocation(
  line: JsonObject,
  { rank, startedAt }: { readonly rank: number; readonly startedAt?: number },
): InvocationEntry {
  const at = startedAt ?? momentIn(line["timestamp"]);
  const said = saidIn(line, at, rank);
  const { outcome, invocation_id: id, workflow_id: workflow } = line;
  if (isObject(outcome)) {
    const { status, ...rest } = outcome;
    Object.assign(said, saidIn(rest, at, rank));
    // what is not known stands behind whatever is
    if (status !== undefined)
      said["status"] = { v: status, at, rank: status === "unknown" ? -1 : rank };
  }
  return {
    id: typeof id === "string" ? id : `line-${digest(line)}`,
    ...(typeof workflow === "string" && { workflow }),
    ...(startedAt !== undefined && { startedAt }),
    said,
  };
}

/** It adds quality, and no second execution; its own verdict stands in for a missing one. */
function rating(line: JsonObject): InvocationEntry {
  const { success, quality_rating, ...rest } = line;
  const own = {
    rating_success: success ?? null,
    quality_rating: quality_rating ?? null,
    rating_workflow: line["workflow_id"] ?? null,
  };
  return invocation({ ...rest, ...own }, { rank: -1 });
}

/** S0-057. */
function fromMetrics(line: JsonObject): JsonObject {
  const { start_time, end_time, duration, token_usage, success, error_message, ...rest } = line;
  const startedAt = momentIn(start_time);
  const length = duration ?? (end_time == null ? null : (momentIn(end_time) - startedAt) / 1_000);
  return {
    ...rest,
    ...idOf(line),
    duration_seconds: typeof length === "number" ? Math.max(0, length) : null,
    tokens: token_usage ?? null,
    outcome: { status: statusOf(success), error_message: error_message || null },
  };
}

/** S2-012: it is recorded once it is over. */
function execution(line: JsonObject): InvocationEntry {
  const { timestamp, duration_ms, tokens_used, success, ...rest } = line;
  const ms = typeof duration_ms === "number" ? duration_ms : 0;
  const outcome = { status: statusOf(success), error_message: rest["error_message"] ?? null };
  const known = {
    ...rest,
    ...idOf(line),
    duration_seconds: ms / 1_000,
    tokens: tokens_used ?? null,
    outcome,
  };
  return invocation(known, { rank: 0, startedAt: Math.round(momentIn(timestamp) - ms) });
}

function workflowEvent(line: JsonObject): WorkflowEntry {
  const id = nameIn(line["workflow_id"]);
  const at = momentIn(line["timestamp"]);
  const said = saidIn(line, at);
  if (line["event"] === "workflow_start") return { id, startedAt: at, said };
  if (line["event"] === "workflow_complete") return { id, said: { ...said, ended_at: { v: at, at } } };
  const { from_agent, to_agent, ...more } = line;
  const handoff = { from: nameIn(from_agent), to: nameIn(to_agent), at, said: saidIn(more, at) };
  return { id, handoff, said: {} };
}

/** S0-058: a workflow in one line. */
function orchestration(line: JsonObject): WorkflowEntry {
  const { orchestration_id, start_time, end_time, total_duration, agents_used, tasks_failed, ...rest } =
    line;
  const startedAt = momentIn(start_time);
  const length = typeof total_duration === "number" ? Math.round(total_duration * 1_000) : undefined;
  const endedAt = end_time == null ? length && startedAt + length : momentIn(end_time);
  const known = { ...rest, agents_executed: agents_used ?? null, tasks_failed: tasks_failed ?? null };
  const over = endedAt !== undefined && {
    ended_at: endedAt,
    success: line["success"] ?? (tasks_failed ?? 0) === 0,
    duration_seconds: total_duration ?? null,
  };
  return { id: nameIn(orchestration_id), startedAt, said: saidIn({ ...known, ...over }, startedAt) };
}

/** Of a line without one: the same line is the same execution. */
function idOf(line: JsonObject): JsonObject {
  return { invocation_id: line["invocation_id"] ?? `line-${digest(line)}` };
}

function digest(line: JsonObject): string {
  const sorted = Object.entries(line).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 24);
}

function statusOf(success: Json | undefined): string {
  if (success === true) return "success";
  return success === false ? "failure" : "unknown";
}

/** Of what the schema has passed. */
function nameIn(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Epoch ms of what the schema has passed. */
function momentIn(value: Json | undefined): number {
  if (typeof value === "number") return Math.round(value * 1_000);
  return (typeof value === "string" ? instantOf(value) : undefined) ?? 0;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

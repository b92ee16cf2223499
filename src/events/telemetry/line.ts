/**
 * Lines of telemetry (T-O0): one JSON object each. What a line is follows from its fields:
 *
 *     event                        → a workflow event (S1-001 to S1-003)
 *     agent_name, invocation_id    → an invocation
 *     agent_name, start_time       → an agent's metrics (S0-057)
 *     agent_name, duration_ms      → an execution (S2-012)
 *     orchestration_id             → an orchestrator's metrics (S0-058)
 *     invocation_id, success       → a success metric
 *     invocation_id                → what else is known of an invocation by now
 *
 * - Times are ISO in any zone, lengths seconds unless their name says `ms`; null is "not known".
 * - Fields that no shape knows are kept, whatever they hold.
 */
import { z } from "zod";
import type { JsonObject } from "../json.ts";
import { nearest } from "../nearest.ts";
import { instantOf } from "./instant.ts";

export type TelemetryShape =
  | "workflow"
  | "invocation"
  | "metrics"
  | "execution"
  | "orchestration"
  | "rating"
  | "update";

/** A line that is sound, or what is wrong with it. */
export type ReadLine =
  | { readonly shape: TelemetryShape; readonly line: JsonObject; readonly fault?: undefined }
  | { readonly fault: string };

const WORKFLOW_EVENTS = ["workflow_start", "agent_handoff", "workflow_complete"] as const;
const STATUSES = ["success", "failure", "partial", "unknown"] as const;

/** How long an id or a name may be, in characters. */
const MAX_NAME = 512;

const name = z
  .string()
  .min(1)
  .max(MAX_NAME)
  .regex(/^\P{Cc}*$/u, { error: "holds a control character" })
  .refine((text) => text.isWellFormed(), { error: "is cut within a character" });
/** So that a length before or behind them is of a year with four digits, too, which ISO texts have. */
const FIRST = Date.parse("1000-01-01T00:00:00Z");
const LAST = Date.parse("9700-01-01T00:00:00Z");
const moment = z.string().refine((text) => isWithin(instantOf(text)), {
  error: "is no time such as 2025-10-21T10:00:00Z, of a year from 1000 to 9699",
});
/** ISO, or epoch seconds. */
const anyMoment = z.union(
  [
    moment,
    z
      .number()
      .min(0)
      .lt(LAST / 1_000),
  ],
  {
    error: "is neither a time such as 2025-10-21T10:00:00Z nor epoch seconds",
  },
);
/** How long something may take in seconds, so that ms are exact: 285 years. */
export const MOST_SECONDS = 9e9;
const seconds = z.number().min(0).max(MOST_SECONDS);
const amount = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const names = z.array(name);
const outcome = z.looseObject({
  status: z.enum(STATUSES),
  error_message: z.string().nullish(),
});

const session = { session_id: name.nullish() };
const own = { invocation_id: name.nullish(), workflow_id: name.nullish(), ...session };
const spent = { tokens: amount.nullish(), cost: amount.nullish() };
const later = { duration_seconds: seconds.nullish(), outcome: outcome.nullish(), ...spent };

const workflow = { timestamp: moment, workflow_id: name, ...session };
const EVENTS: Readonly<Record<(typeof WORKFLOW_EVENTS)[number], z.ZodType>> = {
  workflow_start: z.looseObject({
    ...workflow,
    project_name: z.string().nullish(),
    agent_plan: names.nullish(),
    estimated_duration: seconds.nullish(),
  }),
  agent_handoff: z.looseObject({
    ...workflow,
    from_agent: name,
    to_agent: name,
    artifacts: z.array(z.string()).nullish(),
  }),
  workflow_complete: z.looseObject({
    ...workflow,
    duration_seconds: seconds.nullish(),
    success: z.boolean(),
    agents_executed: names.nullish(),
  }),
};

const SHAPES: Readonly<Record<Exclude<TelemetryShape, "workflow">, z.ZodType>> = {
  invocation: z.looseObject({
    timestamp: moment,
    invocation_id: name,
    agent_name: name,
    agent_type: z.string().nullish(),
    task_description: z.string().nullish(),
    workflow_id: name.nullish(),
    ...session,
    ...later,
  }),
  metrics: z.looseObject({
    ...own,
    agent_name: name,
    task_id: name.nullish(),
    start_time: anyMoment,
    end_time: anyMoment.nullish(),
    duration: seconds.nullish(),
    quality_score: z.number().min(0).max(1).nullish(),
    token_usage: amount.nullish(),
    refinement_iterations: amount.nullish(),
    success: z.boolean().nullish(),
    error_message: z.string().nullish(),
  }),
  execution: z.looseObject({
    ...own,
    timestamp: moment,
    agent_name: name,
    duration_ms: z.number().min(0).max(9e12),
    success: z.boolean(),
    tokens_used: amount.nullish(),
    cost: amount.nullish(),
  }),
  orchestration: z.looseObject({
    orchestration_id: name,
    pattern: z.string().nullish(),
    start_time: anyMoment,
    end_time: anyMoment.nullish(),
    total_duration: seconds.nullish(),
    agents_used: names.nullish(),
    tasks_completed: amount.nullish(),
    tasks_failed: amount.nullish(),
    average_quality: z.number().min(0).max(1).nullish(),
    total_tokens: amount.nullish(),
    refinement_cycles: amount.nullish(),
  }),
  rating: z.looseObject({
    timestamp: moment,
    invocation_id: name,
    success: z.boolean(),
    quality_rating: z.number().min(1).max(5).nullish(),
    workflow_id: name.nullish(),
    ...session,
  }),
  update: z.looseObject({
    timestamp: moment,
    invocation_id: name,
    workflow_id: name.nullish(),
    ...session,
    ...later,
  }),
};

/** Keys that the recorder of events keeps for itself. */
const RESERVED = ["__proto__", "troupe$", "xstate$$type"] as const;
/** Lists and objects in one another: deeper ones are no telemetry, and exhaust whoever walks them. */
const MAX_DEPTH = 64;

/** Reads what stands in a line, as `JSON.parse` gives it. Never throws. */
export function readLine(value: unknown): ReadLine {
  if (!isObject(value)) return { fault: `it is ${kindOf(value)}, not a JSON object` };
  const lost = unkept(value, 0);
  if (lost !== undefined) return { fault: lost };
  const chosen = schemaOf(value);
  if (typeof chosen === "string") return { fault: chosen };
  const read = chosen.schema.safeParse(value);
  if (!read.success) return { fault: faultIn(read.error) };
  return { shape: chosen.shape, line: value as JsonObject }; // the log refuses what is no JSON (L7)
}

/** What of a line the log could not keep as it is. */
function unkept(value: unknown, depth: number): string | undefined {
  if (typeof value === "number" && !Number.isFinite(value))
    return "it holds a number that is too large";
  if (typeof value !== "object" || value === null) return undefined;
  if (depth === MAX_DEPTH) return `it is nested more than ${MAX_DEPTH} deep`;
  const reserved = RESERVED.find((key) => Object.hasOwn(value, key));
  if (reserved !== undefined) return `"${reserved}" cannot be kept: use another key`;
  for (const one of Object.values(value)) {
    const fault = unkept(one, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

interface Chosen {
  readonly shape: TelemetryShape;
  readonly schema: z.ZodType;
}

/** By the fields that are there; a text says why there is none. */
function schemaOf(line: Readonly<Record<string, unknown>>): Chosen | string {
  if (line["event"] !== undefined) return eventSchema(line["event"]);
  const shape = shapeOf(line);
  if (shape !== undefined) return { shape, schema: SHAPES[shape] };
  return 'it has none of "event", "agent_name", "invocation_id" and "orchestration_id"';
}

function eventSchema(event: unknown): Chosen | string {
  const known = WORKFLOW_EVENTS.find((one) => one === event);
  if (known !== undefined) return { shape: "workflow", schema: EVENTS[known] };
  const near = typeof event === "string" ? nearest(event, WORKFLOW_EVENTS) : undefined;
  const help = near === undefined ? `one of ${WORKFLOW_EVENTS.join(", ")}` : `did you mean "${near}"?`;
  return `"event" is ${shown(event)}: ${help}`;
}

function shapeOf(
  line: Readonly<Record<string, unknown>>,
): Exclude<TelemetryShape, "workflow"> | undefined {
  const has = (key: string): boolean => line[key] !== undefined;
  if (has("agent_name")) {
    if (has("invocation_id") && has("timestamp") && !has("duration_ms")) return "invocation";
    if (has("start_time")) return "metrics";
    return has("duration_ms") ? "execution" : "invocation";
  }
  if (has("orchestration_id")) return "orchestration";
  if (has("invocation_id")) return has("success") ? "rating" : "update";
  return undefined;
}

function isWithin(at: number | undefined): boolean {
  return at !== undefined && at >= FIRST && at < LAST;
}

/** The first thing that is wrong. Texts that stand there are not repeated: one may be a secret. */
function faultIn({ issues }: z.ZodError): string {
  const [issue] = issues;
  const place = issue?.path.join(".") ?? "";
  if (issue?.code === "invalid_type" && issue.message.endsWith("received undefined"))
    return `"${place}" is missing`;
  return `"${place}": ${issue?.message ?? "is not sound"}`;
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : kindOf(value);
}

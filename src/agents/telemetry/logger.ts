/**
 * Telemetry of programs that Troupe does not run: what their agents do, told by themselves, into a
 * log or into a file of JSON lines. Both have one API.
 *
 *     const log = telemetry(host);
 *     await log.logWorkflowStart({ workflow: "wf-1", project: "Shop", agents: ["ada", "bob"] });
 *     const id = await log.logInvocation({ agent: "ada", role: "backend", description: "Build the API" });
 *     await log.updateInvocation(id, { durationMs: 5_000, status: "success" });
 */
import { randomUUID } from "node:crypto";
import { systemClock, type Clock } from "../../actors/clock.ts";
import { TroupeError } from "../../errors.ts";
import type { Json, JsonObject } from "../../events/json.ts";
import { readLine } from "../../events/telemetry/line.ts";

export interface LoggerOptions {
  /** Stands in every line. Default: a new one for each logger. */
  readonly sessionId?: string;
  /** Default: the machine's time. */
  readonly clock?: Pick<Clock, "now">;
}

export interface WorkflowStarted {
  readonly workflow: string;
  readonly project: string;
  /** Who is to work, in order. */
  readonly agents: readonly string[];
  readonly estimatedMs?: number;
}

export interface HandedOff {
  readonly workflow: string;
  readonly from: string;
  readonly to: string;
  /** Paths. Default: none. */
  readonly artifacts?: readonly string[];
}

export interface WorkflowCompleted {
  readonly workflow: string;
  readonly durationMs: number;
  readonly success: boolean;
  /** Who has worked, in order. */
  readonly agents: readonly string[];
}

/** What is known of an invocation once it is over, or by now. */
export interface InvocationOutcome {
  readonly durationMs?: number;
  readonly status?: "success" | "failure" | "partial" | "unknown";
  readonly error?: string;
  readonly tokens?: number;
  readonly cost?: number;
  /** So that the workflow's statistics know of it, too. */
  readonly workflow?: string;
}

export interface Invoked extends InvocationOutcome {
  readonly agent: string;
  readonly role?: string;
  readonly description?: string;
  /** Epoch ms. Default: now, less its length. */
  readonly startedAt?: number;
}

export interface Succeeded {
  readonly success: boolean;
  /** 1 to 5, 5 is best. */
  readonly rating?: number;
  readonly workflow?: string;
}

/** An execution that is over (S0-057, S2-012). */
export interface AgentExecution {
  readonly agent: string;
  readonly durationMs: number;
  readonly success: boolean;
  /** Default 0. */
  readonly tokens?: number;
  /** Default 0. */
  readonly cost?: number;
  readonly error?: string;
  readonly workflow?: string;
  readonly task?: string;
  /** 0 to 1. */
  readonly quality?: number;
  /** How often it was sent back. */
  readonly refinements?: number;
}

/** An orchestration that is over (S0-058). */
export interface Orchestration {
  readonly id: string;
  readonly pattern: "parallel" | "sequential" | "hub-spoke";
  readonly durationMs: number;
  readonly agents: readonly string[];
  readonly tasksCompleted: number;
  readonly tasksFailed: number;
  /** 0 to 1. */
  readonly quality?: number;
  readonly tokens?: number;
  readonly refinements?: number;
}

/**
 * Each method writes one line, and resolves once it is on disk.
 *
 * @throws {@link TroupeError} `INPUT_INVALID` naming the field; nothing is written then.
 */
export interface TelemetryLogger {
  readonly sessionId: string;
  logWorkflowStart(started: WorkflowStarted): Promise<void>;
  logAgentHandoff(handoff: HandedOff): Promise<void>;
  logWorkflowComplete(completed: WorkflowCompleted): Promise<void>;
  /** @returns its id, for updates and ratings. */
  logInvocation(invoked: Invoked): Promise<string>;
  updateInvocation(id: string, outcome: InvocationOutcome): Promise<void>;
  logSuccessMetric(id: string, succeeded: Succeeded): Promise<void>;
  /** @returns its id, for ratings. */
  recordAgentExecution(execution: AgentExecution): Promise<string>;
  recordOrchestration(orchestration: Orchestration): Promise<void>;
}

/** A logger that hands its lines on. */
export function loggerTo(
  write: (line: JsonObject) => Promise<void>,
  { sessionId = randomUUID(), clock = systemClock }: LoggerOptions,
): TelemetryLogger {
  const log = async (line: Readonly<Record<string, Json | undefined>>): Promise<void> =>
    write(sound({ ...line, session_id: sessionId }));
  const stamped = (at: number) => ({ timestamp: isoOf(at) });
  const event = (name: string, workflow: string) => ({
    ...stamped(clock.now()),
    event: name,
    workflow_id: workflow,
  });
  return {
    sessionId,
    logWorkflowStart: ({ workflow, project, agents, estimatedMs }) =>
      log({
        ...event("workflow_start", workflow),
        project_name: project,
        agent_plan: [...agents],
        estimated_duration: seconds(estimatedMs) ?? null,
      }),
    logAgentHandoff: ({ workflow, from, to, artifacts = [] }) =>
      log({
        ...event("agent_handoff", workflow),
        from_agent: from,
        to_agent: to,
        artifacts: [...artifacts],
      }),
    logWorkflowComplete: ({ workflow, durationMs, success, agents }) =>
      log({
        ...event("workflow_complete", workflow),
        duration_seconds: seconds(durationMs),
        success,
        agents_executed: [...agents],
      }),
    async logInvocation({ agent, role, description, startedAt, ...outcome }) {
      const id = randomUUID();
      await log({
        ...stamped(startedAt ?? clock.now() - (outcome.durationMs ?? 0)),
        invocation_id: id,
        agent_name: agent,
        agent_type: role,
        task_description: description,
        ...outcomeFields(outcome),
        duration_seconds: seconds(outcome.durationMs) ?? null,
      });
      return id;
    },
    updateInvocation: (id, outcome) =>
      log({ ...stamped(clock.now()), invocation_id: id, ...outcomeFields(outcome) }),
    logSuccessMetric: (id, { success, rating, workflow }) =>
      log({
        ...stamped(clock.now()),
        invocation_id: id,
        success,
        quality_rating: rating,
        workflow_id: workflow,
      }),
    async recordAgentExecution(execution) {
      const id = randomUUID();
      const more = { invocation_id: id, workflow_id: execution.workflow };
      await log({ ...executionFields(execution, clock.now()), ...more });
      return id;
    },
    recordOrchestration: (orchestration) => log(orchestrationFields(orchestration, clock.now())),
  };
}

type Fields = Readonly<Record<string, Json | undefined>>;

function outcomeFields({
  durationMs,
  status,
  error,
  tokens,
  cost,
  workflow,
}: InvocationOutcome): Fields {
  const isKnown = status !== undefined || error !== undefined;
  const message = error === undefined ? {} : { error_message: error };
  return {
    workflow_id: workflow,
    duration_seconds: seconds(durationMs),
    outcome: isKnown ? { status: status ?? "failure", ...message } : undefined,
    tokens,
    cost,
  };
}

/** As S2-012 has it; where more is known, as S0-057 does. */
function executionFields(execution: AgentExecution, now: number): Fields {
  const { agent, durationMs, success, tokens = 0, cost = 0, error } = execution;
  const { task, quality, refinements } = execution;
  const isPlain = [task, quality, refinements].every((one) => one === undefined);
  if (isPlain)
    return {
      timestamp: isoOf(now),
      agent_name: agent,
      duration_ms: durationMs,
      success,
      tokens_used: tokens,
      cost,
      error_message: error,
    };
  return {
    agent_name: agent,
    task_id: task,
    start_time: isoOf(now - durationMs),
    end_time: isoOf(now),
    duration: seconds(durationMs),
    quality_score: quality,
    token_usage: tokens,
    refinement_iterations: refinements ?? 0,
    success,
    error_message: error ?? "",
    cost,
  };
}

function orchestrationFields(orchestration: Orchestration, now: number): Fields {
  const { id, pattern, durationMs, agents, tasksCompleted, tasksFailed } = orchestration;
  return {
    orchestration_id: id,
    pattern,
    start_time: isoOf(now - durationMs),
    end_time: isoOf(now),
    total_duration: seconds(durationMs),
    agents_used: [...agents],
    tasks_completed: tasksCompleted,
    tasks_failed: tasksFailed,
    average_quality: orchestration.quality,
    total_tokens: orchestration.tokens,
    refinement_cycles: orchestration.refinements,
  };
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}

/** What is no moment is said by the schema, in the place where it stands. */
function isoOf(at: number): string {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at);
}

/** A line without what is not known. @throws {@link TroupeError} `INPUT_INVALID`. */
function sound(fields: Fields): JsonObject {
  const line = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const read = readLine(line);
  if (read.fault === undefined) return read.line;
  throw new TroupeError("INPUT_INVALID", `this cannot be logged as telemetry: ${read.fault}`, {
    hint: "Lengths are milliseconds of 0 or more, ratings 1 to 5, qualities 0 to 1; names are not empty.",
    data: { fault: read.fault },
  });
}

/**
 * Runs as lines of telemetry (T-O0). Pure.
 *
 * - Fields that T-O0 does not know carry what it has no place for, so that an import of the lines
 *   comes to the same statistics.
 * - T-M2: lines are told apart by the ids of executions, which stand in the log.
 */
import type { JsonObject } from "../../events/json.ts";
import type { RunView } from "../runs-view.ts";
import type { ExecutionRow, HandoffRow, WorkflowRow } from "../tables/columns.ts";
import { executionsOfRun, handoffsOfRun, isoOf, secondsOf, workflowsOfRun } from "./rows.ts";

export function* linesOfRun(view: RunView): Generator<JsonObject> {
  const place = { workflow_id: view.run, session_id: view.run };
  for (const row of workflowsOfRun(view)) {
    yield { ...startLine(view, row), ...place };
    for (const [sequence, one] of executionsOfRun(view).entries())
      yield* executionLines(one, { ...place, sequence });
    for (const one of handoffsOfRun(view)) yield { ...handoffLine(view, one), ...place };
    if (row.endedAt !== null) yield { ...endLine(row), ...place };
  }
}

function startLine({ tasks, goal }: RunView, row: WorkflowRow): JsonObject {
  const planned = tasks.filter(({ added, parent }) => added === undefined && parent === undefined);
  return known({
    timestamp: isoOf(row.startedAt ?? 0),
    event: "workflow_start",
    project_name: row.name,
    agent_plan: planned.map(({ id, agent }) => agent ?? `task/${id}`),
    estimated_duration: secondsOf(row.estimatedMs),
    goal: goal ?? null,
    pattern: row.pattern,
    version: row.version,
    tasks: row.tasks,
    tasks_completed: row.tasksCompleted,
    tasks_failed: row.tasksFailed,
    retries: row.retries,
    refinement_cycles: row.refinements,
    average_quality: row.quality,
    calls: row.calls,
    total_tokens: row.tokens,
    total_cost: row.money,
  });
}

function endLine(row: WorkflowRow): JsonObject {
  const agents: unknown = row.variant === null ? [] : JSON.parse(row.variant);
  return known({
    timestamp: isoOf(row.endedAt ?? 0),
    event: "workflow_complete",
    duration_seconds: secondsOf(row.durationMs),
    success: row.success === 1,
    agents_executed: agents as string[], // a list of agents (T-O5)
    status: row.status,
    critical_path_seconds: secondsOf(row.criticalMs),
  });
}

/** The invocation, and what it was worth where it came to an end. */
function* executionLines(row: ExecutionRow, place: JsonObject): Generator<JsonObject> {
  const { sequence, ...session } = place;
  const isRunning = row.status === "running";
  yield known({
    timestamp: isoOf(row.startedAt ?? 0),
    ...session,
    invocation_id: row.id,
    agent_name: row.agent,
    agent_type: row.role,
    task_description: row.description,
    duration_seconds: secondsOf(row.durationMs),
    outcome: isRunning ? null : known({ status: row.status, error_message: row.failure }),
    tokens: row.tokens,
    cost: row.money,
    task_id: row.task,
    model: row.model,
    calls: row.calls,
    quality_score: row.quality,
    refinement_iterations: row.refinements,
    running: isRunning ? null : false,
    sequence: sequence ?? null,
  });
  if (row.status !== "success" && row.status !== "failure") return;
  yield known({
    timestamp: isoOf(row.endedAt ?? row.startedAt ?? 0),
    ...session,
    invocation_id: row.id,
    success: row.status === "success",
    quality_rating: row.quality === null ? null : 1 + 4 * row.quality,
  });
}

function handoffLine({ tasks }: RunView, row: HandoffRow): JsonObject {
  const { outputs = [] } = tasks.find(({ id }) => id === row.fromTask) ?? {};
  return known({
    timestamp: isoOf(row.at ?? 0),
    event: "agent_handoff",
    from_agent: row.fromAgent,
    to_agent: row.toAgent,
    artifacts: [...outputs],
    from_task: row.fromTask,
    to_task: row.toTask,
    gap_seconds: secondsOf(row.gapMs),
    success: row.success === null ? null : row.success === 1,
  });
}

/** Without what is not known, but for what T-O0 wants to be there. */
export function known(fields: JsonObject): JsonObject {
  const kept = Object.entries(fields).filter(([name, value]) => value !== null || NULLS.has(name));
  return Object.fromEntries(kept);
}

const NULLS: ReadonlySet<string> = new Set(["duration_seconds", "estimated_duration"]);

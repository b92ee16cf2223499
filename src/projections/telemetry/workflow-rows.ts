/** What a workflow elsewhere comes to in tables. Pure. */
import { coordinationOf, type Coordination } from "../analytics/coordination.ts";
import type { ExecutionRow, HandoffRow, WorkflowRow } from "../tables/columns.ts";
import type { HandoffEntry } from "./entries.ts";
import { executionRow } from "./invocations.ts";
import {
  countIn,
  flagIn,
  momentIn,
  msIn,
  notAbove,
  numberIn,
  textIn,
  textsIn,
  type Said,
} from "./said.ts";
import type { TelemetryWorkflow } from "./workflows.ts";

/** States of runs that an export of ours names, and `success` alone cannot. */
const STATED: ReadonlySet<string> = new Set(["COMPLETED", "FAILED", "CANCELLED", "ERROR", "STOPPED"]);

/** Nothing as long as only its invocations are known: nobody has said that there is a workflow. */
export function workflowRow(row: TelemetryWorkflow, id: string): WorkflowRow | undefined {
  const { said } = row;
  const executions = executionsIn(row);
  const endedAt = momentIn(said, "ended_at");
  const startedAt = startOf(row, endedAt);
  if (startedAt === null) return undefined;
  const status = statusOf(said, endedAt);
  const durationMs = durationOf(said, startedAt, endedAt);
  return {
    workflow: id,
    source: "telemetry",
    name: textIn(said, "project_name"),
    version: textIn(said, "version"),
    pattern: textIn(said, "pattern"),
    status,
    success: successOf(status),
    startedAt,
    endedAt,
    durationMs,
    estimatedMs: msIn(said, "estimated_duration"),
    tasks: countIn(said, "tasks"),
    tasksCompleted: countIn(said, "tasks_completed"),
    tasksFailed: countIn(said, "tasks_failed"),
    executions: executions.length,
    ...agentsOf(row, executions),
    ...coordinationIn(row, executions, { startedAt, durationMs }),
    calls: countIn(said, "calls") ?? total(executions, "calls"),
    tokens: countIn(said, "total_tokens") ?? total(executions, "tokens"),
    money: numberIn(said, "total_cost") ?? total(executions, "money"),
    retries: countIn(said, "retries"),
    refinements: countIn(said, "refinement_cycles"),
    quality: notAbove(1, numberIn(said, "average_quality")) ?? meanQuality(executions),
  };
}

/** Those that have begun, in the order in which they did; at the same time, as an export has counted them. */
function executionsIn({ invocations }: TelemetryWorkflow): readonly ExecutionRow[] {
  return Object.entries(invocations)
    .flatMap(([id, row]) => {
      const execution = executionRow(row, id);
      return execution === undefined
        ? []
        : { execution, sequence: numberIn(row.said, "sequence") ?? 0 };
    })
    .toSorted((a, b) => began(a.execution) - began(b.execution) || a.sequence - b.sequence)
    .map(({ execution }) => execution);
}

function began({ startedAt }: ExecutionRow): number {
  return startedAt ?? 0;
}

function startOf(
  { startedAt, said, handoffs }: TelemetryWorkflow,
  endedAt: number | null,
): number | null {
  if (startedAt !== undefined) return startedAt;
  const length = msIn(said, "duration_seconds");
  if (endedAt !== null && length !== null) return endedAt - length;
  return handoffs[0]?.at ?? endedAt;
}

function statusOf(said: Said, endedAt: number | null): string {
  if (endedAt === null) return "RUNNING";
  const stated = textIn(said, "status");
  if (stated !== null && STATED.has(stated)) return stated;
  return flagIn(said, "success") === true ? "COMPLETED" : "FAILED";
}

function successOf(status: string): number | null {
  if (status === "COMPLETED") return 1;
  return status === "FAILED" || status === "ERROR" ? 0 : null;
}

/** As it was said, else from its start to its end. */
function durationOf(said: Said, startedAt: number, endedAt: number | null): number | null {
  if (endedAt === null) return null;
  return msIn(said, "duration_seconds") ?? Math.max(0, endedAt - startedAt);
}

function agentsOf(
  { handoffs, said }: TelemetryWorkflow,
  executions: readonly ExecutionRow[],
): Pick<WorkflowRow, "agents" | "variant"> {
  const listed = textsIn(said, "agents_executed") ?? [];
  const order = orderOf(executions, handoffs) ?? listed;
  return {
    agents: new Set([...order, ...listed]).size,
    variant: order.length === 0 ? null : JSON.stringify(order),
  };
}

/** In which agents worked (T-O5): by executions, else by hand-offs. */
function orderOf(
  executions: readonly ExecutionRow[],
  handoffs: readonly HandoffEntry[],
): readonly string[] | undefined {
  if (executions.length > 0) return executions.map(({ agent }) => agent ?? "");
  const [first] = handoffs;
  return first && [first.from, ...handoffs.map(({ to }) => to)];
}

/**
 * Of a workflow that is over, from its start for as long as it took; an execution whose end is not
 * known is no interval.
 */
function coordinationIn(
  { said }: TelemetryWorkflow,
  executions: readonly ExecutionRow[],
  { startedAt, durationMs }: Pick<WorkflowRow, "durationMs"> & { readonly startedAt: number },
): Pick<WorkflowRow, keyof Coordination> {
  const known = executions.flatMap((one) =>
    one.startedAt === null || one.endedAt === null
      ? []
      : [{ startedAt: one.startedAt, endedAt: one.endedAt }],
  );
  const criticalMs = msIn(said, "critical_path_seconds") ?? undefined;
  const whole = { startedAt, endedAt: startedAt + (durationMs ?? 0) };
  const found = durationMs === null ? undefined : coordinationOf(whole, known, criticalMs);
  return found ?? { busyMs: null, agentMs: null, criticalMs: null, overheadPct: null };
}

/** Null where none of them says, and above 2^53. */
function total(
  executions: readonly ExecutionRow[],
  field: "calls" | "tokens" | "money",
): number | null {
  const known = executions.flatMap((one) => one[field] ?? []);
  if (known.length === 0) return null;
  return notAbove(
    Number.MAX_SAFE_INTEGER,
    known.reduce((a, b) => a + b, 0),
  );
}

function meanQuality(executions: readonly ExecutionRow[]): number | null {
  const known = executions.flatMap(({ quality }) => quality ?? []);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
}

export function handoffRows(row: TelemetryWorkflow, id: string): readonly HandoffRow[] {
  const executions = executionsIn(row);
  return row.handoffs.map((handoff) => {
    const { from, to, at, said } = handoff;
    const { giver, taker } = sidesOf(handoff, executions);
    return {
      workflow: id,
      source: "telemetry",
      fromAgent: from,
      toAgent: to,
      fromTask: textIn(said, "from_task") ?? giver?.task ?? null,
      toTask: textIn(said, "to_task") ?? taker?.task ?? null,
      at,
      gapMs: msIn(said, "gap_seconds") ?? gapOf(giver, taker),
      success: outcomeOf(said, taker),
      artifacts: textsIn(said, "artifacts")?.length ?? 0,
    };
  });
}

interface Sides {
  readonly giver: ExecutionRow | undefined;
  readonly taker: ExecutionRow | undefined;
}

/** The giver's last execution that had begun by then, and the receiver's first that had not. */
function sidesOf({ from, to, at, said }: HandoffEntry, executions: readonly ExecutionRow[]): Sides {
  const fits = ({ agent, task }: ExecutionRow, name: string, wanted: string | null): boolean =>
    agent === name && (wanted === null || task === wanted);
  const [fromTask, toTask] = [textIn(said, "from_task"), textIn(said, "to_task")];
  return {
    giver: executions.findLast((one) => fits(one, from, fromTask) && began(one) <= at),
    taker: executions.find((one) => fits(one, to, toTask) && began(one) >= at),
  };
}

function gapOf(giver: ExecutionRow | undefined, taker: ExecutionRow | undefined): number | null {
  if (giver === undefined || giver.endedAt === null || taker === undefined) return null;
  return Math.max(0, began(taker) - giver.endedAt);
}

/** As it was said, else as the receiver's execution ended. */
function outcomeOf(said: Said, taker: ExecutionRow | undefined): number | null {
  const stated = flagIn(said, "success");
  if (stated !== null) return stated ? 1 : 0;
  if (taker?.status === "success") return 1;
  return taker?.status === "failure" ? 0 : null;
}

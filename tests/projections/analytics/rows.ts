/** Rows of executions and workflows, of which a test says only what matters to it. */
import type { ExecutionRow, HandoffRow, WorkflowRow } from "../../../src/projections/tables/columns.ts";

export function execution(known: Partial<ExecutionRow> = {}): ExecutionRow {
  return {
    id: "e",
    source: "run",
    workflow: "w",
    task: null,
    agent: "a",
    role: null,
    model: null,
    description: null,
    keywords: null,
    startedAt: 0,
    endedAt: null,
    durationMs: null,
    status: "success",
    failure: null,
    calls: 0,
    tokens: 0,
    money: 0,
    quality: null,
    refinements: 0,
    ...known,
  };
}

export function workflow(known: Partial<WorkflowRow> = {}): WorkflowRow {
  return {
    workflow: "w",
    source: "run",
    name: "n",
    version: null,
    pattern: "sequential",
    status: "COMPLETED",
    success: 1,
    startedAt: 0,
    endedAt: null,
    durationMs: null,
    estimatedMs: null,
    tasks: 0,
    tasksCompleted: 0,
    tasksFailed: 0,
    agents: 0,
    executions: 0,
    variant: null,
    busyMs: null,
    agentMs: null,
    criticalMs: null,
    overheadPct: null,
    calls: 0,
    tokens: 0,
    money: 0,
    retries: 0,
    refinements: 0,
    quality: null,
    ...known,
  };
}

export function handoff(known: Partial<HandoffRow> = {}): HandoffRow {
  return {
    workflow: "w",
    source: "run",
    fromAgent: "a",
    toAgent: "b",
    fromTask: null,
    toTask: null,
    at: 0,
    gapMs: null,
    success: null,
    artifacts: 0,
    ...known,
  };
}

/**
 * The columns that runs and imported telemetry share, so that one question is asked of both.
 * Views of these names bring them together: `workflows`, `executions`, `handoffs`.
 */
import type { TableRow } from "../table.ts";

/** One run of a workflow. */
export const WORKFLOW = {
  /** A run's id, or the `workflow_id` of telemetry. */
  workflow: "text",
  /** `run` or `telemetry`. */
  source: "text",
  /** Of its plan or project. */
  name: "text",
  /** Hash of the plan's shape; null where there is none: telemetry. */
  version: "text",
  pattern: "text",
  /** The run's state; of telemetry RUNNING, COMPLETED or FAILED. */
  status: "text",
  /** 1 or 0 once it is over by itself; null while it is open, and where it was cancelled. */
  success: "integer",
  startedAt: "integer",
  endedAt: "integer",
  durationMs: "integer",
  /** What its authors guessed. */
  estimatedMs: "integer",
  tasks: "integer",
  tasksCompleted: "integer",
  tasksFailed: "integer",
  /** Distinct agents that executed. */
  agents: "integer",
  /** Executions that have begun. */
  executions: "integer",
  /** JSON list of the agents in the order in which their executions started, repeats kept (T-O5). */
  variant: "text",
  /** Length of the union of its executions, clipped to it (T-O1); null while it is open, or where it has none. */
  busyMs: "integer",
  /** Length of all its executions, clipped, added up. */
  agentMs: "integer",
  /** Length of its critical path (T-O1). */
  criticalMs: "integer",
  /** 0 to 100 (T-O1). */
  overheadPct: "real",
  calls: "integer",
  tokens: "integer",
  money: "real",
  /** Attempts beyond the first. */
  retries: "integer",
  /** How often gates or hubs sent work back. */
  refinements: "integer",
  /** Mean quality of its executions, 0 to 1. */
  quality: "real",
} as const;
export type WorkflowRow = TableRow<typeof WORKFLOW>;

/** One attempt of an agent at a task, or one imported invocation. */
export const EXECUTION = {
  /** `RUN/TASK~START#ATTEMPT`, or the invocation's id. */
  id: "text",
  source: "text",
  workflow: "text",
  task: "text",
  /** `task/ID` where a task's own command did it. */
  agent: "text",
  /** The role that a plan asks for, or the `agent_type` of telemetry. */
  role: "text",
  model: "text",
  /** What it was about, in words: a task's title, or `task_description`. */
  description: "text",
  /** The keywords of the description (S1-022), sorted, each once, between spaces: ` api build `. */
  keywords: "text",
  startedAt: "integer",
  /** Null while it runs, and where its length is not known. */
  endedAt: "integer",
  durationMs: "integer",
  /** `success`, `failure`, `partial` (sent back), `unknown` (stopped), `running`. */
  status: "text",
  /** Code of its failure, or the message of telemetry. */
  failure: "text",
  calls: "integer",
  tokens: "integer",
  money: "real",
  /** 0 to 1: what gates, critics and people made of it. */
  quality: "real",
  /** How often it was sent back before. */
  refinements: "integer",
} as const;
export type ExecutionRow = TableRow<typeof EXECUTION>;

/** Work that went from one agent to another. */
export const HANDOFF = {
  workflow: "text",
  source: "text",
  fromAgent: "text",
  toAgent: "text",
  fromTask: "text",
  toTask: "text",
  /** When the receiver began, or when telemetry says that it was handed over. */
  at: "integer",
  /** From the end of the giver's execution to the begin of the receiver's; null where one is not known. */
  gapMs: "integer",
  /** Whether the receiver's work ended well; null while that is open. */
  success: "integer",
  artifacts: "integer",
} as const;
export type HandoffRow = TableRow<typeof HANDOFF>;

/**
 * What happens to a workflow, as facts that its machine emits.
 *
 * - In its stream: started; then per task delegated or skipped, and progressed when it ends
 *   while others are open; what humans decide; and last exactly one of completed, failed,
 *   cancelled.
 */
import { z } from "zod";
import { FixKind } from "../debug.ts";
import { BranchReason, Failure } from "../failure.ts";
import { Pattern } from "../plan/plan.ts";
import { Synthesis } from "../work.ts";
import { fact } from "./fact.ts";
import { TaskOutcome } from "./task.ts";

/** How many tasks ended, and how. */
export const Counts = z.strictObject({
  total: z.int(),
  completed: z.int(),
  failed: z.int(),
  cancelled: z.int(),
  skipped: z.int(),
});
export type Counts = z.infer<typeof Counts>;

/** What became of a saga's compensations. */
export const Compensation = z.strictObject({
  /** Whether all that was done was undone (S4-007). */
  compensated: z.boolean(),
  /** Tasks whose compensation failed (T-R6). */
  incomplete: z.array(z.string()),
});
export type Compensation = z.infer<typeof Compensation>;

/** How a workflow ended: its machine's output. */
export const WorkflowOutcome = z.strictObject({
  status: z.enum(["COMPLETED", "FAILED", "CANCELLED"]),
  name: z.string(),
  /** Every task, in the order of the plan, then those that were added. */
  tasks: z.array(TaskOutcome.extend({ id: z.string() })),
  compensation: Compensation.optional(),
  /** A hub: its best synthesis did not reach its target (T-H3). */
  belowTarget: z.boolean().optional(),
});
export type WorkflowOutcome = z.infer<typeof WorkflowOutcome>;

/** The run began. Once, first. */
export const WorkflowStarted = fact("workflow.started", {
  name: z.string(),
  pattern: Pattern,
  tasks: z.int().min(0),
  /** The run that this one starts over, from which task on. */
  restarts: z.strictObject({ run: z.string(), from: z.string() }).optional(),
});

/** A task was handed to who does it: the package's envelope (S0-004). Once per task and start. */
export const TaskDelegated = fact("task.delegated", {
  task: z.string(),
  title: z.string(),
  agent: z.string().optional(),
  /** 1 for tasks that depend on nothing. */
  wave: z.int().min(1),
  dependsOn: z.array(z.string()),
  /** What it writes. */
  outputs: z.array(z.string()),
  /** What it reads, its own paths and the outputs of those it depends on. */
  input_artifacts: z.array(z.string()),
  timeoutMs: z.int().optional(),
});

/** It never starts: a task before it did not complete, or its own `when` is not true. */
export const TaskSkipped = fact("task.skipped", {
  task: z.string(),
  blockedBy: z.string().optional(),
  reason: z.string().optional(),
});

/** Tasks that had not started were cancelled, and never will. */
export const TasksCancelled = fact("tasks.cancelled", {
  tasks: z.array(z.string()),
  reason: z.string(),
});

/** Tasks were added to the plan: by its pattern, as what `by` (a task) answered. */
export const TasksAdded = fact("tasks.added", {
  tasks: z.array(z.strictObject({ id: z.string(), title: z.string() })),
  by: z.string().optional(),
});

/** A task ended and others are still open. */
export const WorkflowProgressed = fact("workflow.progressed", {
  task: z.string(),
  status: TaskOutcome.shape.status,
  counts: Counts,
});

/** A branch todo was made of a failure (S3-026). */
export const BranchOpened = fact("branch.opened", {
  branch: z.string(),
  /** The task or branch that it mends. */
  parent_id: z.string(),
  title: z.string(),
  agent_role: z.string(),
  branch_reason: BranchReason,
  debug_instructions: z.string(),
  is_temporary: z.literal(true),
  max_debug_attempts: z.int().min(1).max(10),
  depth: z.int().min(1),
  /** All that waits for it, directly or not (S3-027). */
  blocked: z.array(z.string()),
});

/** A branch todo ended. */
export const BranchEnded = fact("branch.ended", {
  branch: z.string(),
  parent_id: z.string(),
  status: TaskOutcome.shape.status,
  /** Who its agent has given it on to. */
  target_agent: z.string().optional(),
});

/** What a human is asked. */
export const GateKind = z.enum(["before", "after", "quality", "escalation", "fix"]);
export type GateKind = z.infer<typeof GateKind>;

const gate = { /** `TASK:KIND`; asked again, `TASK:KIND~2`. */ gate: z.string() };
const answer = { by: z.string().optional(), comment: z.string().optional() };

/** Somebody has proposed a fix of a task that heals itself: `ask`, a human must agree to it (T-H1). */
export const FixProposed = fact("fix.proposed", {
  task: z.string(),
  branch: z.string(),
  /** Who would apply it. */
  to: z.string(),
  kind: FixKind,
  confidence: z.number().min(0).max(1),
  verdict: z.enum(["apply", "ask"]),
});

/** A human is asked; nothing of the task moves until somebody answers. */
export const ApprovalRequested = fact("approval.requested", {
  ...gate,
  task: z.string(),
  kind: GateKind,
  question: z.string(),
});
export const ApprovalGranted = fact("approval.granted", { ...gate, ...answer });
export const ApprovalDenied = fact("approval.denied", { ...gate, ...answer });
/** Somebody answered what was answered before: the first answer stands. */
export const ApprovalRefused = fact("approval.refused", {
  ...gate,
  answer: z.enum(["granted", "denied"]),
  first: z.enum(["granted", "denied"]),
  ...answer,
});

/** No new task starts. `hard`: what ran was stopped, and runs again on resume (T-R7). */
export const WorkflowPaused = fact("workflow.paused", { hard: z.boolean(), reason: z.string() });
export const WorkflowResumed = fact("workflow.resumed", {});

/** Tasks start over, from one of them on; what came before stays. */
export const WorkflowRestarted = fact("workflow.restarted", {
  from: z.string(),
  tasks: z.array(z.string()),
});

/** A copy of what was made so far is kept in `checkpoints/NAME` of the run's folder (S3-010). */
export const WorkflowCheckpointed = fact("workflow.checkpointed", {
  name: z.string(),
  /** As in the plan: what the copy holds. */
  outputs: z.array(z.string()),
});

/** What a hub made of its spokes (S0-030). */
export const HubSynthesized = fact("hub.synthesized", {
  task: z.string(),
  cycle: z.int().min(1),
  max: z.int().min(1),
  ...Synthesis.shape,
});

/** A saga undoes what was done, in this order. */
export const SagaCompensating = fact("saga.compensating", {
  cause: z.string(),
  tasks: z.array(z.string()),
});

/** Somebody should look at it. */
export const WorkflowAlerted = fact("workflow.alerted", {
  severity: z.enum(["warning", "critical"]),
  /** `compensation_incomplete`, `below_target`, `report_failed`. */
  code: z.string(),
  message: z.string(),
});

/** Every task that had to be completed was. */
export const WorkflowCompleted = fact("workflow.completed", { counts: Counts });

/** All tasks ended, not all of them well. */
export const WorkflowFailed = fact("workflow.failed", {
  counts: Counts,
  /** Ids of the tasks that failed, in plan order. */
  failed: z.array(z.string()),
  /** The tasks that never started, and whose end blocked them. */
  skipped: z.array(z.strictObject({ task: z.string(), blockedBy: z.string() })),
  compensation: Compensation.optional(),
  failure: Failure.optional(),
});
export type WorkflowFailed = z.infer<typeof WorkflowFailed>;

/** Somebody cancelled it, and nothing of it runs any more. */
export const WorkflowCancelled = fact("workflow.cancelled", {
  counts: Counts,
  reason: z.string(),
  compensation: Compensation.optional(),
});

export const WorkflowFact = z.discriminatedUnion("type", [
  WorkflowStarted,
  TaskDelegated,
  TaskSkipped,
  TasksCancelled,
  TasksAdded,
  WorkflowProgressed,
  BranchOpened,
  BranchEnded,
  FixProposed,
  ApprovalRequested,
  ApprovalGranted,
  ApprovalDenied,
  ApprovalRefused,
  WorkflowPaused,
  WorkflowResumed,
  WorkflowRestarted,
  WorkflowCheckpointed,
  HubSynthesized,
  SagaCompensating,
  WorkflowAlerted,
  WorkflowCompleted,
  WorkflowFailed,
  WorkflowCancelled,
]);
export type WorkflowFact = z.infer<typeof WorkflowFact>;

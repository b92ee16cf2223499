/**
 * What happens to a workflow, as facts that its machine emits.
 *
 * - In its stream: started, then progressed once per task that ends but the last, then
 *   exactly one of completed, failed, cancelled.
 */
import { z } from "zod";
import { TaskOutcome } from "./task.ts";

/** How a workflow ended: its machine's output. */
export const WorkflowOutcome = z.strictObject({
  status: z.enum(["COMPLETED", "FAILED", "CANCELLED"]),
  name: z.string(),
  /** Every task, in plan order. */
  tasks: z.array(TaskOutcome.extend({ id: z.string() })),
});
export type WorkflowOutcome = z.infer<typeof WorkflowOutcome>;

/** How many tasks ended, and how. */
export const Counts = z.strictObject({
  total: z.int(),
  completed: z.int(),
  failed: z.int(),
  cancelled: z.int(),
  skipped: z.int(),
});
export type Counts = z.infer<typeof Counts>;

/** The run began. Once, first. */
export const WorkflowStarted = z.strictObject({
  type: z.literal("workflow.started"),
  v: z.literal(1),
  data: z.strictObject({ name: z.string(), tasks: z.int().min(1) }),
});

/** A task ended and others are still open. */
export const WorkflowProgressed = z.strictObject({
  type: z.literal("workflow.progressed"),
  v: z.literal(1),
  data: z.strictObject({ task: z.string(), status: TaskOutcome.shape.status, counts: Counts }),
});

/** Every task completed. */
export const WorkflowCompleted = z.strictObject({
  type: z.literal("workflow.completed"),
  v: z.literal(1),
  data: z.strictObject({ counts: Counts }),
});

/** All tasks ended, not all of them well. */
export const WorkflowFailed = z.strictObject({
  type: z.literal("workflow.failed"),
  v: z.literal(1),
  data: z.strictObject({
    counts: Counts,
    /** Ids of the tasks that failed, in plan order. */
    failed: z.array(z.string()),
    /** The tasks that never started, and whose end blocked them. */
    skipped: z.array(z.strictObject({ task: z.string(), blockedBy: z.string() })),
  }),
});

export type WorkflowFailed = z.infer<typeof WorkflowFailed>;

/** Somebody cancelled it, and nothing of it runs any more. */
export const WorkflowCancelled = z.strictObject({
  type: z.literal("workflow.cancelled"),
  v: z.literal(1),
  data: z.strictObject({ counts: Counts, reason: z.string() }),
});

export const WorkflowFact = z.discriminatedUnion("type", [
  WorkflowStarted,
  WorkflowProgressed,
  WorkflowCompleted,
  WorkflowFailed,
  WorkflowCancelled,
]);
export type WorkflowFact = z.infer<typeof WorkflowFact>;

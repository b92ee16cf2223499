/**
 * What happens to a task, as facts that its machine emits.
 *
 * - The facts of one task stand in its own stream, in this order: requested, then per attempt
 *   started and (if another follows) retried, then exactly one of completed, failed,
 *   cancelled, skipped.
 * - What a command printed is not in the facts: it is in the record whose fact says how it
 *   ended, as that record's input.
 */
import { z } from "zod";

/** Where a task stands. WAITING: between two attempts. */
export const TaskStatus = z.enum([
  "PENDING",
  "RUNNING",
  "WAITING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "SKIPPED",
]);
export type TaskStatus = z.infer<typeof TaskStatus>;

/** Why an attempt failed. */
export const Failure = z.strictObject({
  /** As in `COMMAND_FAILED`, `COMMAND_TIMEOUT`. */
  code: z.string(),
  message: z.string(),
});
export type Failure = z.infer<typeof Failure>;

/** How a task ended: its machine's output, and what its workflow keeps of it. */
export const TaskOutcome = z.strictObject({
  status: z.enum(["COMPLETED", "FAILED", "CANCELLED", "SKIPPED"]),
  /** Attempts begun. */
  attempts: z.int().min(0),
  /** Of the last attempt; null if it did not run to an exit. */
  exitCode: z.int().nullable(),
  /** Of the last attempt that ended. */
  durationMs: z.number().min(0),
  /** The last line that the command printed, cut to 200 characters. */
  summary: z.string(),
  failure: Failure.optional(),
  /** Why it was cancelled. */
  reason: z.string().optional(),
  /** The failed or cancelled task that a skipped one would have needed, directly or not. */
  blockedBy: z.string().optional(),
});
export type TaskOutcome = z.infer<typeof TaskOutcome>;

/** The task exists. Once, first. */
export const TaskRequested = fact("task.requested", { title: z.string() });

/** An attempt began. Once per attempt; a crash may run the same attempt again without another fact. */
export const TaskStarted = fact("task.started", { attempt: z.int().min(1) });

/** An attempt failed and another follows after `delayMs`. At most `maxRetries` times. */
export const TaskRetried = fact("task.retried", {
  attempt: z.int().min(1),
  delayMs: z.int().min(1),
  failure: Failure,
});

/** The command ended well. */
export const TaskCompleted = fact("task.completed", {
  attempts: z.int().min(1),
  durationMs: z.number().min(0),
  summary: z.string(),
});

/** The last attempt failed. */
export const TaskFailed = fact("task.failed", {
  attempts: z.int().min(1),
  exitCode: z.int().nullable(),
  durationMs: z.number().min(0),
  failure: Failure,
});

/** Somebody ended it: it never started, or its command was stopped. */
export const TaskCancelled = fact("task.cancelled", { reason: z.string() });

/** A task that it depends on did not complete, so it never starts. */
export const TaskSkipped = fact("task.skipped", { blockedBy: z.string() });

export const TaskFact = z.discriminatedUnion("type", [
  TaskRequested,
  TaskStarted,
  TaskRetried,
  TaskCompleted,
  TaskFailed,
  TaskCancelled,
  TaskSkipped,
]);
export type TaskFact = z.infer<typeof TaskFact>;

function fact<const T extends string, const S extends z.ZodRawShape>(type: T, shape: S) {
  return z.strictObject({
    type: z.literal(type),
    v: z.literal(1),
    /** `task`: the id that the plan gives it. */
    data: z.strictObject({ task: z.string(), ...shape }),
  });
}

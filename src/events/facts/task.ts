/**
 * What happens to a task at work, as facts that its machine emits.
 *
 * - The facts of one task stand in its own stream: per attempt started, then what came of it,
 *   then exactly one of completed, failed, cancelled. That a task was delegated, skipped, or
 *   waits for a human stands in its workflow's stream.
 * - What a command printed is not in the facts: it is in the record whose fact says how it
 *   ended, as that record's input.
 */
import { z } from "zod";
import { BranchReason, Failure } from "../failure.ts";
import { tryFields } from "../healing.ts";
import { Purpose } from "../work.ts";
import { fact } from "./fact.ts";

/** Where a task stands. WAITING: for the next attempt, for a human, or for a branch todo. */
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

/** Of the last gate (S0-017); scores are 0 to 10. */
export const Scores = z.strictObject({ completeness: z.number(), accuracy: z.number() });
export type Scores = z.infer<typeof Scores>;

/** How a task ended: its machine's output, and what its workflow keeps of it. */
export const TaskOutcome = z.strictObject({
  status: z.enum(["COMPLETED", "FAILED", "CANCELLED", "SKIPPED"]),
  /** Attempts begun. */
  attempts: z.int().min(0),
  /** Of the last attempt; null if it did not run to an exit. */
  exitCode: z.int().nullable(),
  /** Of the last attempt that ended. */
  durationMs: z.number().min(0),
  /** The last line that was said, cut to 200 characters. */
  summary: z.string(),
  /** What it left for those who depend on it. */
  data: z.json().optional(),
  scores: Scores.optional(),
  /** How often a gate sent it back. */
  reworks: z.int().min(1).optional(),
  failure: Failure.optional(),
  /** Why it was cancelled, or skipped by its own `when`. */
  reason: z.string().optional(),
  /** The task that a skipped one would have needed, directly or not. */
  blockedBy: z.string().optional(),
});
export type TaskOutcome = z.infer<typeof TaskOutcome>;

const task = { /** The id that the plan gives it. */ task: z.string() };

/** An attempt began. Once per attempt; a crash may run the same attempt again without another fact. */
export const TaskStarted = fact("task.started", {
  ...task,
  title: z.string(),
  purpose: Purpose,
  attempt: z.int().min(1),
});

/** An attempt took longer than `timeoutMs` and was stopped. */
export const TaskTimedOut = fact("task.timed_out", {
  ...task,
  attempt: z.int().min(1),
  timeoutMs: z.int().min(1).optional(),
});

/** Outputs were looked for and acceptance tests were run. */
export const TaskTested = fact("task.tested", {
  ...task,
  passed: z.boolean(),
  issues: z.array(z.string()),
});

/** An attempt failed and another follows after `delayMs`. At most `maxRetries` times. */
export const TaskRetried = fact("task.retried", {
  ...task,
  attempt: z.int().min(1),
  delayMs: z.int().min(0),
  failure: Failure,
});

/** An attempt failed, and is tried again in a different way after `delayMs` (T-H1). */
export const HealingTried = fact("healing.tried", {
  ...task,
  ...tryFields,
  /** The one that failed. */
  attempt: z.int().min(1),
  delayMs: z.int().min(0),
  failure: Failure,
  /** Of the pattern that put it first, and what that was learned from; absent: it was next on the ladder. */
  confidence: z.number().optional(),
  samples: z.int().optional(),
});

/** How a try ended; patterns are learned from these. Once per try that came to its end. */
export const HealingEnded = fact("healing.ended", {
  ...task,
  ...tryFields,
  attempt: z.int().min(1),
  /** The work is there, and its tests pass. */
  healed: z.boolean(),
  /** Where it is not. */
  failure: Failure.optional(),
});

/** A gate said what it thinks. FAIL sends the work back, while `maxReworks` allows it. */
export const GateEvaluated = fact("gate.evaluated", {
  ...task,
  completeness: z.number(),
  accuracy: z.number(),
  readiness: z.enum(["PASS", "FAIL"]),
  issues: z.array(z.string()),
  /** How often the work was sent back before. */
  reworks: z.int().min(0),
});

/** The work was sent back as often as it may be: a human decides. */
export const GateExhausted = fact("gate.exhausted", { ...task, reworks: z.int().min(0) });

/** What failed needs mending by somebody else; the workflow answers with a branch todo, or a refusal. */
export const TaskBroken = fact("task.broken", {
  ...task,
  reason: BranchReason,
  depth: z.int().min(1),
  failure: Failure,
});

/** Nobody else can mend it: a human decides. */
export const TaskEscalated = fact("task.escalated", {
  ...task,
  /** `MAX_DEPTH_EXCEEDED`, `BRANCH_FAILED`, `BRANCH_LIMIT`, `BRANCH_IN_CIRCLE`, `AGENT_UNKNOWN`. */
  code: z.string(),
  message: z.string(),
});

/** A hard pause stopped what ran; it runs again when the run is resumed. */
export const TaskHeld = fact("task.held", task);

/** It ended well. */
export const TaskCompleted = fact("task.completed", {
  ...task,
  attempts: z.int().min(1),
  durationMs: z.number().min(0),
  summary: z.string(),
});

/** It ended badly. */
export const TaskFailed = fact("task.failed", {
  ...task,
  attempts: z.int().min(1),
  exitCode: z.int().nullable(),
  durationMs: z.number().min(0),
  failure: Failure,
});

/** Somebody ended it; what ran was stopped. */
export const TaskCancelled = fact("task.cancelled", { ...task, reason: z.string() });

export const TaskFact = z.discriminatedUnion("type", [
  TaskStarted,
  TaskTimedOut,
  TaskTested,
  TaskRetried,
  HealingTried,
  HealingEnded,
  GateEvaluated,
  GateExhausted,
  TaskBroken,
  TaskEscalated,
  TaskHeld,
  TaskCompleted,
  TaskFailed,
  TaskCancelled,
]);
export type TaskFact = z.infer<typeof TaskFact>;

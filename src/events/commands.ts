/**
 * What workflows and tasks take: their input, and the commands that may be sent to them
 * from outside (S1).
 */
import { z } from "zod";
import { IdText } from "./address.ts";
import { RunBudget } from "./agent/limits.ts";
import { TaskOutcome } from "./facts/task.ts";
import { Plan, PlanAgent } from "./plan/plan.ts";
import { PlanTask } from "./plan/task.ts";
import { Run } from "./plan/values.ts";
import { WorkPackage } from "./work.ts";

/** Where a run does its work. Absolute paths: a run may be resumed from anywhere. */
const Place = {
  /** The run's id. */
  run: IdText,
  /** The folder where the run was started; a task's `cwd` is relative to it. */
  folder: z.string(),
  /** The folder for what the run makes. */
  artifacts: z.string(),
};

export const WorkflowInput = z.strictObject({
  ...Place,
  plan: Plan,
  /** The agents that the host had beside the plan's own, when the run began. */
  agents: z.array(z.string()).optional(),
  /** Those of them that work as actors of their own. */
  actors: z.array(z.string()).optional(),
  /** The run that this one starts over, and from which task on. */
  restarts: z.strictObject({ run: z.string(), from: z.string() }).optional(),
  /** By task id: what need not be done again. */
  carried: z.record(z.string(), TaskOutcome).optional(),
});
export type WorkflowInput = z.infer<typeof WorkflowInput>;

/** Who does something: a command, an agent of the host, or an agent that is a command. */
export const Assigned = z.strictObject({
  agent: z.string().optional(),
  /** The agent is an actor of its own. */
  actor: z.literal(true).optional(),
  command: PlanAgent.omit({ description: true }).extend({ run: Run }).optional(),
});
export type Assigned = z.infer<typeof Assigned>;

export const TaskInput = z.strictObject({
  ...Place,
  task: PlanTask,
  /** Whose work it is. */
  doer: Assigned,
  judge: Assigned.optional(),
  /** Who else may do it once it has failed, in order. */
  healers: z.array(Assigned).optional(),
  /** Values of the plan; those of the agent and of the task win over them. */
  env: z.record(z.string(), z.string()),
  passEnv: z.array(z.string()),
  /** Of the run. */
  budget: RunBudget.optional(),
  /** Paths that later tasks read and nobody else writes. */
  needed: z.array(z.strictObject({ path: z.string(), by: z.string() })),
  /** A stage of a pipeline: what is checked behind it counts as a gate, whoever judges. */
  gated: z.boolean(),
  package: WorkPackage.pick({
    purpose: true,
    goal: true,
    reads: true,
    upstream: true,
    stages: true,
    feedback: true,
    delivered: true,
    branch: true,
    cycle: true,
  }),
});
export type TaskInput = z.infer<typeof TaskInput>;

const reason = z.string().max(1_000).optional();

/** End it: what runs is stopped, what waits never starts. */
export const Cancel = z.strictObject({ type: z.literal("CANCEL"), reason });

/** The same; with `task`, only that one. */
const CancelSome = Cancel.extend({ task: z.string().optional() });

/** Start no new task until RESUME. `hard`: stop what runs, too, and run it again then (T-R7). */
const Pause = z.strictObject({ type: z.literal("PAUSE"), hard: z.boolean().optional(), reason });

const Resume = z.strictObject({ type: z.literal("RESUME") });

const answer = {
  /** As `approval.requested` names it. */
  gate: z.string().max(200),
  by: z.string().max(200).optional(),
  comment: z.string().max(1_000).optional(),
};
const Approve = z.strictObject({ type: z.literal("APPROVE"), ...answer });
const Deny = z.strictObject({ type: z.literal("DENY"), ...answer });

/** Do a task again, and all that rests on it; what came before stays. */
const Restart = z.strictObject({ type: z.literal("RESTART"), from: z.string() });

/** Keep a copy of what the run has made so far (S3-010). */
const Checkpoint = z.strictObject({
  type: z.literal("CHECKPOINT"),
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
});

export const WorkflowCommand = z.discriminatedUnion("type", [
  CancelSome,
  Pause,
  Resume,
  Approve,
  Deny,
  Restart,
  Checkpoint,
]);
export type WorkflowCommand = z.infer<typeof WorkflowCommand>;

export const TaskCommand = z.discriminatedUnion("type", [Cancel]);
export type TaskCommand = z.infer<typeof TaskCommand>;

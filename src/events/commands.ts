/**
 * What workflows and tasks take: their input, and the commands that may be sent to them
 * from outside (S1).
 */
import { z } from "zod";
import { Plan, PlanTask } from "./plan.ts";

/** Where a run does its work. Absolute paths: a run may be resumed from anywhere. */
const Place = {
  /** The run's id. */
  run: z.string(),
  /** The folder where the run was started; a task's `cwd` is relative to it. */
  folder: z.string(),
  /** The folder for what the run makes. */
  artifacts: z.string(),
};

export const WorkflowInput = z.strictObject({ ...Place, plan: Plan });
export type WorkflowInput = z.infer<typeof WorkflowInput>;

export const TaskInput = z.strictObject({
  ...Place,
  task: PlanTask,
  /** Values of the plan; those of the task win over them. */
  env: z.record(z.string(), z.string()),
  passEnv: z.array(z.string()),
});
export type TaskInput = z.infer<typeof TaskInput>;

/** End it: what runs is stopped, what waits never starts. */
export const Cancel = z.strictObject({
  type: z.literal("CANCEL"),
  reason: z.string().max(1_000).optional(),
});

export const WorkflowCommand = z.discriminatedUnion("type", [Cancel]);
export type WorkflowCommand = z.infer<typeof WorkflowCommand>;

export const TaskCommand = z.discriminatedUnion("type", [Cancel]);
export type TaskCommand = z.infer<typeof TaskCommand>;

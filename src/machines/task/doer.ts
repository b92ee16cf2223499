/** Who does a task at present, and how long that may take. Pure. */
import type { Assigned } from "../../events/commands.ts";
import type { TaskContext } from "./standing.ts";

type Doing = Pick<TaskContext, "input" | "healing">;

/** The task's own, or another who tries what that one failed at. */
export function doerOf({ input, healing }: Doing): Assigned {
  const agent = healing?.tried.at(-1)?.agent;
  if (agent === undefined) return input.doer;
  return healersOf(input).find((one) => one.agent === agent) ?? input.doer;
}

/** Those who may try it, in order: the task's own is none of them. */
export function healersOf({ doer, healers = [] }: TaskContext["input"]): readonly Assigned[] {
  return healers.filter(({ agent }) => agent !== undefined && agent !== doer.agent);
}

/** Ms; undefined: it may take as long as it likes. */
export function timeoutOf(context: Doing): number | undefined {
  return context.input.task.timeoutMs ?? doerOf(context).command?.timeoutMs;
}

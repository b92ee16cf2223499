/** Sequential: each stage reads what the one before has written (S0-015, S0-021). */
import type { PlanTask } from "../../../events/plan/task.ts";

/** The tasks as stages of a pipeline. */
export function stages(tasks: readonly PlanTask[]): readonly PlanTask[] {
  const named = tasks.map((task, at) =>
    task.outputs.length > 0 ? task : { ...task, outputs: [`artifacts/stage-${at + 1}-${task.id}.md`] },
  );
  return named.map((task, at) => {
    const before = named[at - 1];
    if (before === undefined) return task;
    return {
      ...task,
      dependsOn: [...new Set([...task.dependsOn, before.id])],
      reads: task.reads.length > 0 ? task.reads : before.outputs,
    };
  });
}

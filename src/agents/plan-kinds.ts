/**
 * The kinds that run plans: `workflow` and its `task`s, with real commands.
 */
import { defineKind } from "../actors/kind.ts";
import { TaskCommand, WorkflowCommand } from "../events/commands.ts";
import { taskMachine } from "../machines/task.ts";
import { workflowMachine } from "../machines/workflow.ts";
import { commandActor } from "./command-actor.ts";
import type { RunOptions } from "./command.ts";

/** @param options how commands are run. */
export function planKinds(options: Omit<RunOptions, "signal"> = {}) {
  const machine = taskMachine.provide({ actors: { command: commandActor(options) } });
  const task = defineKind({ kind: "task", version: "1", machine, events: TaskCommand });
  const workflow = defineKind({
    kind: "workflow",
    version: "1",
    machine: workflowMachine.provide({ actors: { task: machine } }),
    events: WorkflowCommand,
  });
  return [workflow, task] as const;
}

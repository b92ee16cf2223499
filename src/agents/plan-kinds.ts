/**
 * The kinds that run plans: `workflow` and its `task`s, with real commands and the agents of
 * the host.
 */
import { defineKind } from "../actors/kind.ts";
import { TaskCommand, TaskInput, WorkflowCommand } from "../events/commands.ts";
import { workflowInput } from "../events/plan/input.ts";
import { taskMachine } from "../machines/task/task.ts";
import { workflowMachine } from "../machines/workflow/workflow.ts";
import { agentNames, taskSources, workflowSources, type PlanOptions } from "./plan-sources.ts";

/**
 * The kinds of a host that runs plans.
 *
 * @param options the host's agents, and how commands are run.
 */
export function planKinds(options: PlanOptions = {}) {
  const machines = planMachines(options);
  const task = defineKind({
    kind: "task",
    version: "1",
    machine: machines.task,
    events: TaskCommand,
    input: TaskInput,
  });
  const workflow = defineKind({
    kind: "workflow",
    version: "1",
    machine: machines.workflow,
    events: WorkflowCommand,
    input: workflowInput(agentNames(options)),
  });
  return [workflow, task] as const;
}

/** The machines of these kinds, with all that they invoke. */
export function planMachines(options: PlanOptions = {}) {
  const task = taskMachine.provide({ actors: taskSources(options) });
  return { task, workflow: workflowMachine.provide({ actors: { task, ...workflowSources() } }) };
}

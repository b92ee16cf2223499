/**
 * The kinds that run plans: `workflow` and its `task`s, with real commands and the agents of
 * the host.
 */
import type { z } from "zod";
import type { Kind } from "../actors/kind.ts";
import { TaskCommand, TaskInput, WorkflowCommand, type WorkflowInput } from "../events/commands.ts";
import { TaskFact, type TaskOutcome } from "../events/facts/task.ts";
import { WorkflowFact, type WorkflowOutcome } from "../events/facts/workflow.ts";
import { workflowInput } from "../events/plan/input.ts";
import { taskMachine } from "../machines/task/task.ts";
import { workflowMachine } from "../machines/workflow/workflow.ts";
import { TASK_ANSWERS, WORKFLOW_ANSWERS } from "./answers.ts";
import { forkedWorkflow } from "./forked-run.ts";
import { agentKind, workingAgent, type AgentKind } from "./agent-kind.ts";
import { budgetKind, type BudgetKind } from "./budget-kind.ts";
import type { Closed } from "./closed.ts";
import {
  actorNames,
  agentNames,
  taskSources,
  workflowSources,
  type PlanOptions,
} from "./plan-sources.ts";

/** A workflow runs a plan: `workflow/RUN`. */
export type WorkflowKind = Kind<
  "workflow",
  Closed<WorkflowInput, WorkflowOutcome, WorkflowFact>,
  z.ZodType<WorkflowCommand, WorkflowCommand>,
  z.ZodType<WorkflowInput, z.input<typeof WorkflowInput>>
>;

/** A task of a plan: `task/RUN:TASK`, started by its workflow. */
export type TaskKind = Kind<
  "task",
  Closed<TaskInput, TaskOutcome, TaskFact>,
  z.ZodType<TaskCommand, TaskCommand>,
  z.ZodType<TaskInput, z.input<typeof TaskInput>>
>;

/** What runs plans, the agents that are actors, and what these may spend. */
export type PlanKinds = readonly [WorkflowKind, TaskKind, AgentKind, BudgetKind];

/**
 * The kinds of a host that runs plans.
 *
 * @param options the host's agents, and how commands are run.
 */
export function planKinds(options: PlanOptions = {}): PlanKinds {
  const agent = workingAgent(options);
  const machines = closedMachines(options, agent);
  const workflow = {
    kind: "workflow",
    version: "1",
    machine: machines.workflow,
    events: WorkflowCommand,
    input: workflowInput(agentNames(options), actorNames(options)),
    facts: WorkflowFact,
    // how it ended matters more than what that did to its tasks
    leadingFacts: ["workflow.failed", "workflow.cancelled", "workflow.completed"],
    answers: WORKFLOW_ANSWERS,
    forked: forkedWorkflow,
  } as const;
  const task = {
    kind: "task",
    version: "1",
    machine: machines.task,
    events: TaskCommand,
    input: TaskInput,
    facts: TaskFact,
    leadingFacts: ["task.failed", "task.cancelled", "task.completed"],
    answers: TASK_ANSWERS,
  } as const;
  return [workflow, task, agentKind(agent), budgetKind];
}

/** The machines of these kinds, as users know them. */
export function closedMachines(
  options: PlanOptions,
  agent = workingAgent(options),
): {
  readonly task: TaskKind["machine"];
  readonly workflow: WorkflowKind["machine"];
} {
  return planMachines(options, agent) as unknown as ReturnType<typeof closedMachines>; // they are; their inside is hidden
}

/** The machines of these kinds, with all that they invoke. */
function planMachines(options: PlanOptions, actor: ReturnType<typeof workingAgent>) {
  const task = taskMachine.provide({ actors: { ...taskSources(options), actor } });
  return { task, workflow: workflowMachine.provide({ actors: { task, ...workflowSources() } }) };
}

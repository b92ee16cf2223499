/** What a task is started with: whose work it is, and what it may know. Pure. */
import { entryOf } from "../../events/entry.ts";
import type { Assigned, TaskInput } from "../../events/commands.ts";
import { absolutePath } from "../../events/plan/paths.ts";
import type { PlanTask } from "../../events/plan/task.ts";
import type { Doer } from "../../events/plan/values.ts";
import type { Upstream } from "../../events/work.ts";
import { entryAt } from "./board.ts";
import { branchTask, reasonOf } from "./branches.ts";
import {
  indexOf,
  upstreamOf,
  upstreamsOf,
  type Branch,
  type PlannedTask,
  type WorkflowContext,
} from "./run.ts";

/** Of a task of the plan, or of a branch todo; undefined where there is none. */
export function taskInput(context: WorkflowContext, id: string): TaskInput | undefined {
  const branch = entryOf(context.branches, id);
  if (branch !== undefined) return branchInput(context, id, branch);
  const at = indexOf(context, id);
  const task = context.plan.tasks[at];
  return task === undefined ? undefined : ownInput(context, at, task);
}

function ownInput(context: WorkflowContext, at: number, planned: PlannedTask): TaskInput {
  const { added, ...task } = planned;
  const { plan } = context;
  const upstream = upstreamsOf(context, [...new Set([...task.dependsOn, ...(added?.sees ?? [])])]);
  const pipeline = plan.pattern === "sequential";
  return {
    ...shared(context, task),
    ...(task.gate !== undefined && { judge: assigned(context, task.gate) }),
    ...healersOf(context, task),
    needed: pipeline ? neededBehind(context, at) : [],
    gated: pipeline,
    package: {
      purpose: added?.purpose ?? "work",
      ...goalOf(context),
      reads: readsOf(context, task, upstream),
      upstream,
      stages: pipeline ? stagesBefore(context, at) : [],
      feedback: [...(added?.feedback ?? [])],
      ...about(context, planned),
    },
  };
}

function healersOf(context: WorkflowContext, { heal }: PlanTask): Pick<TaskInput, "healers"> {
  if (heal === undefined) return {};
  return { healers: heal.agents.map((agent) => assigned(context, { agent })) };
}

/** What only tasks that a pattern adds are told. */
function about(context: WorkflowContext, { added }: PlannedTask) {
  if (added === undefined) return {};
  const { purpose, cycle, about: id = "" } = added;
  const delivered = purpose === "compensate" ? upstreamOf(context, id) : undefined;
  const counted = purpose === "synthesize" || purpose === "integrate";
  const max = context.plan.hub?.maxCycles ?? 3;
  return {
    ...(delivered !== undefined && { delivered }),
    ...(counted && { cycle: { current: cycle, max } }),
  };
}

function branchInput(context: WorkflowContext, id: string, branch: Branch): TaskInput {
  const task = branchTask(context, id, branch);
  const { parent, depth, asked } = branch;
  return {
    ...shared(context, task),
    needed: [],
    gated: false,
    package: {
      purpose: "debug",
      ...goalOf(context),
      reads: task.reads.map((path) => absolutePath({ ...context.place, cwd: task.cwd }, path)),
      upstream: {},
      stages: [],
      feedback: [],
      branch: {
        parent,
        reason: reasonOf(branch),
        depth,
        instructions: task.description ?? "",
        diagnostics: asked.diagnostics,
      },
    },
  };
}

function shared(context: WorkflowContext, task: PlanTask) {
  const { env, passEnv, budget } = context.plan;
  const limited = budget === undefined ? {} : { budget };
  return { ...context.place, task, doer: assigned(context, task), env, passEnv, ...limited };
}

/** Who that is: a command of its own, an agent that is a command, or an agent of the host. */
function assigned({ plan, actors }: WorkflowContext, { run, agent = "" }: Doer): Assigned {
  if (run !== undefined) return { command: { run, env: {}, passEnv: [] } };
  const known = entryOf(plan.agents, agent);
  if (known === undefined) return actors?.includes(agent) === true ? { agent, actor: true } : { agent };
  const { description: _, ...command } = known;
  return { agent, command };
}

function goalOf({ plan: { goal } }: WorkflowContext): { readonly goal?: string } {
  return goal === undefined ? {} : { goal };
}

/** Absolute: its own, and what those before it have written. */
function readsOf(
  { place }: WorkflowContext,
  { reads, cwd }: PlanTask,
  upstream: Readonly<Record<string, Upstream>>,
): string[] {
  const own = reads.map((path) => absolutePath({ ...place, cwd }, path));
  return [...new Set([...own, ...Object.values(upstream).flatMap(({ outputs }) => outputs)])];
}

/** What the next stage reads and no stage says that it writes: it must be there, too (S0-026). */
function neededBehind({ plan }: WorkflowContext, at: number): TaskInput["needed"] {
  const next = plan.tasks[at + 1];
  const written = new Set(plan.tasks.flatMap(({ outputs }) => outputs));
  return (next?.reads ?? []).flatMap((path) =>
    next === undefined || written.has(path) ? [] : [{ path, by: next.id }],
  );
}

function stagesBefore({ plan, board }: WorkflowContext, at: number) {
  return plan.tasks.slice(0, at).map(({ id, title = id }, before) => ({
    task: id,
    title,
    summary: entryAt(board, before)?.outcome?.summary ?? "",
  }));
}

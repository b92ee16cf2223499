/** Dynamic: a generator is asked for further tasks, with what came of the last, until it has none (S4-028). */
import { z } from "zod";
import type { Failure } from "../../../events/failure.ts";
import { graphFaults } from "../../../events/plan/graph.ts";
import { isReservedId } from "../../../events/plan/reserved.ts";
import { PlanTask } from "../../../events/plan/task.ts";
import { Generated } from "../../../events/work.ts";
import { addedTask, lastRound, type Growth } from "../growth.ts";
import { indexOf, type WorkflowContext } from "../run.ts";

const NewTasks = Generated.extend({ tasks: z.array(PlanTask) });

export function grownByGenerator(context: WorkflowContext): Growth | undefined {
  const round = lastRound(context);
  const [last] = round;
  const { purpose, cycle = 0 } = last?.task.added ?? {};
  if (purpose !== "generate" || last === undefined) return generation(context, cycle + 1);
  const { tasks } = NewTasks.parse(last.outcome?.data);
  if (tasks.length === 0) return undefined;
  const added = { purpose: "work", by: last.task.id, sees: [], feedback: [], cycle, round: 0 } as const;
  return { tasks: tasks.map((task) => ({ ...task, added })), by: last.task.id };
}

function generation(context: WorkflowContext, cycle: number): Growth {
  const task = addedTask(
    { id: `generate_${cycle}`, title: `What is to be done next (${cycle})` },
    context.plan.generate ?? {},
    { purpose: "generate", cycle, sees: lastRound(context).map(({ task: { id } }) => id) },
  );
  return { tasks: [task] };
}

/** What is wrong with tasks that a generator yields, in the plan that they come into. */
export function faultOfGenerated(context: WorkflowContext, data: unknown): Failure | undefined {
  const parsed = NewTasks.safeParse(data);
  const tasks = parsed.success ? parsed.data.tasks : [];
  const why = [
    ...tooMany(context, tasks.length),
    ...tasks.flatMap((task) => faultsOf(context, task)),
    ...graphFaults(tasks.map((task) => ({ ...task, dependsOn: inside(context, task) }))).map(
      (fault) => `${fault.type} at ${tasks[fault.task]?.id}`,
    ),
  ];
  return why.length === 0 ? undefined : { code: "RESULT_INVALID", message: why.join("; ") };
}

function tooMany({ plan }: WorkflowContext, more: number): readonly string[] {
  const all = plan.tasks.length + more;
  return all > plan.limits.tasks
    ? [`${all} tasks are more than the limit of ${plan.limits.tasks}`]
    : [];
}

function faultsOf(context: WorkflowContext, task: PlanTask): readonly string[] {
  const { id, run, agent } = task;
  return [
    ...(indexOf(context, id) === -1 ? [] : [`there is a task "${id}" already`]),
    ...(isReservedId(id) ? [`the id "${id}" is reserved`] : []),
    ...((run === undefined) === (agent === undefined) ? [`"${id}" needs either run or agent`] : []),
  ];
}

/** What it depends on among the new ones: the others must exist, and are over. */
function inside(context: WorkflowContext, { dependsOn }: PlanTask): readonly string[] {
  return dependsOn.filter((id) => indexOf(context, id) === -1);
}

/** Dynamic: a generator is asked for further tasks, with what came of the last, until it has none (S4-028). */
import { z } from "zod";
import type { Failure } from "../../../events/failure.ts";
import { faultsOfAdded } from "../../../events/plan/added-faults.ts";
import { placeText } from "../../../events/plan/fault.ts";
import { PlanTask } from "../../../events/plan/task.ts";
import { Generated } from "../../../events/work.ts";
import { addedTask, lastRound, type Growth } from "../growth.ts";
import type { WorkflowContext } from "../run.ts";

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
export function faultOfGenerated(
  { plan, agents }: WorkflowContext,
  data: unknown,
): Failure | undefined {
  const { tasks = [] } = NewTasks.safeParse(data).data ?? {};
  const all = plan.tasks.length + tasks.length;
  const { tasks: limit } = plan.limits;
  const faults = faultsOfAdded(
    tasks,
    plan.tasks.map(({ id }) => id),
    { agents: agents === undefined ? "any" : [...agents, ...Object.keys(plan.agents)] },
  );
  const why = [
    ...(all > limit ? [`${all} tasks are more than the limit of ${limit}`] : []),
    ...faults.map(({ path, message }) => `${placeText(path)}: ${message}`),
  ];
  return why.length === 0 ? undefined : { code: "RESULT_INVALID", message: why.join("; ") };
}

/** Tasks that a pattern adds to a run. */
import type { WorkflowFact } from "../../events/facts/workflow.ts";
import { PlanTask } from "../../events/plan/task.ts";
import type { Doer } from "../../events/plan/values.ts";
import { entryAt } from "./board.ts";
import type { Added, PlannedTask, WorkflowContext } from "./run.ts";

/** What comes behind the tasks so far. */
export interface Growth {
  readonly tasks: readonly PlannedTask[];
  /** The task whose answer it comes from. */
  readonly by?: string;
  readonly facts?: readonly WorkflowFact[];
  readonly change?: Partial<WorkflowContext>;
}

/** A task that no author wrote. */
export function addedTask(
  fields: { readonly id: string; readonly title: string } & Partial<PlanTask>,
  doer: Doer,
  added: Partial<Added> & Pick<Added, "purpose">,
): PlannedTask {
  const who = {
    ...(doer.run !== undefined && { run: doer.run }),
    ...(doer.agent !== undefined && { agent: doer.agent }),
  };
  return {
    ...PlanTask.parse({ ...fields, ...who }),
    added: { sees: [], feedback: [], cycle: 1, round: 0, ...added },
  };
}

/** The tasks of the last round, with how they ended. */
export function lastRound({ plan, board }: WorkflowContext) {
  const { first } = board.round;
  return plan.tasks
    .slice(first)
    .map((task, at) => ({ task, outcome: entryAt(board, first + at)?.outcome }));
}

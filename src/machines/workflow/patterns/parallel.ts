/** Parallel: when the branches are joined, somebody makes one result of them (S0-010). */
import { addedTask, lastRound, type Growth } from "../growth.ts";
import type { WorkflowContext } from "../run.ts";

/** The agent of the host that puts texts one after the other. */
const MERGE = { agent: "merge" };

export function grownByAggregate(context: WorkflowContext): Growth | undefined {
  const { plan, place, board } = context;
  if (board.round.first > 0) return undefined;
  const sees = lastRound(context).map(({ task }) => task.id);
  const task = addedTask(
    {
      id: "aggregate",
      title: `One result of ${sees.length} branches`,
      outputs: [`artifacts/parallel-result-${place.run}.md`],
    },
    plan.aggregate ?? MERGE,
    { purpose: "aggregate", sees },
  );
  return { tasks: [task] };
}

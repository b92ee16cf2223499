/** Saga: what was done is undone in reverse order of its completion (S4-007, T-R6). */
import { entryAt } from "../board.ts";
import { addedTask, type Growth } from "../growth.ts";
import { outcomesOf } from "../said.ts";
import type { WorkflowContext } from "../run.ts";

export function grownBySaga(context: WorkflowContext): Growth | undefined {
  const cause = causeOf(context);
  if (context.undoing !== undefined || cause === undefined) return undefined;
  const done = completedLastFirst(context);
  const tasks = done.map(({ id, title = id, compensate = {}, ...rest }, n) =>
    addedTask(
      {
        id: `${id}_compensation`,
        title: `Undo: ${title}`,
        dependsOn: n === 0 ? [] : [`${done[n - 1]?.id}_compensation`],
        // whatever became of the one before
        when: "true",
        env: rest.env,
        ...(rest.cwd !== undefined && { cwd: rest.cwd }),
        ...(rest.input !== undefined && { input: rest.input }),
        ...(rest.timeoutMs !== undefined && { timeoutMs: rest.timeoutMs }),
        maxRetries: rest.maxRetries,
        retryDelayMs: rest.retryDelayMs,
        maxRetryDelayMs: rest.maxRetryDelayMs,
      },
      compensate,
      { purpose: "compensate", about: id, sees: [id] },
    ),
  );
  const ids = done.map(({ id }) => id);
  return {
    tasks,
    facts: [{ type: "saga.compensating", v: 1, data: { cause, tasks: ids } }],
    change: { undoing: cause },
  };
}

/** Why something must be undone; undefined: it must not. */
function causeOf(context: WorkflowContext): string | undefined {
  if (context.reason !== undefined) return `cancelled: ${context.reason}`;
  return outcomesOf(context).find(({ status }) => status === "FAILED" || status === "CANCELLED")?.id;
}

function completedLastFirst({ plan, board }: WorkflowContext) {
  return plan.tasks
    .map((task, at) => ({ task, nth: entryAt(board, at)?.nth ?? 0 }))
    .filter(({ task, nth }) => nth > 0 && task.compensate !== undefined)
    .toSorted((a, b) => b.nth - a.nth)
    .map(({ task }) => task);
}

/** Branch todos of a run: what waits for them, and how they ended. */
import type { WorkflowFact } from "../events/facts/workflow.ts";
import { withListed } from "./runs-listed.ts";
import { withFace } from "./runs-task.ts";
import { only, type BranchView, type RunView } from "./runs-view.ts";

type Of<TType extends WorkflowFact["type"]> = Extract<WorkflowFact, { readonly type: TType }>["data"];

export function branchOpened(view: RunView, data: Of<"branch.opened">, at: number): RunView {
  const { branch, parent_id: parent, title, agent_role: agent, blocked } = data;
  const todo: BranchView = {
    branch,
    parent,
    title,
    agent,
    blocked,
    openedAt: at,
    depth: data.depth,
    reason: data.branch_reason,
    instructions: data.debug_instructions,
    maxAttempts: data.max_debug_attempts,
  };
  // it is done beside what it mends
  const beside = only({ wave: view.tasks.find(({ id }) => id === parent)?.wave });
  const known = withListed(view, branch, (task) => ({ ...task, title, agent, parent, ...beside }));
  const opened = { ...known, branches: [...view.branches, todo] };
  return [...new Set([parent, ...blocked])].reduce<RunView>(
    (run, id) =>
      withListed(run, id, (task) => ({
        ...task,
        blockedByBranches: [...task.blockedByBranches.filter((other) => other !== branch), branch],
      })),
    opened,
  );
}

export function branchEnded(view: RunView, data: Of<"branch.ended">, at: number): RunView {
  const { branch, status } = data;
  const last = view.branches.findLastIndex((todo) => todo.branch === branch);
  const branches = view.branches.map((todo, index) =>
    index === last ? { ...todo, endedAt: at, status } : todo,
  );
  const tasks = view.tasks.map((task) => {
    if (!task.blockedByBranches.includes(branch)) return task;
    const left = task.blockedByBranches.filter((other) => other !== branch);
    return withFace({ ...task, blockedByBranches: left });
  });
  return { ...view, branches, tasks };
}

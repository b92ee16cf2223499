/** Branch todos and artifacts of runs as tables. */
import type { CommitView } from "../runs-commits.ts";
import type { RunView, TaskView } from "../runs-view.ts";
import { defineTable } from "../table.ts";

/** One row per branch todo. */
export const branches = defineTable({
  name: "branches",
  columns: {
    run: "text",
    branch: "text",
    /** The task or branch todo that it mends. */
    parent: "text",
    title: "text",
    agent: "text",
    reason: "text",
    /** 1 where it mends a task of the plan. */
    depth: "integer",
    maxAttempts: "integer",
    /** How many tasks wait for it, directly or not. */
    blocked: "integer",
    /** Null while it is open. */
    status: "text",
    openedAt: "integer",
    endedAt: "integer",
    durationMs: "integer",
  },
  indexes: [["run"], ["reason", "status"]],
  spread: (view: RunView) =>
    view.branches.map(({ branch, parent, title, agent, reason, depth, maxAttempts, ...todo }) => ({
      run: view.run,
      branch,
      parent,
      title,
      agent,
      reason,
      depth,
      maxAttempts,
      blocked: todo.blocked.length,
      status: todo.status ?? null,
      openedAt: todo.openedAt,
      endedAt: todo.endedAt ?? null,
      durationMs: todo.endedAt === undefined ? null : todo.endedAt - todo.openedAt,
    })),
});

/** One row per path that a completed task has left, and per path that a checkpoint keeps. */
export const artifacts = defineTable({
  name: "artifacts",
  columns: {
    run: "text",
    /** Null of a checkpoint. */
    task: "text",
    /** Who made it, where that was an agent. */
    agent: "text",
    /** As in the plan. */
    path: "text",
    /** `output` or `checkpoint`. */
    kind: "text",
    /** The checkpoint's name. */
    checkpoint: "text",
    at: "integer",
    /** Where it was committed to a repository: there, by the last commit. */
    branch: "text",
    tag: "text",
    sha: "text",
  },
  indexes: [["run"], ["task"]],
  spread(view: RunView) {
    const commits = new Map(
      view.tasks
        .flatMap(({ starts }) => starts.flatMap((start) => start.commits ?? []))
        .map((commit) => [commit.task, commit]),
    );
    return [
      ...view.tasks.flatMap((task) => outputRows(view.run, task, commits.get(task.id))),
      ...view.checkpoints.flatMap(({ name, outputs, at }) =>
        outputs.map((path) => ({
          ...ROW,
          run: view.run,
          path,
          kind: "checkpoint",
          checkpoint: name,
          at,
        })),
      ),
    ];
  },
});

const ROW = { task: null, agent: null, checkpoint: null, branch: null, tag: null, sha: null };

function outputRows(run: string, task: TaskView, commit: CommitView | undefined) {
  const { id, agent = null, status, outputs, endedAt = null } = task;
  if (status !== "COMPLETED") return [];
  const kept = {
    branch: commit?.branch ?? null,
    tag: commit?.tag ?? null,
    sha: commit?.commit ?? null,
  };
  return outputs.map((path) => ({
    ...ROW,
    run,
    task: id,
    agent,
    path,
    kind: "output",
    at: endedAt,
    ...kept,
  }));
}

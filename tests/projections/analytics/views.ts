/** Views of runs and of their tasks, of which a test says only what matters to it. */
import type { AttemptView, RunView, TaskView } from "../../../src/projections/runs-view.ts";

export function run(known: Partial<RunView> = {}): RunView {
  return {
    run: "r",
    name: "n",
    pattern: "sequential",
    join: "all",
    concurrency: 4,
    status: "COMPLETED",
    open: false,
    cancelled: false,
    startedAt: 0,
    movedAt: 0,
    records: 1,
    artifacts: ".",
    tasks: [],
    listed: 0,
    last: [],
    branches: [],
    agents: [],
    gates: [],
    feedback: [],
    syntheses: [],
    alerts: [],
    checkpoints: [],
    rounds: [],
    ...known,
  };
}

export function task(known: Partial<TaskView> = {}): TaskView {
  return {
    id: "t",
    title: "t",
    dependsOn: [],
    outputs: [],
    blockedByBranches: [],
    openGates: [],
    starts: [],
    stale: 0,
    status: "PENDING",
    purpose: "work",
    attempts: 0,
    restarts: 0,
    reworks: 0,
    ...known,
  };
}

/** A task that was tried, with what came of each attempt; each takes as long as the others. */
export function tried(
  id: string,
  outcomes: readonly string[],
  { ms = 100, ...known }: Partial<TaskView> & { readonly ms?: number } = {},
): TaskView {
  const each = ms / Math.max(1, outcomes.length);
  const attempts = outcomes.map<AttemptView>((outcome, at) => ({
    attempt: at + 1,
    purpose: "work",
    startedAt: at * each,
    endedAt: (at + 1) * each,
    outcome,
  }));
  const status = outcomes.at(-1) === "COMPLETED" ? "COMPLETED" : "FAILED";
  return task({
    id,
    title: id,
    agent: `${id}-agent`,
    status,
    attempts: attempts.length,
    starts: [{ n: 1, status, attempts, restarts: 0, reworks: 0, endedAt: ms }],
    durationMs: ms,
    ...known,
  });
}

/** What a workflow says of its run, as facts. Pure. */
import { entryOf } from "../../events/entry.ts";
import type { Compensation, WorkflowFact, WorkflowOutcome } from "../../events/facts/workflow.ts";
import { entryAt } from "./board.ts";
import { graphOf } from "./graph.ts";
import { upstreamOf, type PlannedTask, type WorkflowContext } from "./run.ts";

export function started({ plan, restarts, own }: WorkflowContext): WorkflowFact {
  const { name, pattern } = plan;
  const data = { name, pattern, tasks: own, ...(restarts !== undefined && { restarts }) };
  return { type: "workflow.started", v: 1, data };
}

/** The envelope of a package (S0-004). */
export function delegated(context: WorkflowContext, at: number, task: PlannedTask): WorkflowFact {
  const { plan } = context;
  const { id, title = id, agent, dependsOn, outputs, reads, added } = task;
  const before = [...dependsOn, ...(added?.sees ?? [])];
  const artifacts = before.flatMap((other) => upstreamOf(context, other)?.outputs ?? []);
  const timeoutMs = task.timeoutMs ?? entryOf(plan.agents, agent ?? "")?.timeoutMs;
  return {
    type: "task.delegated",
    v: 1,
    data: {
      task: id,
      title,
      ...(agent !== undefined && { agent }),
      wave: graphOf(plan.tasks).wave[at] ?? 1,
      dependsOn,
      outputs,
      input_artifacts: [...new Set([...reads, ...artifacts])],
      ...(timeoutMs !== undefined && { timeoutMs }),
    },
  };
}

export function alerted(severity: "warning" | "critical", code: string, message: string): WorkflowFact {
  return { type: "workflow.alerted", v: 1, data: { severity, code, message } };
}

/** What became of a saga's compensations; undefined where nothing had to be undone. */
export function compensationOf({ plan, board, undoing }: WorkflowContext): Compensation | undefined {
  if (undoing === undefined) return undefined;
  const incomplete = plan.tasks.flatMap(({ added }, at) =>
    added?.purpose === "compensate" && entryAt(board, at)?.status !== "COMPLETED"
      ? [added.about ?? ""]
      : [],
  );
  return { compensated: incomplete.length === 0, incomplete };
}

/** How the run is over, said once. */
export function over(context: WorkflowContext, status: WorkflowOutcome["status"]): WorkflowFact {
  const { board, reason = "" } = context;
  const { counts } = board;
  const found = compensationOf(context);
  const compensation = found === undefined ? {} : { compensation: found };
  switch (status) {
    case "COMPLETED":
      return { type: "workflow.completed", v: 1, data: { counts } };
    case "CANCELLED":
      return { type: "workflow.cancelled", v: 1, data: { counts, reason, ...compensation } };
    case "FAILED": {
      const data = { counts, ...faults(context), ...compensation };
      return { type: "workflow.failed", v: 1, data };
    }
  }
}

export function outcomesOf({ plan, board }: WorkflowContext): WorkflowOutcome["tasks"] {
  return plan.tasks.flatMap(({ id }, at) => {
    const outcome = entryAt(board, at)?.outcome;
    return outcome === undefined ? [] : [{ id, ...outcome }];
  });
}

function faults(context: WorkflowContext) {
  const ends = outcomesOf(context);
  return {
    failed: ends.flatMap(({ id, status }) => (status === "FAILED" ? [id] : [])),
    skipped: ends.flatMap(({ id, blockedBy }) =>
      blockedBy === undefined ? [] : [{ task: id, blockedBy }],
    ),
  };
}

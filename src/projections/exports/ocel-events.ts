/** Events of an OCEL document, each about all objects that took part in it. */
import type { RunView } from "../runs-view.ts";
import { approvals } from "../tables/run-humans.ts";
import type { Cell } from "../table.ts";
import type { ExecutionRow, HandoffRow, WorkflowRow } from "../tables/columns.ts";
import { textsIn } from "../telemetry/said.ts";
import { handoffRows } from "../telemetry/workflow-rows.ts";
import { event, related, type EventType, type OcelEvent } from "./ocel-parts.ts";
import { executionsIn, handoffsOfRun, workflowsIn } from "./rows.ts";
import type { ExportSource } from "./source.ts";

export async function* ocelEvents(source: ExportSource): AsyncGenerator<OcelEvent> {
  for await (const row of workflowsIn(source)) yield* ofWorkflow(row);
  for await (const { row } of executionsIn(source)) yield* ofExecution(row);
  for await (const view of source.runs()) {
    for (const [n, row] of handoffsOfRun(view).entries())
      yield ofHandoff(row, n, outputsOf(view, row.fromTask));
    yield* ofRun(view);
  }
  for await (const { key, row } of source.workflows())
    for (const [n, handoff] of handoffRows(row, key).entries())
      yield ofHandoff(handoff, n, textsIn(row.handoffs[n]?.said ?? {}, "artifacts") ?? []);
}

const WORKFLOW_ENDS: Readonly<Record<string, EventType>> = {
  COMPLETED: "workflow completed",
  FAILED: "workflow failed",
  ERROR: "workflow failed",
};

function* ofWorkflow({
  workflow,
  startedAt,
  endedAt,
  durationMs,
  status,
}: WorkflowRow): Generator<OcelEvent> {
  const to = related("workflow", "workflow", workflow);
  if (startedAt !== null)
    yield event("workflow started", `workflow:${workflow}:started`, { at: startedAt, to });
  if (endedAt === null) return;
  const type = WORKFLOW_ENDS[status ?? ""] ?? "workflow stopped";
  yield event(type, `workflow:${workflow}:ended`, {
    at: endedAt,
    values: { duration_ms: durationMs },
    to,
  });
}

const WORK_ENDS: Readonly<Record<string, EventType>> = {
  success: "work succeeded",
  failure: "work failed",
  partial: "work sent back",
};

function* ofExecution(row: ExecutionRow): Generator<OcelEvent> {
  const { id, workflow, task, agent, startedAt, endedAt, status } = row;
  const to = [
    ...related("execution", "execution", id),
    ...related("workflow", "workflow", workflow),
    ...related("task", "task", workflow, task),
    ...related("agent", "agent", agent),
  ];
  if (startedAt !== null) yield event("work started", `execution:${id}:started`, { at: startedAt, to });
  if (endedAt === null) return;
  const { durationMs: duration_ms, tokens, money: cost, quality, failure } = row;
  const values = { duration_ms, tokens, cost, quality, failure };
  yield event(WORK_ENDS[status ?? ""] ?? "work stopped", `execution:${id}:ended`, {
    at: endedAt,
    values,
    to,
  });
}

function ofHandoff(row: HandoffRow, n: number, artifacts: readonly string[]): OcelEvent {
  const { workflow, fromAgent, toAgent, fromTask, toTask, at, gapMs } = row;
  return event("work handed off", `workflow:${workflow}:handoff:${n}`, {
    at: at ?? 0,
    values: { gap_ms: gapMs },
    to: [
      ...related("workflow", "workflow", workflow),
      ...related("from", "agent", fromAgent),
      ...related("to", "agent", toAgent),
      ...related("of", "task", workflow, fromTask),
      ...related("for", "task", workflow, toTask),
      ...artifacts.flatMap((path) => related("artifact", "artifact", workflow, path)),
    ],
  });
}

function outputsOf({ tasks }: RunView, id: string | null): readonly string[] {
  return tasks.find((task) => task.id === id)?.outputs ?? [];
}

/** What people were asked, what tasks have left, and what a run itself has noted. */
function* ofRun(view: RunView): Generator<OcelEvent> {
  const { run, tasks, checkpoints, alerts } = view;
  const workflow = related("workflow", "workflow", run);
  for (const row of approvals.spread(view, run)) yield* ofApproval(view, row);
  for (const { id, status, endedAt, outputs } of tasks)
    for (const path of status === "COMPLETED" && endedAt !== undefined ? outputs : [])
      yield event("artifact left", `workflow:${run}:left:${id}:${path}`, {
        at: endedAt ?? 0,
        to: [
          ...workflow,
          ...related("task", "task", run, id),
          ...related("artifact", "artifact", run, path),
        ],
      });
  for (const [n, { name, at }] of checkpoints.entries())
    yield event("checkpoint taken", `workflow:${run}:checkpoint:${n}`, {
      at,
      values: { name },
      to: workflow,
    });
  for (const [n, { code, severity, message, at }] of alerts.entries())
    yield event("alert raised", `workflow:${run}:alert:${n}`, {
      at,
      values: { code, severity, message },
      to: workflow,
    });
}

const ANSWERS: Readonly<Record<string, EventType>> = {
  granted: "approval granted",
  denied: "approval denied",
  answered: "question answered",
};

function* ofApproval(
  { run, tasks }: RunView,
  row: Readonly<Record<string, Cell>>,
): Generator<OcelEvent> {
  const { id, question, askedAt, answer, answeredAt, by, comment } = row;
  const task = tasks.find((one) => one.id === row["task"])?.id ?? null;
  const to = [...related("workflow", "workflow", run), ...related("task", "task", run, task)];
  yield event("approval asked", `workflow:${run}:asked:${id}`, {
    at: Number(askedAt),
    values: { question: question ?? null },
    to,
  });
  const type = ANSWERS[String(answer)];
  if (type === undefined) return;
  const values = { by: by ?? null, comment: comment ?? null };
  yield event(type, `workflow:${run}:answered:${id}`, { at: Number(answeredAt), values, to });
}

/**
 * What a run came to: for people as lines, for programs as one JSON value.
 */
import { remark } from "./live-view.ts";
import { inked, span, styleOf, type Ink } from "./paper.ts";
import { endedTasks, type RunView, type TaskView } from "../projections/runs-view.ts";
import { moneyText } from "../projections/report-agents.ts";
import { spentBy } from "../projections/runs-agents.ts";
import { tameLine } from "./terminal.ts";

/** The result: how it ended, what went wrong, its alerts, and what the last tasks said. */
export function runLines(view: RunView, ink: Ink): readonly string[] {
  const took = span(view.movedAt - view.startedAt);
  const ended = endedTasks(view);
  const status = inked(ink, styleOf(view.status), view.status);
  const tasks = `${ended} of ${view.tasks.length} tasks`;
  const head = [`${view.name} ${view.run}: ${status}`, tasks, took, ...cost(view)].join(", ");
  const wrong = view.tasks
    .filter(({ status: state }) => state !== "COMPLETED")
    .map((task) => `  ${task.status} ${task.id}: ${tameLine(remark(task, view.movedAt))}`);
  const said = results(view)
    .filter(({ summary = "" }) => summary !== "")
    .map(({ summary = "" }) => tameLine(summary));
  const alerts = view.alerts.map(
    ({ severity, message }) => `  ${severity.toUpperCase()} ${tameLine(message)}`,
  );
  return [head, ...wrong, ...alerts, ...said];
}

/** What its agents have cost, if any were actors. */
function cost({ agents }: RunView): readonly string[] {
  if (agents.length === 0) return [];
  const { calls, tokens, money } = spentBy(agents);
  const paid = money === 0 ? [] : [`${moneyText(money)} of money`];
  return [`${calls} turns of agents`, `${tokens} tokens`, ...paid];
}

/** The tasks whose words are the result: what a pattern adds comes after the tasks of its plan. */
function results({ tasks, last }: RunView): readonly TaskView[] {
  const joined = tasks.filter(({ purpose }) => purpose === "aggregate" || purpose === "integrate");
  if (joined.length > 0) return joined;
  const needed = new Set(tasks.flatMap(({ dependsOn }) => dependsOn));
  const generated = tasks.filter(
    ({ id, addedBy, purpose }) => addedBy !== undefined && purpose === "work" && !needed.has(id),
  );
  return generated.length > 0 ? generated : tasks.filter(({ id }) => last.includes(id));
}

/** Where the files of a run lie, if it left any there. */
export function filesLine(view: RunView): string | undefined {
  if (view.pattern !== "graph" && !view.open) return `report and artifacts in ${view.artifacts}`;
  const kept = view.tasks.some(
    ({ status, outputs }) =>
      status === "COMPLETED" && outputs.some((path) => path.startsWith("artifacts/")),
  );
  return kept ? `artifacts in ${view.artifacts}` : undefined;
}

/** The same for a program. */
export function runJson(view: RunView, log: string) {
  const { last: _last, open: _open, ...rest } = view;
  return { ...rest, log, durationMs: view.movedAt - view.startedAt };
}

export function exitCodeOfRun(view: RunView | undefined): 0 | 1 {
  return view?.status === "COMPLETED" ? 0 : 1;
}

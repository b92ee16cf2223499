/**
 * What a run waits for that only people can give, and what they type to give it. Pure.
 */
import { parseAddress } from "../events/address.ts";
import { openQuestions } from "../projections/runs-agents.ts";
import { openGates, type RunView, type TaskView } from "../projections/runs-view.ts";

/** A line for each thing that people must do before an open run goes on, or goes on in full. */
export function asks(view: RunView): readonly string[] {
  const { run, paused } = view;
  const gates = openGates(view).map(
    ({ gate, question }) =>
      `${run} asks: ${question} → troupe approvals approve ${run} ${gate} (or deny)`,
  );
  const questions = (view.open ? openQuestions(view.agents) : []).map(
    ({ id, agent, text }) =>
      `${run}: ${agent} asks: ${text.split("\n")[0] ?? ""} → troupe questions answer ${run} ${id} "…"`,
  );
  if (!isPaused(view)) return [...gates, ...questions];
  const why = paused?.reason ? ` (${paused.reason})` : "";
  return [...gates, ...questions, `${run} is paused${why} → troupe resume ${run}`];
}

/** Whether nothing of an open run moves until somebody does something. */
export function isIdle(view: RunView): boolean {
  if (!view.open) return false;
  const paused = isPaused(view);
  const asking = new Set(openQuestions(view.agents).map(({ address }) => taskOf(address)));
  if (!paused && openGates(view).length === 0 && asking.size === 0) return false;
  const open = new Set(view.tasks.flatMap((task) => (isOver(task) ? [] : [task.id])));
  return !view.tasks.some((task) => !asking.has(task.id) && isMoving(task, open, paused));
}

/** The task of `agent/RUN:TASK:work`, without the number of its start. */
function taskOf(address: string): string {
  return (parseAddress(address).path[0] ?? "").replace(/~\d+$/, "");
}

/** Whether a task goes on by itself; what its run will make of it next counts, too. */
function isMoving(task: TaskView, open: ReadonlySet<string>, paused: boolean): boolean {
  const { status, waitsFor, delegatedAt, dependsOn } = task;
  if (status === "RUNNING") return true;
  if (status === "PENDING")
    return delegatedAt !== undefined || (!paused && !dependsOn.some((id) => open.has(id)));
  const itself = waitsFor === "retry" || waitsFor === "healing";
  return status === "WAITING" && (itself || (!paused && isUnsettled(task)));
}

/** Whether what a task waits for is not asked yet, or answered already: its run is about to say so. */
export function isUnsettled({
  status,
  waitsFor,
  openGates: asked,
  blockedByBranches,
}: TaskView): boolean {
  if (status !== "WAITING") return false;
  if (waitsFor === "approval") return asked.length === 0;
  return waitsFor === "branch" && blockedByBranches.length === 0;
}

function isOver({ status }: TaskView): boolean {
  return status !== "PENDING" && status !== "RUNNING" && status !== "WAITING";
}

export function isPaused({ open, status }: RunView): boolean {
  return open && status === "PAUSED";
}

/** How far a run is, in a line or as JSON. Pure. */
import { progressOf } from "../projections/progress.ts";
import { iterationOf } from "../projections/report-hub.ts";
import { isOver, type RunView, type TaskView } from "../projections/runs-view.ts";
import { moment, span } from "./paper.ts";
import { isIdle } from "./standing.ts";
import { tameLine } from "./terminal.ts";

/** `50 %, 2 of 4 tasks; runs: a, b; waits: c (approval); through in 4.0 s`. */
export function progressLine(view: RunView, now: number): string {
  const progress = progressOf(view, now);
  const { percentage, total, failed, cancelled, skipped, delayed, expectedCompletionAt } = progress;
  const ended = view.tasks.filter(({ status }) => isOver(status)).length;
  const parts = [
    `${view.run} ${view.status} ${percentage} %, ${ended} of ${total} tasks`,
    ...counted({ failed, cancelled, skipped, delayed }),
    ...(view.pattern === "hub" ? [iteration(view)] : []),
    ...named("runs", idsOf(view, "RUNNING")),
    ...named(
      "waits",
      waiting(view).map(({ id, for: what }) => `${id} (${what})`),
    ),
    ...(expectedCompletionAt === undefined || isIdle(view)
      ? []
      : [`through in ${span(Math.max(0, expectedCompletionAt - now))}`]),
  ];
  return tameLine(`${moment(view.movedAt)}  ${parts.join("; ")}`);
}

/** The same for a program: one value per change. */
export function progressJson(view: RunView, now: number) {
  const { run, name, status, movedAt } = view;
  return {
    run,
    name,
    status,
    movedAt,
    ...progressOf(view, now),
    tasks: { running: idsOf(view, "RUNNING"), waiting: waiting(view) },
    ...(view.pattern === "hub" && { iteration: iterationOf(view) }),
  };
}

function counted(counts: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(counts).flatMap(([word, n]) => (n === 0 ? [] : [`${n} ${word}`]));
}

function named(what: string, ids: readonly string[]): readonly string[] {
  const shown = ids.length > 6 ? [...ids.slice(0, 6), `and ${ids.length - 6} more`] : ids;
  return ids.length === 0 ? [] : [`${what}: ${shown.join(", ")}`];
}

function idsOf({ tasks }: RunView, wanted: string): readonly string[] {
  return tasks.flatMap(({ id, status }) => (status === wanted ? [id] : []));
}

function waiting({ tasks }: RunView): readonly { readonly id: string; readonly for: string }[] {
  return tasks.flatMap((task) =>
    task.status === "WAITING" ? [{ id: task.id, for: reasonOf(task) }] : [],
  );
}

function reasonOf({ waitsFor = "retry", openGates, blockedByBranches }: TaskView): string {
  // until its run has said for what, it is the run that a task waits for
  if (waitsFor === "approval") return openGates.join(", ") || "its run";
  return waitsFor === "branch" ? blockedByBranches.join(", ") || "its run" : waitsFor;
}

function iteration(view: RunView): string {
  const { current, max } = iterationOf(view);
  return `iteration ${current}/${max}`;
}

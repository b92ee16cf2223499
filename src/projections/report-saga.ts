/** The report of a saga: what was done, and what of it was undone (S4-007, T-R6). */
import { duration, field, iso, type Field, type Section } from "./report-document.ts";
import { specialistOf, whyOf } from "./report-parallel.ts";
import { branchesOf } from "./report-verdict.ts";
import { isOver, type RunView, type TaskView } from "./runs-view.ts";

export function sagaFields(view: RunView): readonly (Field | undefined)[] {
  const { compensating, compensation } = view;
  const undone = undoings(view);
  const incomplete = undone.filter(({ task }) => isOver(task.status) && task.status !== "COMPLETED");
  const compensated =
    compensation?.compensated ?? (compensating !== undefined && undone.every(isUndone));
  const left = compensation?.incomplete ?? incomplete.map(({ of }) => of);
  return [
    duration("Total Duration", view.movedAt - view.startedAt),
    field("Compensated", compensated),
    field("Cause", compensating?.cause),
    left.length === 0 ? undefined : field("Compensation Incomplete", left),
  ];
}

export function sagaSections(view: RunView): readonly Section[] {
  const undone = undoings(view);
  return [
    {
      title: "Steps",
      columns: ["Task", "Specialist", "Status", "Ended", "Summary", "Problem"],
      rows: branchesOf(view).map((task) => [
        task.id,
        specialistOf(task),
        task.status,
        task.endedAt === undefined ? null : iso(task.endedAt),
        task.summary ?? "",
        task.status === "COMPLETED" ? "" : whyOf(task),
      ]),
    },
    {
      title: "Compensations",
      columns: ["Order", "Task", "Undoes", "Status", "Problem"],
      rows: undone.map(({ task, of }, at) => [
        at + 1,
        task.id,
        of,
        task.status,
        task.status === "COMPLETED" ? "" : whyOf(task),
      ]),
    },
  ];
}

interface Undoing {
  /** The compensation. */
  readonly task: TaskView;
  /** What it undoes. */
  readonly of: string;
}

/** In the order in which they are carried out. */
function undoings({ tasks, compensating }: RunView): readonly Undoing[] {
  const found = tasks.flatMap((task) => {
    const of = /^(.+)_compensation$/.exec(task.id)?.[1];
    return of === undefined ? [] : [{ task, of }];
  });
  const order = compensating?.tasks ?? [];
  return found.toSorted((a, b) => order.indexOf(a.of) - order.indexOf(b.of));
}

function isUndone({ task }: Undoing): boolean {
  return task.status === "COMPLETED";
}

/** What runs of tasks in an order have to report: conditions, generations, and the tasks themselves. */
import { duration, field, type Field, type Section } from "./report-document.ts";
import { span } from "./span.ts";
import { specialistOf, whyOf } from "./report-parallel.ts";
import { isOver, type RunView, type TaskView } from "./runs-view.ts";

export function graphFields(view: RunView): readonly (Field | undefined)[] {
  const ended = view.tasks.filter(({ status }) => isOver(status));
  const completed = ended.filter(({ status }) => status === "COMPLETED").length;
  return [
    duration("Total Duration", view.movedAt - view.startedAt),
    field("Tasks Completed", `${completed}/${view.tasks.length}`),
    view.pattern === "dynamic" ? field("Generations", generations(view).length) : undefined,
  ];
}

export function tasksSection(view: RunView): Section {
  return {
    title: "Tasks",
    columns: ["Task", "Title", "Specialist", "Wave", "Status", "Attempts", "Took", "Summary"],
    rows: view.tasks.map((task) => [
      task.id,
      task.title,
      specialistOf(task),
      task.wave ?? null,
      task.status,
      task.attempts,
      task.durationMs === undefined ? null : { value: task.durationMs, text: span(task.durationMs) },
      task.status === "COMPLETED" ? (task.summary ?? "") : whyOf(task),
    ]),
  };
}

/** S4-022: what was decided of every task that has a condition. */
export function decisionsSection({ tasks }: RunView): Section {
  return {
    title: "Decisions",
    columns: ["Task", "Condition", "Decision", "Why"],
    rows: tasks.flatMap((task) => {
      if (task.when === undefined) return [];
      const why = task.status === "SKIPPED" ? whyOf(task) : "";
      return [[task.id, task.when, decision(task), why]];
    }),
  };
}

function decision({ status, delegatedAt }: TaskView): string {
  if (status === "SKIPPED") return "SKIPPED";
  return delegatedAt === undefined && !isOver(status) ? "OPEN" : "RUN";
}

/** S4-028: what each call of the generator asked for. */
export function generationsSection(view: RunView): Section {
  return {
    title: "Generated",
    columns: ["Generation", "Status", "Tasks"],
    rows: generations(view).map((task) => {
      const made = view.tasks.flatMap(({ id, addedBy }) => (addedBy === task.id ? [id] : []));
      return [
        task.id,
        task.status,
        { value: made, text: made.length === 0 ? "none" : made.join(", ") },
      ];
    }),
  };
}

function generations({ tasks }: RunView): readonly TaskView[] {
  return tasks.filter(({ id, added }) => added === true && /^generate_\d+$/.test(id));
}

/** The report of a parallel run (S0-012). */
import { plannedMs } from "./progress.ts";
import { duration, field, iso, percentage, type Field, type Section } from "./report-document.ts";
import { branchesOf, successRate } from "./report-verdict.ts";
import { isOver, type RunView, type TaskView } from "./runs-view.ts";

/** S0-006: exactly these. What was cancelled or never started has failed as far as the join goes. */
export type BranchLabel = "PENDING" | "DELEGATED" | "COMPLETED" | "FAILED";

/** A branch's label, and since when it holds. */
export function branchLabel(
  { status, delegatedAt, endedAt }: TaskView,
  startedAt: number,
): { readonly label: BranchLabel; readonly since: number } {
  if (isOver(status))
    return { label: status === "COMPLETED" ? "COMPLETED" : "FAILED", since: endedAt ?? startedAt };
  return delegatedAt === undefined
    ? { label: "PENDING", since: startedAt }
    : { label: "DELEGATED", since: delegatedAt };
}

export function parallelFields(view: RunView): readonly (Field | undefined)[] {
  const branches = branchesOf(view);
  const estimated = plannedMs({ ...view, tasks: branches });
  const specialists = [...new Set(branches.map(specialistOf))];
  const expected = estimated === undefined ? undefined : iso(view.startedAt + estimated);
  const aggregate = view.tasks.find(({ id }) => id === "aggregate");
  const [result] = aggregate?.status === "COMPLETED" ? aggregate.outputs : [];
  return [
    field("Start Time", iso(view.startedAt)),
    field("Expected Completion", expected ?? null, expected ?? "not estimated"),
    field("Independent Tasks", branches.length),
    field("Specialists", specialists),
    duration("Estimated Time", estimated) ?? field("Estimated Time", null, "not estimated"),
    duration("Total Execution Time", view.movedAt - view.startedAt),
    percentage("Success Rate", successRate(view) ?? 0),
    field("Join", view.join),
    field("Aggregate", result ?? null, result ?? "not written"),
  ];
}

export function parallelSections(view: RunView): readonly Section[] {
  const branches = branchesOf(view);
  const failed = branches.filter(({ status }) => isOver(status) && status !== "COMPLETED");
  return [
    {
      title: "Tasks",
      columns: ["Task", "Title", "Specialist", "Status", "Since", "Output", "Summary"],
      rows: branches.map((task) => {
        const { label, since } = branchLabel(task, view.startedAt);
        const { id, title, outputs, summary = "" } = task;
        return [id, title, specialistOf(task), label, iso(since), outputs.join(", "), summary];
      }),
    },
    ...(failed.length === 0
      ? []
      : [
          {
            title: "Failed",
            columns: ["Task", "Status", "Why"],
            rows: failed.map((task) => [task.id, task.status, whyOf(task)]),
          },
        ]),
  ];
}

/** Who does a task: the agent's name, or `command`. */
export function specialistOf({ agent = "command" }: TaskView): string {
  return agent;
}

/** Why a task did not end well. */
export function whyOf({ failure, reason, blockedBy }: TaskView): string {
  if (failure !== undefined) return `${failure.code}: ${failure.message}`;
  return blockedBy === undefined ? (reason ?? "") : `blocked by ${blockedBy}`;
}

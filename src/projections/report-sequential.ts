/** The report of a pipeline (S0-024). */
import { mean } from "./progress.ts";
import { duration, field, iso, percentage, type Field, type Section } from "./report-document.ts";
import { specialistOf, whyOf } from "./report-parallel.ts";
import { branchesOf } from "./report-verdict.ts";
import type { AttemptView, RunView, TaskView } from "./runs-view.ts";

/**
 * S0-016: exactly these. A stage that did not complete stays where it got to; why it went no
 * further is told beside it.
 */
export type StageLabel = "PENDING" | "WAITING" | "IN_PROGRESS" | "COMPLETED";

/** @param index of the stage, from 0: the first is PENDING before it starts, later ones are WAITING. */
export function stageLabel({ status, starts, stale }: TaskView, index: number): StageLabel {
  if (status === "COMPLETED") return "COMPLETED";
  const begun = starts.some(({ n, attempts }) => n > stale && attempts.length > 0);
  if (begun) return "IN_PROGRESS";
  return index === 0 ? "PENDING" : "WAITING";
}

export function sequentialFields(view: RunView): readonly (Field | undefined)[] {
  const stages = branchesOf(view);
  const completed = stages.filter(({ status }) => status === "COMPLETED").length;
  const reworks = stages.reduce((sum, { starts }) => {
    return sum + starts.flatMap(({ attempts }) => attempts).filter(isRework).length;
  }, 0);
  const scores = stages.findLast((stage) => stage.scores !== undefined)?.scores;
  const quality = scores && mean([scores.completeness, scores.accuracy]);
  return [
    duration("Total Duration", view.movedAt - view.startedAt),
    field("Stages Completed", `${completed}/${stages.length}`),
    field("Rework Iterations", reworks),
    quality === undefined
      ? field("Final Quality Score", null, "not rated")
      : percentage("Final Quality Score", quality / 10),
  ];
}

function isRework({ outcome, scores }: AttemptView): boolean {
  return outcome === "REWORK" && scores !== undefined;
}

export function sequentialSections(view: RunView): readonly Section[] {
  const stages = branchesOf(view);
  const columns = ["Stage", "Task", "Specialist", "Status", "Started", "Ended", "Output", "Problem"];
  return [
    {
      title: "Stages",
      columns,
      rows: stages.map((task, index) => {
        const { startedAt, endedAt } = task;
        return [
          index + 1,
          task.id,
          specialistOf(task),
          stageLabel(task, index),
          startedAt === undefined ? null : iso(startedAt),
          endedAt === undefined ? null : iso(endedAt),
          task.outputs.join(", "),
          task.status === "COMPLETED" ? "" : whyOf(task),
        ];
      }),
    },
    gatesSection(stages),
  ];
}

/** Every time that a gate judged a stage (S0-017). */
function gatesSection(stages: readonly TaskView[]): Section {
  const rows = stages.flatMap(({ id, starts }) =>
    starts.flatMap(({ n, attempts }) =>
      attempts.flatMap(({ attempt, scores, outcome, issues = [] }) => {
        if (scores === undefined) return [];
        const { completeness, accuracy } = scores;
        const readiness = outcome === "REWORK" ? "FAIL" : "PASS";
        const found = { value: issues, text: issues.join("; ") };
        return [[id, n, attempt, outOfTen(completeness), outOfTen(accuracy), readiness, found]];
      }),
    ),
  );
  return {
    title: "Quality Gates",
    columns: ["Task", "Start", "Attempt", "Completeness", "Accuracy", "Readiness", "Issues"],
    rows,
  };
}

/** `8/10`. */
export function outOfTen(value: number) {
  return { value, text: `${value}/10` };
}

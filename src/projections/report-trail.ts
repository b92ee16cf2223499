/** The audit trail of a run as a table of its report: what its timeline says of its tasks (S0-023). */
import { iso, type Section } from "./report-document.ts";
import type { RunView } from "./runs-view.ts";
import { timelineOf } from "./timeline.ts";

export function trailSection(view: RunView): Section {
  const rows = timelineOf(view).flatMap(({ at, task = "", start, attempt = null, what, detail }) =>
    start === undefined ? [] : [[iso(at), task, start, attempt, what, detail]],
  );
  return {
    title: "Audit Trail",
    columns: ["At", "Task", "Start", "Attempt", "What", "Detail"],
    rows,
  };
}

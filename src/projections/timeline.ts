/**
 * What happened in a run, in order: every start and every attempt of every task, the failed ones
 * too (S0-023), what humans were asked and said, and what became of the run itself.
 *
 * - Pure, and the same whatever order the records of different actors came in.
 */
import type { RunView } from "./runs-view.ts";
import { inOrder, type TimelineEntry } from "./timeline-entry.ts";
import { runEntries } from "./timeline-run.ts";
import { taskEntries } from "./timeline-tasks.ts";

/** What happened, in order. What happened in the same millisecond stands in the order of the plan. */
export function timelineOf(view: RunView): readonly TimelineEntry[] {
  const all = [...taskEntries(view), ...runEntries(view)];
  return all.toSorted(inOrder).map(({ entry }) => entry);
}

/**
 * What a run waits for that only people can give, and what they type to give it. Pure.
 */
import { openGates, type RunView } from "../projections/runs-view.ts";

/** A line for each thing that people must do before an open run goes on, or goes on in full. */
export function asks(view: RunView): readonly string[] {
  const { run, paused } = view;
  const gates = openGates(view).map(
    ({ gate, question }) =>
      `${run} asks: ${question} → troupe approvals approve ${run} ${gate} (or deny)`,
  );
  if (!isPaused(view)) return gates;
  const why = paused?.reason ? ` (${paused.reason})` : "";
  return [...gates, `${run} is paused${why} → troupe resume ${run}`];
}

/** Whether nothing of an open run moves until somebody does something. */
export function isIdle(view: RunView): boolean {
  if (!view.open) return false;
  const moving = view.tasks.some(
    ({ status, waitsFor, delegatedAt }) =>
      status === "RUNNING" ||
      (status === "WAITING" && waitsFor === "retry") ||
      (status === "PENDING" && delegatedAt !== undefined),
  );
  return !moving && (isPaused(view) || openGates(view).length > 0);
}

export function isPaused({ open, status }: RunView): boolean {
  return open && status === "PAUSED";
}

/**
 * How long a start of a task stays in each of its states.
 *
 * - Only records of the start's own actor count, so it does not matter when those of others come.
 */
import type { StartView, Waits } from "./runs-view.ts";

/** The name of a state, with what is waited for: `RUNNING`, `WAITING retry`. */
export function stayOf(status: string, waitsFor: Waits | undefined): string {
  return waitsFor === undefined ? status : `${status} ${waitsFor}`;
}

/** What is added for the state that it leaves; nothing while it stays there. */
export function stayed(
  { status, waitsFor, since, stays = {} }: StartView,
  next: string,
  at: number,
): Pick<StartView, "since" | "stays"> {
  if (status === undefined || since === undefined) return { since: at };
  const last = stayOf(status, waitsFor);
  if (last === next) return {};
  return { since: at, stays: { ...stays, [last]: (stays[last] ?? 0) + at - since } };
}

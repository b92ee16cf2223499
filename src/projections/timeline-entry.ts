/** An entry of a timeline, and its place among those of the same millisecond. */
export interface TimelineEntry {
  /** Epoch ms. */
  readonly at: number;
  /** In capitals: `STARTED`, `COMPLETED`, `ASKED`, … */
  readonly what: string;
  /** Absent: the run itself. */
  readonly task?: string;
  /** 2 and more after restarts; 0 where it never started; absent: of no start of a task. */
  readonly start?: number;
  readonly attempt?: number;
  /** Who did it, or is to do it; absent where it is a command of the task, or no work. */
  readonly agent?: string;
  readonly detail: string;
}

/** An entry on its way to its place. */
export interface Placed {
  readonly entry: TimelineEntry;
  /** What decides within one millisecond: restarts of the run before it, wave, place in the plan, start, attempt, step. */
  readonly rank: readonly number[];
}

/** Of what happens when all attempts of a start lie behind. */
export const LAST = Number.POSITIVE_INFINITY;

/** Earlier ones first. */
export function inOrder(a: Placed, b: Placed): number {
  const left = [a.entry.at, ...a.rank];
  const right = [b.entry.at, ...b.rank];
  const differs = left.findIndex((value, at) => value !== right[at]);
  return differs === -1 ? 0 : (left[differs] ?? 0) - (right[differs] ?? 0);
}

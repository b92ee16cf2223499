/** What runs are measured against: how long earlier ones of their name took (T-E1). Pure; ms. */
import type { RunView } from "../runs-view.ts";

export interface History {
  /** Lengths of earlier runs of the name that completed. */
  readonly runsMs: readonly number[];
  /** By id: lengths of the task in earlier runs of the name, where it completed. */
  readonly tasksMs: ReadonlyMap<string, readonly number[]>;
}

/** Nothing has run before. */
export const NO_HISTORY: History = { runsMs: [], tasksMs: new Map() };

/** More say nothing new of what is usual, and what is long ago is not. */
const LAST = 100;

/**
 * The history of a run: of the runs of its name that were over before it began, the last 100. So it
 * never changes afterwards, and neither does an evaluation.
 */
export function historyOf(
  view: Pick<RunView, "name" | "startedAt">,
  others: readonly RunView[],
): History {
  const before = others
    .filter(({ name, endedAt = Infinity }) => name === view.name && endedAt <= view.startedAt)
    .toSorted((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0))
    .slice(-LAST);
  const took = before.flatMap(({ tasks }) =>
    tasks.flatMap(({ id, status, durationMs: ms }) =>
      status === "COMPLETED" && ms !== undefined ? [{ id, ms }] : [],
    ),
  );
  const byTask = Map.groupBy(took, ({ id }) => id);
  return {
    runsMs: before.flatMap((one) => (one.status === "COMPLETED" ? (lengthOf(one) ?? []) : [])),
    tasksMs: new Map([...byTask].map(([id, some]) => [id, some.map(({ ms }) => ms)])),
  };
}

/** Undefined while it is open. */
export function lengthOf({
  startedAt,
  endedAt,
}: Pick<RunView, "startedAt" | "endedAt">): number | undefined {
  return endedAt === undefined ? undefined : Math.max(0, endedAt - startedAt);
}

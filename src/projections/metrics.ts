/** What the runs of a log come to, in numbers. Pure. */
import { sumOf } from "./analytics/averages.ts";
import type { Spent } from "../events/agent/spent.ts";
import { mean } from "./progress.ts";
import { ownWork, spentBy } from "./runs-agents.ts";
import type { RunView, TaskView } from "./runs-view.ts";

/** How many there are of each status, and how long those that completed took on average. */
export interface Measured {
  readonly total: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Ms; absent where none has completed. */
  readonly meanDurationMs?: number;
}

export interface Metrics {
  readonly runs: Measured;
  readonly tasks: Measured;
  /** Attempts beyond the first, of all tasks. */
  readonly retries: number;
  /** Commands that were started again after a crash or a stop. */
  readonly restarts: number;
  /** How often gates sent work back. */
  readonly reworks: number;
  /** What agents that are actors have cost. */
  readonly spent: Spent;
}

/** The numbers of some runs. What a fork tells again counts in the run where it was. */
export function metricsOf(views: readonly RunView[]): Metrics {
  const tasks = views.flatMap((view) => view.tasks.filter(({ copied }) => copied !== true));
  const starts = tasks.flatMap((task) => task.starts);
  return {
    runs: measured(views, ({ startedAt, movedAt, forkOf }) =>
      forkOf === undefined ? movedAt - startedAt : undefined,
    ),
    tasks: measured(tasks, ({ durationMs }: TaskView) => durationMs),
    retries: sumOf(
      starts.map(({ attempts }) => attempts.slice(1).filter(({ copied }) => copied !== true).length),
    ),
    restarts: sumOf(starts.map((start) => start.restarts)),
    reworks: sumOf(starts.map((start) => start.reworks)),
    spent: spentBy(views.flatMap(({ agents }) => agents.map(ownWork))),
  };
}

function measured<T extends { readonly status: string }>(
  items: readonly T[],
  durationOf: (item: T) => number | undefined,
): Measured {
  const groups = Map.groupBy(items, ({ status }) => status);
  const took = (groups.get("COMPLETED") ?? []).flatMap((item) => durationOf(item) ?? []);
  const average = mean(took);
  return {
    total: items.length,
    byStatus: Object.fromEntries([...groups].map(([status, some]) => [status, some.length])),
    ...(average !== undefined && { meanDurationMs: Math.round(average) }),
  };
}

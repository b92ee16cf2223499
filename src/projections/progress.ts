/**
 * How far a run is, and when it will be through. Pure: the time is given.
 *
 * - A task takes as long as its author guessed, else as long as those that are done took on
 *   average. Waves follow each other; within one, `concurrency` tasks run beside each other.
 */
import { isOver, type RunView, type TaskView } from "./runs-view.ts";

export interface Progress {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly skipped: number;
  readonly running: number;
  /** For the next attempt, a human, a branch todo, or the end of a pause. */
  readonly waiting: number;
  /** Running for longer than their own estimate. */
  readonly delayed: number;
  /** Of the tasks, how many have ended: 0 to 100, rounded down. */
  readonly percentage: number;
  /** Epoch ms; absent where nothing is known of how long tasks take, or the run is over. */
  readonly expectedCompletionAt?: number;
}

const STATES = ["COMPLETED", "CANCELLED", "SKIPPED", "RUNNING", "WAITING"] as const;

/** How far a run is at a moment (epoch ms). */
export function progressOf(view: RunView, now: number): Progress {
  const { tasks, open } = view;
  const [completed, cancelled, skipped, running, waiting] = STATES.map(
    (state) => tasks.filter(({ status }) => status === state).length,
  ) as [number, number, number, number, number]; // one of each
  const ended = tasks.filter(({ status }) => isOver(status)).length;
  const left = open ? timeLeft(view, now) : undefined;
  return {
    total: tasks.length,
    completed,
    failed: ended - completed - cancelled - skipped,
    cancelled,
    skipped,
    running,
    waiting,
    delayed: tasks.filter((task) => isDelayed(task, now)).length,
    percentage: percent(ended, tasks.length, open),
    ...(left !== undefined && { expectedCompletionAt: Math.round(now + left) }),
  };
}

function percent(ended: number, total: number, open: boolean): number {
  if (total > 0) return Math.floor((100 * ended) / total);
  return open ? 0 : 100;
}

function isDelayed({ status, startedAt, estimateMs }: TaskView, now: number): boolean {
  return (
    status === "RUNNING" &&
    startedAt !== undefined &&
    estimateMs !== undefined &&
    now - startedAt > estimateMs
  );
}

/** How long the whole run takes by its authors' guesses, in ms; undefined where they made none. */
export function plannedMs(view: RunView): number | undefined {
  const guesses = view.tasks.flatMap(({ estimateMs }) => estimateMs ?? []);
  if (guesses.length === 0) return undefined;
  return alongWaves(view, ({ estimateMs = 0 }) => estimateMs);
}

function timeLeft(view: RunView, now: number): number | undefined {
  const typical = typicalMs(view.tasks);
  if (typical === undefined) return undefined;
  return alongWaves(view, (task) => left(task, task.estimateMs ?? typical, now));
}

function typicalMs(tasks: readonly TaskView[]): number | undefined {
  const done = tasks.flatMap(({ status, durationMs }) =>
    status === "COMPLETED" ? (durationMs ?? []) : [],
  );
  return mean(done.length > 0 ? done : tasks.flatMap(({ estimateMs }) => estimateMs ?? []));
}

function left({ status, startedAt = 0, dueAt = 0 }: TaskView, wholeMs: number, now: number): number {
  if (isOver(status)) return 0;
  if (status === "RUNNING") return Math.max(0, wholeMs - (now - startedAt));
  return wholeMs + Math.max(0, dueAt - now);
}

/** Tasks of which no wave is known come last. */
function alongWaves({ tasks, concurrency }: RunView, cost: (task: TaskView) => number): number {
  const waves = Map.groupBy(tasks, ({ wave }) => wave ?? Number.POSITIVE_INFINITY);
  return [...waves.values()].reduce((sum, wave) => {
    const costs = wave.map(cost);
    const longest = costs.reduce((a, b) => Math.max(a, b), 0);
    return sum + Math.max(longest, costs.reduce((a, b) => a + b, 0) / concurrency);
  }, 0);
}

/** The mean; undefined of nothing. */
export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
}

/**
 * How much of a workflow nobody worked (T-O1). Pure; times are epoch ms, lengths ms.
 *
 * - The union of the executions is measured, never their sum: agents that work beside each other
 *   would make the overhead negative.
 * - `overheadPct` is finite and within 0..100 for every set of intervals.
 */

export interface Interval {
  readonly startedAt: number;
  /** Before `startedAt`: an interval of no length. */
  readonly endedAt: number;
}

export interface Coordination {
  /** Length of the union of the executions, clipped to the workflow. */
  readonly busyMs: number;
  /** Length of all executions, clipped, added up. */
  readonly agentMs: number;
  /** Length of the critical path, at most the workflow's own. */
  readonly criticalMs: number;
  /** `100 · (1 − busyMs / length)`. */
  readonly overheadPct: number;
}

export type Advice = "Consider Phase 3" | "Monitor" | "Efficient" | "Insufficient data";

/**
 * T-O1 of one workflow. An execution that lies outside of the workflow is none of its own.
 *
 * @param criticalMs by the plan's dependencies, where there are some ({@link criticalByDependencies});
 * default: the {@link longestChain}.
 * @returns undefined where there is no execution, or the workflow has no length.
 */
export function coordinationOf(
  whole: Interval,
  executions: readonly Interval[],
  criticalMs?: number,
): Coordination | undefined {
  const length = lengthOf(whole);
  const inside = executions.map((one) => clipped(one, whole)).filter(isInterval);
  if (!(length > 0 && Number.isFinite(length)) || inside.length === 0) return undefined;
  const busyMs = Math.min(length, unionMs(inside));
  return {
    busyMs,
    agentMs: inside.reduce((sum, one) => sum + lengthOf(one), 0),
    criticalMs: Math.min(length, Math.max(0, criticalMs ?? longestChain(inside))),
    // in this order a share that is exactly 15 or 30 % comes out as exactly that
    overheadPct: Math.min(100, (100 * (length - busyMs)) / length),
  };
}

/** What to do about an overhead (T-O1, S1-014): > 30, 15 < x ≤ 30, ≤ 15, or nothing to go by. */
export function adviceOn(overheadPct: number | undefined): Advice {
  if (overheadPct === undefined) return "Insufficient data";
  if (overheadPct > 30) return "Consider Phase 3";
  return overheadPct > 15 ? "Monitor" : "Efficient";
}

/** Time that is not known is no interval. */
function isInterval({ startedAt, endedAt }: Interval): boolean {
  return startedAt <= endedAt;
}

function lengthOf({ startedAt, endedAt }: Interval): number {
  return Math.max(0, endedAt - startedAt);
}

/** One that lies outside ends before it starts. */
function clipped({ startedAt, endedAt }: Interval, whole: Interval): Interval {
  return {
    startedAt: Math.max(startedAt, whole.startedAt),
    endedAt: Math.min(Math.max(startedAt, endedAt), whole.endedAt),
  };
}

/** Measure of the union. O(n log n). */
function unionMs(intervals: readonly Interval[]): number {
  let covered = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { startedAt, endedAt } of intervals.toSorted((a, b) => a.startedAt - b.startedAt)) {
    covered += Math.max(0, endedAt - Math.max(startedAt, until));
    until = Math.max(until, endedAt);
  }
  return covered;
}

/**
 * Largest total length of a chain in which each execution starts at or after the end of the one
 * before, in ms; 0 of nothing. Weighted interval scheduling: by end, the best chain up to each is
 * the better of leaving it out and of putting it behind the best that is over when it starts.
 * O(n log n).
 */
export function longestChain(executions: readonly Interval[]): number {
  const sorted = executions
    .filter((one) => lengthOf(one) > 0)
    .toSorted((a, b) => a.endedAt - b.endedAt);
  const best = [0];
  for (const [at, one] of sorted.entries()) {
    const before = best[endedBy(sorted, one.startedAt)] ?? 0;
    best.push(Math.max(best[at] ?? 0, before + lengthOf(one)));
  }
  return best.at(-1) ?? 0;
}

/** How many of the intervals, which are sorted by their end, are over at a time. */
function endedBy(sorted: readonly Interval[], time: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.endedAt ?? time) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface DependentTask {
  readonly id: string;
  /** Ids of tasks; those that are unknown do not count. */
  readonly dependsOn: readonly string[];
  /** What it took. */
  readonly ms: number;
}

/**
 * Length of the longest path along the dependencies, in ms; 0 of nothing. Tasks on a cycle wait
 * for nothing that is on it: no plan has one, but a log may say anything. O(tasks + dependencies).
 */
export function criticalByDependencies(tasks: readonly DependentTask[]): number {
  const known = new Map(tasks.map((task) => [task.id, task]));
  const edges = [...known.values()].flatMap(({ id, dependsOn }) =>
    [...new Set(dependsOn).intersection(known)].map((need) => ({ need, id })),
  );
  const dependents = Map.groupBy(edges, ({ need }) => need);
  const waits = new Map<string, number>();
  for (const { id } of edges) waits.set(id, (waits.get(id) ?? 0) + 1);
  const readyAt = new Map<string, number>();
  const endOf = (id: string): number => (readyAt.get(id) ?? 0) + Math.max(0, known.get(id)?.ms ?? 0);
  const queue = [...known.keys()].filter((id) => !waits.has(id));
  for (const id of queue) {
    for (const { id: next } of dependents.get(id) ?? []) {
      readyAt.set(next, Math.max(readyAt.get(next) ?? 0, endOf(id)));
      const left = (waits.get(next) ?? 0) - 1;
      waits.set(next, left);
      if (left === 0) queue.push(next);
    }
  }
  return [...known.keys()].reduce((longest, id) => Math.max(longest, endOf(id)), 0);
}

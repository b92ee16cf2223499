/**
 * The order of a plan's tasks, worked out once per list of tasks.
 */
import { predecessors, schedule, wavesOf } from "../../events/plan/order.ts";
import type { PlanTask } from "../../events/plan/task.ts";

export interface Graph {
  readonly index: ReadonlyMap<string, number>;
  /** By index: who depends on it directly, in plan order. */
  readonly dependents: readonly (readonly number[])[];
  /** By index: 1 for a task that depends on nothing, else one more than the latest before it. */
  readonly wave: readonly number[];
  /** By index: its place among all, by wave, then priority, then plan order (S3-004). */
  readonly rank: readonly number[];
}

/** Derived from the tasks alone, so remembering it changes nothing. */
const graphs = new WeakMap<readonly PlanTask[], Graph>();

export function graphOf(tasks: readonly PlanTask[]): Graph {
  const known = graphs.get(tasks);
  if (known !== undefined) return known;
  const graph = newGraph(tasks);
  graphs.set(tasks, graph);
  return graph;
}

/** All that waits for a task, directly or not, in the order in which it is found. */
export function behind(graph: Graph, at: number): readonly number[] {
  const found = new Set<number>();
  const queue = [at];
  for (const next of queue)
    for (const dependent of graph.dependents[next] ?? [])
      if (!found.has(dependent)) {
        found.add(dependent);
        queue.push(dependent);
      }
  return [...found];
}

function newGraph(tasks: readonly PlanTask[]): Graph {
  const index = new Map(tasks.map(({ id }, at) => [id, at]));
  const dependents = tasks.map((): number[] => []);
  tasks.forEach(({ dependsOn }, at) => {
    for (const id of dependsOn) dependents[index.get(id) ?? -1]?.push(at);
  });
  const wave = wavesOf(predecessors(tasks, undefined));
  const rank = tasks.map(() => 0);
  schedule(tasks, wave).forEach((at, place) => {
    rank[at] = place;
  });
  return { index, dependents, wave, rank };
}

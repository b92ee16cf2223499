/**
 * The order that `dependsOn` asks for, and what is wrong with it.
 *
 * - Works on whatever can be read of a plan, valid or not, so that a wrong field hides no
 *   wrong dependency.
 * - Never recursive: a chain of ten thousand tasks is no deeper than one of ten.
 */

/** The part of a task that its place in the order rests on. */
export interface GraphTask {
  readonly id: string;
  readonly dependsOn: readonly string[];
}

/** One thing wrong with the order; `task` and `dependency` are indexes: where it stands. */
export type GraphFault =
  | { readonly type: "duplicate"; readonly task: number; readonly first: number }
  | { readonly type: "unknown"; readonly task: number; readonly dependency: number }
  | { readonly type: "repeated"; readonly task: number; readonly dependency: number }
  | {
      readonly type: "cycle";
      readonly task: number;
      readonly dependency: number;
      /** The ids in order, the first repeated at the end: each depends on the next. */
      readonly ids: readonly string[];
    };

/** All that is wrong with the order, by place. */
export function graphFaults(tasks: readonly GraphTask[]): readonly GraphFault[] {
  const index = indexById(tasks);
  const faults: GraphFault[] = [];
  tasks.forEach((task, at) => {
    const first = index.get(task.id);
    if (first !== undefined && first !== at) faults.push({ type: "duplicate", task: at, first });
    task.dependsOn.forEach((id, dependency) => {
      if (!index.has(id)) faults.push({ type: "unknown", task: at, dependency });
      else if (task.dependsOn.indexOf(id) < dependency)
        faults.push({ type: "repeated", task: at, dependency });
    });
  });
  return [...faults, ...cycles(tasks, index)];
}

/** Indexes of the tasks, each behind all it depends on; among equals in plan order. Of a sound plan. */
export function topologicalOrder(tasks: readonly GraphTask[]): readonly number[] {
  const index = indexById(tasks);
  const dependents = tasks.map((): number[] => []);
  const missing = tasks.map((task) => task.dependsOn.length);
  tasks.forEach((task, at) => {
    for (const id of task.dependsOn) dependents[index.get(id) ?? -1]?.push(at);
  });
  const order = tasks.flatMap((_, at) => (missing[at] === 0 ? [at] : []));
  for (let next = 0; next < order.length; next++) {
    for (const at of dependents[order[next] ?? -1] ?? []) {
      const left = (missing[at] ?? 0) - 1;
      missing[at] = left;
      if (left === 0) order.push(at);
    }
  }
  return order;
}

/** Where each id stands; of a duplicate, the first. */
export function indexById(tasks: readonly GraphTask[]): ReadonlyMap<string, number> {
  const index = new Map<string, number>();
  tasks.forEach((task, at) => {
    if (!index.has(task.id)) index.set(task.id, at);
  });
  return index;
}

/** Depth first along `dependsOn`; an edge back into the open path closes a cycle. */
function cycles(
  tasks: readonly GraphTask[],
  index: ReadonlyMap<string, number>,
): readonly GraphFault[] {
  const faults: GraphFault[] = [];
  const closed = new Set<number>();
  const depth = new Map<number, number>();
  for (let root = 0; root < tasks.length; root++) {
    const path: { readonly at: number; next: number }[] = [];
    const enter = (at: number): void => {
      depth.set(at, path.length);
      path.push({ at, next: 0 });
    };
    if (!closed.has(root)) enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const dependency = top.next++;
      const id = tasks[top.at]?.dependsOn[dependency];
      if (id === undefined) {
        closed.add(top.at);
        depth.delete(top.at);
        path.pop();
        continue;
      }
      const to = index.get(id);
      if (to === undefined || closed.has(to)) continue;
      const from = depth.get(to);
      if (from === undefined) enter(to);
      else {
        const ids = path.slice(from).map(({ at }) => tasks[at]?.id ?? "");
        faults.push({ type: "cycle", task: top.at, dependency, ids: [...ids, id] });
      }
    }
  }
  return faults;
}

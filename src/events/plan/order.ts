/**
 * Waves, and who comes behind whom.
 *
 * - Works on any graph, also one with cycles: the tasks of a cycle are all behind each other.
 * - Never recursive.
 */
import { indexById, type GraphTask } from "./graph.ts";
import type { Pattern } from "./plan.ts";
import { Priority } from "./task.ts";

/** The tasks that each waits for, by index; in a `sequential` plan also the one before it. */
export function predecessors(
  tasks: readonly GraphTask[],
  pattern: Pattern | undefined,
): readonly (readonly number[])[] {
  const index = indexById(tasks);
  return tasks.map(({ dependsOn }, at) => {
    const named = dependsOn.flatMap((id) => index.get(id) ?? []);
    const before = pattern === "sequential" && at > 0 ? [at - 1] : [];
    return [...new Set([...before, ...named])];
  });
}

/** Of each task: 1 if it waits for nothing, else one more than the latest it waits for. In a cycle: Infinity. */
export function wavesOf(before: readonly (readonly number[])[]): readonly number[] {
  const after = before.map((): number[] => []);
  const missing = before.map((list) => list.length);
  before.forEach((list, at) => {
    for (const one of list) after[one]?.push(at);
  });
  const waves = before.map(() => Number.POSITIVE_INFINITY);
  let wave = missing.flatMap((left, at) => (left === 0 ? [at] : []));
  for (let number = 1; wave.length > 0; number++) {
    const next: number[] = [];
    for (const at of wave) {
      waves[at] = number;
      for (const one of after[at] ?? []) {
        const left = (missing[one] ?? 0) - 1;
        missing[one] = left;
        if (left === 0) next.push(one);
      }
    }
    wave = next;
  }
  return waves;
}

/** Whether one task can only start when another has ended. */
export type IsBehind = (later: number, earlier: number) => boolean;

export function reachability(
  before: readonly (readonly number[])[],
  waves: readonly number[],
): IsBehind {
  const seen = new Uint32Array(before.length);
  let search = 0;
  return (later, earlier) => {
    const limit = waves[earlier] ?? 0;
    const open = [later];
    search++;
    for (let at = open.pop(); at !== undefined; at = open.pop())
      for (const one of before[at] ?? []) {
        if (one === earlier) return true;
        // nothing of the same wave or an earlier one can be behind it
        const wave = waves[one] ?? 0;
        if (seen[one] === search || (wave <= limit && Number.isFinite(wave))) continue;
        seen[one] = search;
        open.push(one);
      }
    return false;
  };
}

/** Indexes in the order in which tasks may start: by wave, then priority, then as the plan has them (S3-004). */
export function schedule(
  tasks: readonly { readonly priority: Priority }[],
  waves: readonly number[],
): readonly number[] {
  const rank = (at: number): number => Priority.options.indexOf(tasks[at]?.priority ?? "NORMAL");
  return tasks
    .map((_, at) => at)
    .toSorted((a, b) => (waves[a] ?? 0) - (waves[b] ?? 0) || rank(a) - rank(b) || a - b);
}

/**
 * Which of the files that a package may rely on belong to which task before it: a package
 * names outputs as in the plan, by task, and absolute paths without saying whose they are.
 */
import { isAbsolute, normalize, sep } from "node:path";
import type { Upstream } from "../events/work.ts";

/** By task: the absolute paths of its outputs, each path given to one task. */
export function sharedOut(
  branches: readonly (readonly [task: string, upstream: Upstream])[],
  reads: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const free = new Set(reads);
  const take = (output: string): readonly string[] => {
    for (const path of free)
      if (isPathOf(path, output)) {
        free.delete(path);
        return [path];
      }
    return [];
  };
  return new Map(branches.map(([task, { outputs }]) => [task, outputs.flatMap(take)]));
}

/** Whether an absolute path may be that of an output of a plan. */
function isPathOf(path: string, output: string): boolean {
  if (isAbsolute(output)) return path === normalize(output);
  const own = normalize(output.replace(/^artifacts\//, "")).replace(/^(\.\.\/)+/, "");
  return path.endsWith(`${sep}${own}`);
}

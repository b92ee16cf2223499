/** Where the paths of a plan lie. */
import { join, resolve } from "node:path";

export interface PathBase {
  /** The folder where the run was started. */
  readonly folder: string;
  /** The run's own folder. */
  readonly artifacts: string;
  /** Of the task. */
  readonly cwd?: string | undefined;
}

/** A path of a task as an absolute one: `artifacts/x` is the run's own `x`, all else is below its `cwd`. */
export function absolutePath({ folder, artifacts, cwd = "." }: PathBase, path: string): string {
  const own = /^artifacts\/(.+)$/s.exec(path)?.[1];
  return own === undefined ? resolve(folder, cwd, path) : join(artifacts, own);
}

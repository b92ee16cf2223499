/** Where the paths of a plan lie. */
import { isAbsolute, join, normalize, resolve } from "node:path";

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
  const own = OWN.exec(path)?.[1];
  return own === undefined ? resolve(folder, cwd, path) : join(artifacts, own);
}

/** A path as a key: two of the same text lie at the same place. In the run's own folder they start with `artifacts:`. */
export function tidyPath(path: string, cwd = "."): string {
  const own = OWN.exec(path)?.[1];
  const whole = own === undefined ? (isAbsolute(path) ? path : join(cwd, path)) : own;
  const tidy = normalize(whole).replace(/(?<=.)\/$/, "");
  return own === undefined ? tidy : `${OWN_KEY}${tidy}`;
}

/** Whether a {@link tidyPath} lies in the run's own folder. */
export function isOwnPath(tidy: string): boolean {
  return tidy.startsWith(OWN_KEY);
}

const OWN = /^artifacts\/(.+)$/s;
const OWN_KEY = "artifacts:";

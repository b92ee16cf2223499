/**
 * How a command of a sandbox is started: the words before it, by what holds it in.
 *
 * S2. The script is constant text; all it is given are arguments.
 */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import type { Environment } from "../environment.ts";
import { findProgram } from "./bubblewrap.ts";
import type { ControlGroups } from "./control-groups.ts";
import type { SandboxLimits } from "./limits.ts";

/**
 * `sh SCRIPT ulimit-d notes door… -- command…`: no core files, a bound on each process's data
 * where nothing better is there, the notes as file 9, into the control groups, and go.
 */
const SCRIPT = `
ulimit -c 0
[ "$1" = - ] || ulimit -d "$1" || :
shift
[ "$1" = - ] || exec 9<"$1"
shift
while [ "$1" != -- ]; do echo $$ >"$1" || exit 125; shift; done
shift
exec "$@"`;

/** What the script ends with where a control group does not let it in. */
export const NOT_LET_IN = 125;

export interface Launch {
  readonly limits: SandboxLimits;
  readonly groups: ControlGroups;
  /** What pins a command to processors, and its arguments. */
  readonly pin: readonly string[];
}

/**
 * How much a process may reserve ahead of use (V8 does): so it is a bound on a burst that is faster
 * than who watches, not on what is used.
 */
const AHEAD = 2 * 1024 ** 3;

/** @param notes a file that the command finds as its file 9. */
export function launched(
  { limits, groups, pin }: Launch,
  notes: string | undefined,
  argv: readonly string[],
): readonly string[] {
  const data = groups.by.has("memory")
    ? "-"
    : String(Math.ceil((limits.memoryBytes * 2 + AHEAD) / 1024));
  return ["/bin/sh", "-c", SCRIPT, "sh", data, notes ?? "-", ...groups.doors, "--", ...pin, ...argv];
}

/** Where no control group bounds the processors: as many as are allowed, others each time. */
export async function pinned(limits: SandboxLimits, env: Environment): Promise<readonly string[]> {
  const wanted = Math.ceil(limits.cpus);
  const taskset = await findProgram("taskset", env);
  if (taskset === undefined || wanted >= availableParallelism()) return [];
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const allowed = numbersIn(/^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? "");
  if (allowed.length <= wanted) return [];
  const first = Math.floor(performance.now()) % allowed.length;
  const chosen = [...allowed.slice(first), ...allowed.slice(0, first)].slice(0, wanted);
  return [taskset, "--cpu-list", chosen.join(",")];
}

/** `0-2,5` as 0, 1, 2, 5. */
function numbersIn(list: string): readonly number[] {
  return list.split(",").flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split("-").map(Number);
    if (Number.isNaN(first) || Number.isNaN(last)) return [];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

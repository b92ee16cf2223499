/**
 * The folder of a run, for its fork: what the run has made lies there, and the tasks of the fork look
 * for it in a folder of their own.
 */
import { cp, mkdir, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { EventLog } from "../events/log/log.ts";
import { parseBody, placeOf } from "../events/record.ts";
import { forkedFolder } from "./forked-run.ts";

export interface RunFolders {
  readonly from: string;
  readonly to: string;
}

/** The folder of a run of a plan, and that of its fork; undefined where the run has none. */
export async function foldersOf(
  log: Pick<EventLog, "scan">,
  run: string,
  to: string,
): Promise<RunFolders | undefined> {
  for await (const record of log.scan()) {
    if (record.stream !== `workflow/${run}`) continue;
    const input: unknown = parseBody(record.body, placeOf(record)).born?.input;
    const artifacts: unknown = Object(input)["artifacts"];
    return typeof artifacts === "string"
      ? { from: artifacts, to: forkedFolder(artifacts, to) }
      : undefined;
  }
  return undefined;
}

/**
 * Copies what is there, as it is now; what the fork's folder has already stays.
 *
 * @returns what takes the copy back, if it has made the folder.
 */
export async function copyFolder({ from, to }: RunFolders): Promise<() => Promise<void>> {
  const nothing = async (): Promise<void> => {};
  if (!(await isFolder(from))) return nothing;
  const known = await isFolder(to);
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { recursive: true, force: false, verbatimSymlinks: true });
  return known ? nothing : () => rm(to, { recursive: true, force: true });
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

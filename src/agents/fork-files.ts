/**
 * The folder of a run, for its fork: what the run has made lies there, and the tasks of the fork look
 * for it in a folder of their own.
 */
import { randomUUID } from "node:crypto";
import { cp, mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { EventLog } from "../events/log/log.ts";
import { parseBody, placeOf } from "../events/record.ts";
import { movesOf, type Moved } from "./forked-run.ts";

/** Where the files of a run are in its fork; empty where it is no run of a plan. */
export async function filesOf(
  log: Pick<EventLog, "scan">,
  run: string,
  to: string,
): Promise<readonly Moved[]> {
  for await (const record of log.scan())
    if (record.stream === `workflow/${run}`)
      return movesOf(parseBody(record.body, placeOf(record)).born?.input ?? null, to);
  return [];
}

/** What became of the folder. */
export interface Copied {
  /** `none`: there was nothing to copy; `kept`: the fork's folder was there already, and is as it was. */
  readonly what: "copied" | "none" | "kept";
  readonly folder: string;
  /** Takes the copy back. */
  undo(): Promise<void>;
}

/**
 * Copies the folder as it is now, whole or not at all, and renames in it what is named after the run.
 *
 * @param moves as {@link filesOf} says them.
 */
export async function copyFiles(moves: readonly Moved[]): Promise<Copied | undefined> {
  const [from, folder] = moves.at(-1) ?? [];
  if (from === undefined || folder === undefined) return undefined;
  const nothing = async (): Promise<void> => {};
  if (!(await isFolder(from))) return { what: "none", folder, undo: nothing };
  if (await isFolder(folder)) return { what: "kept", folder, undo: nothing };
  const fresh = `${folder}.${randomUUID()}.new`; // one that is cut short is not taken for the folder
  await mkdir(dirname(folder), { recursive: true });
  await cp(from, fresh, { recursive: true, verbatimSymlinks: true });
  for (const [old, name] of moves.slice(0, -1))
    await rename(join(fresh, basename(old)), join(fresh, basename(name))).catch(() => undefined); // not there yet
  await rename(fresh, folder);
  return { what: "copied", folder, undo: () => rm(folder, { recursive: true, force: true }) };
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

/**
 * Writes several files into a folder: all of them or none.
 *
 * - 1. What is in the way is found before anything is written, and all of it is named.
 * - 2. Files are written beside their places first, and then moved there; where that fails
 *      halfway, what was moved is taken back and what was there before stands there again.
 * - 3. Nothing is written through a link below the folder: it may lead out of it.
 */
import { lstat, mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { TroupeError } from "../errors.ts";

export interface NewFile {
  /** Relative to the folder, with slashes. */
  readonly name: string;
  readonly bytes: Uint8Array | string;
  /** Default false. */
  readonly executable?: boolean;
}

/**
 * @param force whether files that exist are replaced.
 * @throws {@link TroupeError} `FILE_EXISTS`, `FILE_NOT_WRITTEN`.
 */
export async function writeFiles(
  folder: string,
  files: readonly NewFile[],
  force: boolean,
): Promise<void> {
  const names = files.map(({ name }) => name);
  const inTheWay = await obstacles(folder, names, force);
  if (inTheWay.length > 0) throw exists(inTheWay, force);
  const undo: (() => Promise<unknown>)[] = [];
  try {
    await makeFolder(folder, undo);
    const draft = await mkdtemp(join(folder, ".troupe-new-"));
    undo.push(() => rm(draft, { recursive: true, force: true }));
    for (const [at, { bytes, executable = false }] of files.entries())
      await writeFile(join(draft, `new-${at}`), bytes, { mode: executable ? 0o777 : 0o666 });
    for (const [at, name] of names.entries()) await place(join(folder, name), draft, at, undo);
    await rm(draft, { recursive: true, force: true });
  } catch (cause) {
    for (const step of undo.toReversed()) await step();
    throw notWritten(folder, cause);
  }
}

/** Moves a file to its place; what stood there waits in the draft folder. */
async function place(
  target: string,
  draft: string,
  at: number,
  undo: (() => Promise<unknown>)[],
): Promise<void> {
  await makeFolder(dirname(target), undo);
  if (await found(target)) {
    const old = join(draft, `old-${at}`);
    await rename(target, old);
    undo.push(() => rename(old, target));
  }
  await rename(join(draft, `new-${at}`), target);
  undo.push(() => rm(target, { force: true }));
}

async function makeFolder(folder: string, undo: (() => Promise<unknown>)[]): Promise<void> {
  const made = await mkdir(folder, { recursive: true });
  if (made !== undefined) undo.push(() => rm(made, { recursive: true, force: true }));
}

/** What stands where a file or a folder must go. */
async function obstacles(
  folder: string,
  names: readonly string[],
  force: boolean,
): Promise<readonly string[]> {
  const folders = new Set(names.flatMap((name) => foldersOf(folder, name)));
  const wrong: string[] = [];
  if ((await kindOf(folder)) === "file") wrong.push(folder);
  for (const path of folders)
    if ((await kindOf(path)) === "file" || (await isLink(path))) wrong.push(path);
  if (wrong.length > 0) return wrong;
  for (const name of names) {
    const path = join(folder, name);
    if ((await found(path)) && (!force || (await kindOf(path)) === "folder")) wrong.push(path);
  }
  return wrong;
}

function foldersOf(folder: string, name: string): readonly string[] {
  const parts = name.split("/").slice(0, -1);
  return parts.map((_, at) => join(folder, ...parts.slice(0, at + 1)));
}

async function kindOf(path: string): Promise<"file" | "folder" | "nothing"> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return "nothing";
  return stats.isDirectory() ? "folder" : "file";
}

async function isLink(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isSymbolicLink() === true;
}

/** Whether something stands there, be it a link to nothing. */
async function found(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

function exists(paths: readonly string[], force: boolean): TroupeError {
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : "";
  const named = paths.slice(0, 3).map((path) => `"${path}"`);
  const hint = force
    ? "Remove what is in the way, or name another folder."
    : "Name another folder, or replace the files with --force.";
  return new TroupeError(
    "FILE_EXISTS",
    `${named.join(", ")}${more} is in the way; nothing was written`,
    {
      hint,
      data: { paths },
    },
  );
}

function notWritten(folder: string, cause: unknown): TroupeError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TroupeError("FILE_NOT_WRITTEN", `nothing was written into "${folder}": ${why}`, {
    hint: "Name a folder that you can write to, on a disk with room.",
    data: { folder },
    cause,
  });
}

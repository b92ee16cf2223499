/**
 * The `keep` that workflows invoke: copies what a run has made so far into
 * `checkpoints/NAME` of its folder (S3-010).
 *
 * - A path of the run's own folder keeps its form below `artifacts/`, any other its absolute
 *   form below `files/`.
 * - The copy is made beside its place and then moved there: what stands under a name is always
 *   one whole copy. Under a name that was used before, it takes the old one's place.
 */
import { constants } from "node:fs";
import { copyFile, lstat, mkdir, opendir, readlink, rename, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, parse, relative, resolve, sep } from "node:path";
import type { PromiseActorLogic } from "xstate";
import { activity } from "../actors/activity.ts";
import type { KeepInput } from "../events/work.ts";

export function keepActor(): PromiseActorLogic<{ kept: string[] }, KeepInput> {
  return activity<KeepInput, { kept: string[] }>(({ input, signal }) => keep(input, signal));
}

/** @returns what was kept: paths below the run's folder, in the order of the outputs. */
async function keep({ name, artifacts, outputs }: KeepInput, signal: AbortSignal) {
  const folder = join(artifacts, "checkpoints");
  const place = join(folder, name);
  const fresh = join(folder, `.${name}.new`);
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  const kept: string[] = [];
  const copy: Copy = { without: folder, signal };
  for (const output of new Set(outputs.map((path) => resolve(path)))) {
    const form = formOf(artifacts, output);
    // what a link names is what was made
    const real = await stat(output).catch(() => undefined);
    if (real === undefined || isBelow(folder, output)) continue;
    await copyTree(output, join(fresh, form), copy, real.isDirectory());
    kept.push(join("checkpoints", name, form));
  }
  await replace(fresh, place, join(folder, `.${name}.old`));
  return { kept };
}

/** Two moves: a host that dies between them leaves nothing under the name, and does it again. */
async function replace(fresh: string, place: string, old: string): Promise<void> {
  await rm(old, { recursive: true, force: true });
  await rename(place, old).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  });
  await rename(fresh, place);
  await rm(old, { recursive: true, force: true });
}

function formOf(artifacts: string, output: string): string {
  return isBelow(artifacts, output)
    ? join("artifacts", relative(artifacts, output))
    : join("files", output.slice(parse(output).root.length));
}

function isBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

interface Copy {
  /** The folder of the copies is no part of them. */
  readonly without: string;
  readonly signal: AbortSignal;
}

async function copyTree(from: string, to: string, copy: Copy, isFolder: boolean): Promise<void> {
  copy.signal.throwIfAborted();
  if (isBelow(copy.without, from)) return;
  await mkdir(isFolder ? to : dirname(to), { recursive: true });
  if (!isFolder) return copyFile(from, to, constants.COPYFILE_FICLONE);
  for await (const entry of await opendir(from)) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyTree(source, target, copy, true);
    else if (entry.isFile()) await copyTree(source, target, copy, false);
    else if ((await lstat(source)).isSymbolicLink()) await symlink(await readlink(source), target);
  }
}

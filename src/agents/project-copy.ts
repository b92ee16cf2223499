/** The project as a run has changed it: its folder, with what the run has made laid over. */
import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { filesIn } from "./artifacts/files.ts";
import type { SandboxOptions } from "./sandbox/sandbox.ts";

/** Too much to copy: it is seen, read only, where it stands. */
const MOUNTED = "node_modules";

/** What a run's folder holds beside what its tasks have made. */
const OWN = /^(\.troupe|checkpoints)\/|^report\.(md|json)$/;

/**
 * The project with what a run has made, as a sandbox takes it; without logs and runs.
 *
 * @param folder of the project.
 * @param artifacts of the run; what lies there lies at the same path of the copy.
 */
export async function projectCopy(
  folder: string,
  artifacts: string,
): Promise<Required<Pick<SandboxOptions, "folder" | "files" | "skip" | "mounts">>> {
  const packages = join(folder, MOUNTED);
  const mounted = (await stat(packages).catch(() => undefined))?.isDirectory() === true;
  const runs = insideOf(folder, dirname(artifacts)) ?? insideOf(folder, artifacts);
  return {
    folder,
    skip: [".git", ".troupe", MOUNTED, ...(runs === undefined ? [] : [`/${runs}`])],
    files: await madeIn(artifacts),
    mounts: mounted ? { [MOUNTED]: await realpath(packages) } : {},
  };
}

/** What a run has made, by its path. */
export async function madeIn(artifacts: string): Promise<Readonly<Record<string, Uint8Array>>> {
  const there = await stat(artifacts).catch(() => undefined);
  if (there === undefined) return {};
  const made = (await filesIn(artifacts)).filter(({ path }) => !OWN.test(path));
  const read = made.map(async ({ path, file }) => [path, await readFile(file)] as const);
  return Object.fromEntries(await Promise.all(read));
}

/** The path of something inside a folder, with slashes; undefined where it is elsewhere, or the folder itself. */
export function insideOf(folder: string, path: string): string | undefined {
  const way = relative(folder, path);
  if (way === "" || way === ".." || way.startsWith(`..${sep}`)) return undefined;
  return way.split(sep).join("/");
}

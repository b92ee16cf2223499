/** The project as a run has changed it: its folder, with what the run has made laid over. */
import { existsSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { Place } from "../../events/agent/work.ts";
import { filesIn } from "../artifacts/files.ts";
import { redact } from "../redact.ts";
import type { SandboxOptions } from "../sandbox/sandbox.ts";

/** How the commands of a role are held in; its files are those of the run. */
export type RoleSandbox = Omit<SandboxOptions, "folder" | "files">;

/**
 * What a sandbox has to hold for it.
 *
 * - Neither logs nor runs are copied, and installed packages are only looked at.
 *
 * @param files on top of what the run has made.
 */
export async function workspaceOf(
  { folder, artifacts }: Place,
  { skip = [".git"], mounts = {}, ...rest }: RoleSandbox,
  files: Readonly<Record<string, string>> = {},
): Promise<SandboxOptions> {
  const made = await madeIn(artifacts);
  const runs = insideOf(folder, dirname(artifacts)) ?? insideOf(folder, artifacts);
  const packages = join(folder, "node_modules");
  const found = existsSync(packages) ? { node_modules: await realpath(packages) } : {};
  return {
    ...rest,
    folder,
    files: { ...made, ...files },
    skip: [...skip, "/.troupe", ...(runs === undefined ? [] : [`/${runs}`])],
    mounts: { ...found, ...mounts },
  };
}

/** Characters of one file that are shown, and how many files. */
const SHOWN = 16_384;
const FILES = 30;

/** The texts that a run has made, as a model is shown them. */
export async function textFilesOf(
  { artifacts }: Place,
  { except, secrets }: { readonly except: readonly string[]; readonly secrets: readonly string[] },
): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const made = Object.entries(await madeIn(artifacts));
  return made
    .filter(([path, bytes]) => !except.includes(join(artifacts, path)) && !bytes.includes(0))
    .slice(0, FILES)
    .map(([path, bytes]) => ({
      path,
      text: redact(new TextDecoder().decode(bytes.subarray(0, SHOWN)), secrets),
    }));
}

/** The path of something inside a folder, with slashes; undefined where it is elsewhere, or the folder itself. */
export function insideOf(folder: string, path: string): string | undefined {
  const way = relative(folder, path);
  if (way === "" || way === ".." || way.startsWith(`..${sep}`)) return undefined;
  return way.split(sep).join("/");
}

/** What a run has made, by its path. */
async function madeIn(artifacts: string): Promise<Readonly<Record<string, Uint8Array>>> {
  const files = existsSync(artifacts) ? await filesIn(artifacts) : [];
  const read = files
    .filter(({ path }) => !path.startsWith("checkpoints/"))
    .map(async ({ path, file }) => [path, await readFile(file)] as const);
  return Object.fromEntries(await Promise.all(read));
}

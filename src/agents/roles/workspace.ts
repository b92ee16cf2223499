/** What a run has made, for those who go on with it: as a sandbox takes it, and as a model is shown it. */
import { join } from "node:path";
import type { Place } from "../../events/agent/work.ts";
import { madeIn, projectCopy } from "../project-copy.ts";
import { redact } from "../redact.ts";
import type { SandboxOptions } from "../sandbox/sandbox.ts";

/** How the commands of a role are held in; its files are those of the run. */
export type RoleSandbox = Omit<SandboxOptions, "folder" | "files">;

/**
 * The project with what the run has made.
 *
 * @param files on top of that.
 */
export async function workspaceOf(
  { folder, artifacts }: Place,
  { skip = [], mounts = {}, ...rest }: RoleSandbox,
  files: Readonly<Record<string, string>> = {},
): Promise<SandboxOptions> {
  const copy = await projectCopy(folder, artifacts);
  return {
    ...rest,
    folder,
    files: { ...copy.files, ...files },
    skip: [...copy.skip, ...skip],
    mounts: { ...copy.mounts, ...mounts },
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

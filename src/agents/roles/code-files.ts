/** The files of an answer: checked, then written below the run's folder, all of them or none. */
import { existsSync } from "node:fs";
import type { Place } from "../../events/agent/work.ts";
import type { CodeAnswer, CodeFile } from "../../events/code-artifacts.ts";
import { TroupeError } from "../../errors.ts";
import { folderFault, pathFault } from "../artifacts/paths.ts";
import { writeFiles } from "../write-files.ts";
import { insideOf } from "../project-copy.ts";

/** What is wrong with the files, before anything is run or written. */
export function fileFaults(
  { files, tests }: CodeAnswer,
  outputs: readonly string[],
): readonly string[] {
  const all = [...files, ...tests];
  if (all.length === 0) return ["files: there is none: answer whole files"];
  const paths = all.map(({ path }) => path);
  const known = new Set(paths);
  const wrong = paths.flatMap((path) => {
    const fault = pathFault(path) ?? folderFault(path, known);
    return fault === undefined ? [] : [`the path ${JSON.stringify(path)} cannot be used: ${fault}`];
  });
  const twice = paths.filter((path, at) => paths.indexOf(path) !== at);
  const missing = outputs.filter((path) => !paths.includes(path));
  return [
    ...wrong,
    ...[...new Set(twice)].map((path) => `${JSON.stringify(path)} stands there twice`),
    ...missing.map((path) => `${JSON.stringify(path)} is missing: give it among files or tests`),
  ];
}

/**
 * The outputs of a task as paths in an answer; those that are there already need not come again.
 *
 * @throws {@link TroupeError} `INPUT_INVALID` for one that does not lie in the run's folder.
 */
export function outputsWanted(
  { artifacts }: Place,
  outputs: readonly string[],
  { mends }: { readonly mends: boolean },
): readonly string[] {
  return outputs
    .filter((path) => !mends || !existsSync(path))
    .map((path) => {
      const inside = insideOf(artifacts, path);
      if (inside !== undefined) return inside;
      throw new TroupeError("INPUT_INVALID", `the output "${path}" is not in the run's folder`, {
        hint: "Let the outputs of a coder begin with artifacts/.",
        data: { path },
      });
    });
}

export function contents(files: readonly CodeFile[]): Readonly<Record<string, string>> {
  return Object.fromEntries(files.map(({ path, content }) => [path, content]));
}

/** Writes them; @returns what is in the way, in words: then nothing was written. */
export async function writeCode(
  { artifacts }: Place,
  files: readonly CodeFile[],
): Promise<string | undefined> {
  try {
    const fresh = files.map(({ path, content }) => ({ name: path, bytes: content }));
    await writeFiles(artifacts, fresh, true);
    return undefined;
  } catch (error) {
    if (TroupeError.is(error, "FILE_EXISTS")) return error.message;
    throw error;
  }
}

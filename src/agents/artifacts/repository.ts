/**
 * Finds the repository in which artifacts are kept, or makes it.
 *
 * - A repository that is named is that folder, never one above it: artifacts must not end in
 *   whatever repository a folder happens to lie in.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { runsFolder } from "../new-run.ts";
import { askGit, gitFailed, repositoryNotFound, runGit, userEnv, type GitOptions } from "./git.ts";

/** Calls git on one repository. */
export interface Repository {
  /** Its git folder; of a linked worktree, that of the repository. */
  readonly folder: string;
  readonly options: GitOptions;
  /** What every call needs, and what stands before others in `args`. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * @param init whether a bare repository is made where there is no folder, or an empty one.
 * @throws {@link TroupeError} `REPOSITORY_NOT_FOUND`, `GIT_UNAVAILABLE`, `GIT_FAILED`.
 */
export async function openRepository(
  named: string,
  { init, ...options }: GitOptions & { readonly init: boolean },
): Promise<Repository> {
  const folder = resolve(named);
  if (init && !(await isFolder(folder))) await makeBare(folder, options);
  if (!(await isFolder(folder))) throw repositoryNotFound(folder, "the folder does not exist");
  const own = await gitFolder(folder, options);
  if (own !== undefined) return own;
  if (init) await makeBare(folder, options);
  const made = init ? await gitFolder(folder, options) : undefined;
  if (made === undefined) throw repositoryNotFound(folder, "it holds none itself");
  return made;
}

/**
 * The repository that a command means when it names none: the one of the folder it was typed in,
 * else `artifacts.git` in the folder of the runs.
 *
 * @param log the URL of the log.
 */
export async function defaultRepository(
  log: string,
  folder: string,
  options: GitOptions,
): Promise<string> {
  // where the agent `commit` keeps what the runs of this log have made
  const ofRuns = join(runsFolder(log, folder), "artifacts.git");
  if (existsSync(ofRuns)) return ofRuns;
  // git itself looks upwards, and refuses a repository that belongs to somebody else
  const call = { args: COMMON, folder, env: userEnv(options) };
  const result = await askGit(call, options);
  if (result.code === 0) return line(result.stdout);
  if (!result.stderr.includes("not a git repository")) throw gitFailed(call, result);
  return ofRuns;
}

const COMMON = ["rev-parse", "--path-format=absolute", "--git-common-dir"];

async function gitFolder(folder: string, options: GitOptions): Promise<Repository | undefined> {
  const inside = join(folder, ".git");
  const place = existsSync(inside) ? inside : folder;
  const found = await askGit({ args: COMMON, folder, env: { GIT_DIR: place } }, options);
  if (found.code !== 0) return undefined;
  const common = line(found.stdout);
  return { folder: common, options, env: { GIT_DIR: common } };
}

/** Made beside its place and moved there: of two that do so at once, one wins and both have it. */
async function makeBare(folder: string, options: GitOptions): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const fresh = await mkdtemp(join(dirname(folder), `.${basename(folder)}-`));
  try {
    const args = ["init", "--quiet", "--bare", "--template=", "--initial-branch=main", fresh];
    await runGit({ args, folder: fresh }, options);
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // somebody else's folder: whoever asked looks whether a repository is in it
    if (error instanceof Error && "code" in error && IN_THE_WAY.has(String(error.code))) return;
    throw error;
  }
}

const IN_THE_WAY: ReadonlySet<string> = new Set(["ENOTEMPTY", "EEXIST", "ENOTDIR", "EPERM"]);

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

function line(bytes: Buffer): string {
  return bytes.toString("utf8").replace(/\n$/, "");
}

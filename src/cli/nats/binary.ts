/**
 * A program that the project needs and does not ship: where it may lie, whether it is fit, and
 * the cache that it is put into where it is missing.
 *
 * - 1. Nothing is installed: nothing outside the cache folder is written.
 * - 2. A program appears in the cache by one rename, so another process sees all of it or none.
 * - 3. What the variable names is used or refused, never passed over.
 */
import { execFile } from "node:child_process";
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

/** What is looked for. */
export interface Wanted {
  /** The file's name on this platform. */
  readonly file: string;
  /** The oldest version that will do: `1.2.3`. */
  readonly oldest: string;
}

/** Fills a folder of its own; answers the path of the folder that holds the program. */
type Obtain = (folder: string) => Promise<string>;

interface Search {
  readonly env: NodeJS.ProcessEnv;
  /** The variable that may name the program. */
  readonly variable: string;
  readonly cache: string;
  /** How to obtain it, the best way first. */
  readonly ways: readonly (readonly [name: string, obtain: Obtain])[];
  /** What to do where none of them works. */
  readonly hint: string;
}

/**
 * The path of a fit program: what the variable names, the PATH, the cache, else obtained.
 *
 * @throws {Error} that says what was tried and what to install.
 */
export async function findBinary(wanted: Wanted, search: Search): Promise<string> {
  const named = search.env[search.variable];
  if (named !== undefined && named !== "") return assertFit(wanted, named, search.variable);
  const found = await onPath(wanted, search.env);
  if (found !== undefined && isFit(wanted, await versionOf(found))) return found;
  return (await cached(wanted, search.cache)) ?? obtainInto(wanted, search);
}

/** Runs a program without a shell, with a time limit; answers its output. */
export async function run(
  file: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly timeoutMs?: number } = {},
): Promise<string> {
  const { timeoutMs = 10_000, ...rest } = options;
  const { stdout } = await promisify(execFile)(file, [...args], { ...rest, timeout: timeoutMs });
  return stdout;
}

/** The version of a program, `undefined` where it is none or does not run here. */
export async function versionOf(binary: string): Promise<string | undefined> {
  try {
    return /v?(\d+\.\d+\.\d+)/.exec(await run(binary, ["--version"]))?.[1];
  } catch {
    return undefined;
  }
}

/** Whether a version is new enough. */
export function isFit({ oldest }: Wanted, version: string | undefined): boolean {
  return version !== undefined && compareVersions(version, oldest) >= 0;
}

/** Orders `1.2.3` style versions. */
export function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}

/** The newest fit program in the cache. */
export async function cached(wanted: Wanted, cache: string): Promise<string | undefined> {
  const platform = `-${process.platform}-${process.arch}`;
  const names = await readdir(cache).catch(() => []);
  const fitting = names.filter((name) => name.endsWith(platform)).toSorted(compareVersions);
  for (const name of fitting.toReversed()) {
    const file = join(cache, name, wanted.file);
    if (isFit(wanted, await versionOf(file))) return file;
  }
  return undefined;
}

/**
 * Lets `obtain` put a program into a private folder, checks it, and renames the folder into
 * the cache. Two processes may do so at once: the later one uses what the earlier one put.
 */
export async function addToCache(wanted: Wanted, cache: string, obtain: Obtain): Promise<string> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, ".new-"));
  try {
    const filled = await obtain(folder);
    const version = await versionOf(join(filled, wanted.file));
    if (!isFit(wanted, version))
      throw new Error(`got version ${version ?? "unknown"}, need ${wanted.oldest}`);
    const home = join(cache, `${version}-${process.platform}-${process.arch}`);
    await rename(filled, home).catch(async (error: unknown) => {
      if (!isFit(wanted, await versionOf(join(home, wanted.file)))) throw error;
    });
    return join(home, wanted.file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function assertFit(wanted: Wanted, binary: string, variable: string): Promise<string> {
  const version = await versionOf(binary);
  if (isFit(wanted, version)) return binary;
  const why =
    version === undefined ? "which does not run" : `which is ${version}; need ${wanted.oldest}`;
  throw new Error(`$${variable} names "${binary}", ${why}`);
}

/** The first on the PATH, fit or not. */
async function onPath({ file }: Wanted, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env["PATH"] ?? "").split(delimiter).filter((part) => part !== ""))
    if (await isExecutable(join(folder, file))) return join(folder, file);
  return undefined;
}

async function obtainInto(wanted: Wanted, { cache, ways, hint }: Search): Promise<string> {
  const failures: string[] = [];
  for (const [name, way] of ways) {
    try {
      return await addToCache(wanted, cache, way);
    } catch (error) {
      failures.push(`${name}: ${reason(error)}`);
    }
  }
  throw new Error(
    `no ${wanted.file} ${wanted.oldest} or later was found, and none could be obtained ` +
      `(${failures.join("; ")}). ${hint}`,
  );
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line = ""] = error.message.split("\n");
  return error.cause instanceof Error ? `${line} (${error.cause.message})` : line;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Where a `nats-server` may lie and whether it is fit: versions, and the project's cache.
 *
 * - 1. Nothing outside the cache folder is written.
 * - 2. A server appears in the cache by one rename, so another process sees all of it or none.
 */
import { execFile } from "node:child_process";
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

/** The oldest server whose JetStream does what the log needs. */
export const OLDEST = "2.14.0";

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

/** The version of a server binary, `undefined` where it is none or does not run here. */
export async function versionOf(binary: string): Promise<string | undefined> {
  try {
    return /v?(\d+\.\d+\.\d+)/.exec(await run(binary, ["--version"]))?.[1];
  } catch {
    return undefined;
  }
}

/** Whether a version is new enough. */
export function isFit(version: string | undefined): boolean {
  return version !== undefined && compareVersions(version, OLDEST) >= 0;
}

/** Orders `1.2.3` style versions. */
export function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}

/** The name of the binary on this platform. */
export function binaryName(): string {
  return process.platform === "win32" ? "nats-server.exe" : "nats-server";
}

/** The first binary on the PATH, fit or not. */
export async function onPath(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env["PATH"] ?? "").split(delimiter).filter((part) => part !== "")) {
    const file = join(folder, binaryName());
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

/** The newest fit server in the cache. */
export async function cached(cache: string): Promise<string | undefined> {
  const wanted = `-${process.platform}-${process.arch}`;
  const names = await readdir(cache).catch(() => []);
  const fitting = names.filter((name) => name.endsWith(wanted)).toSorted(compareVersions);
  for (const name of fitting.toReversed()) {
    const file = join(cache, name, binaryName());
    if (isFit(await versionOf(file))) return file;
  }
  return undefined;
}

/**
 * Lets `obtain` put a server into a private folder, checks it, and renames the folder into
 * the cache. Two processes may do so at once: the later one uses what the earlier one put.
 *
 * @param obtain fills the folder and answers the path of the folder that holds the binary.
 */
export async function addToCache(
  cache: string,
  obtain: (folder: string) => Promise<string>,
): Promise<string> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, ".new-"));
  try {
    const filled = await obtain(folder);
    const version = await versionOf(join(filled, binaryName()));
    if (!isFit(version)) throw new Error(`got version ${version ?? "unknown"}, need ${OLDEST}`);
    const home = join(cache, `${version}-${process.platform}-${process.arch}`);
    await rename(filled, home).catch(async (error: unknown) => {
      if (!isFit(await versionOf(join(home, binaryName())))) throw error;
    });
    return join(home, binaryName());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

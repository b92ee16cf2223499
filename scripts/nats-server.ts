/**
 * Finds a `nats-server` that is new enough, else obtains one into the project's cache:
 * `$NATS_SERVER`, the PATH, `.cache/nats/`, the pinned release, Debian's package.
 *
 *     node scripts/nats-server.ts                  prints its path
 *     node scripts/nats-server.ts run [argument…]  runs it, by default with nats.conf
 *
 * - 1. Nothing is installed: only `.cache/nats/` is written.
 * - 2. What `$NATS_SERVER` names is used or refused, never passed over.
 * - 3. Without a server this fails; nothing that needs one may go on without it.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { addToCache, cached, isFit, OLDEST, onPath, versionOf } from "./nats-binary.ts";
import { fromDebian } from "./nats-debian.ts";
import { fromRelease } from "./nats-release.ts";

const ROOT = join(import.meta.dirname, "..");

/**
 * The path of a server of version {@link OLDEST} or later.
 *
 * @throws {Error} that says what was tried and what to install.
 */
export async function natsServer(
  options: { readonly env?: NodeJS.ProcessEnv; readonly cache?: string } = {},
): Promise<string> {
  const { env = process.env, cache = join(ROOT, ".cache", "nats") } = options;
  const named = env["NATS_SERVER"];
  if (named !== undefined && named !== "") return assertFit(named);
  const found = await onPath(env);
  if (found !== undefined && isFit(await versionOf(found))) return found;
  return (await cached(cache)) ?? obtain(cache);
}

async function assertFit(binary: string): Promise<string> {
  const version = await versionOf(binary);
  if (isFit(version)) return binary;
  const why = version === undefined ? "which does not run" : `which is ${version}; need ${OLDEST}`;
  throw new Error(`$NATS_SERVER names "${binary}", ${why}`);
}

async function obtain(cache: string): Promise<string> {
  const failures: string[] = [];
  for (const [name, way] of [
    ["release", fromRelease],
    ["Debian package", fromDebian],
  ] as const) {
    try {
      return await addToCache(cache, way);
    } catch (error) {
      failures.push(`${name}: ${reason(error)}`);
    }
  }
  throw new Error(
    `no nats-server ${OLDEST} or later was found, and none could be obtained ` +
      `(${failures.join("; ")}). Install one (https://github.com/nats-io/nats-server/releases, ` +
      `or "brew install nats-server") and put it on the PATH or name it in NATS_SERVER.`,
  );
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line = ""] = error.message.split("\n");
  return error.cause instanceof Error ? `${line} (${error.cause.message})` : line;
}

async function main(args: readonly string[]): Promise<void> {
  const binary = await natsServer();
  if (args[0] !== "run") {
    process.stdout.write(`${binary}\n`);
    return;
  }
  const rest = args.length > 1 ? args.slice(1) : ["-c", join(ROOT, "nats.conf")];
  const child = spawn(binary, rest, { stdio: "inherit", cwd: ROOT });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => process.exit(code ?? 1));
}

if (import.meta.main) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}

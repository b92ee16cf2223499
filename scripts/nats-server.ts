/**
 * Finds a `nats-server` that is new enough, else obtains one into the project's cache:
 * `$NATS_SERVER`, the PATH, `.cache/nats/`, the pinned release, Debian's package.
 *
 *     node scripts/nats-server.ts                  prints its path
 *     node scripts/nats-server.ts run [argument…]  runs it, by default with nats.conf
 *
 * Without a server this fails; nothing that needs one may go on without it.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { findBinary, type Wanted } from "./binary.ts";
import { fromDebian } from "./debian-package.ts";
import { fromRelease } from "./nats-release.ts";

const ROOT = join(import.meta.dirname, "..");

/** The oldest server whose JetStream does what the log needs. */
export const NATS: Wanted = {
  file: process.platform === "win32" ? "nats-server.exe" : "nats-server",
  oldest: "2.14.0",
};

/**
 * The path of a server that is new enough.
 *
 * @throws {Error} that says what was tried and what to install.
 */
export async function natsServer(
  options: { readonly env?: NodeJS.ProcessEnv; readonly cache?: string } = {},
): Promise<string> {
  const { env = process.env, cache = join(ROOT, ".cache", "nats") } = options;
  return findBinary(NATS, {
    env,
    cache,
    variable: "NATS_SERVER",
    ways: [
      ["release", fromRelease],
      [
        "Debian package",
        (folder) => fromDebian(folder, { name: "nats-server", suite: "sid", holds: "usr/sbin" }),
      ],
    ],
    hint:
      'Install one (https://github.com/nats-io/nats-server/releases, or "brew install nats-server") ' +
      "and put it on the PATH or name it in NATS_SERVER.",
  });
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

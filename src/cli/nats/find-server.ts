/**
 * Finds a `nats-server` that is new enough, else obtains one into a cache: `$NATS_SERVER`, the
 * PATH, the cache, the pinned release, Debian's package.
 */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { findBinary, type Wanted } from "./binary.ts";
import { fromDebian } from "./debian-package.ts";
import { fromRelease } from "./nats-release.ts";

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
  const { env = process.env, cache = ownCache(env) } = options;
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

/** In the user's cache folder: where the package lies, nobody may be let write. */
function ownCache(env: NodeJS.ProcessEnv): string {
  const given = env["XDG_CACHE_HOME"] ?? "";
  return join(isAbsolute(given) ? given : join(homedir(), ".cache"), "troupe", "nats");
}

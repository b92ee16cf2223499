/**
 * Where the projections of a log are kept: beside a log that is a file; for one on a server, in
 * the user's cache folder, under a name that its url without secrets gives.
 */
import { createHash } from "node:crypto";
import { realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

export interface Place {
  readonly path: string;
  /** Permissions: for others no wider than the log's own. */
  readonly mode: number;
}

/**
 * @param url of the log, as it calls itself.
 * @param home the user's folder; it may throw.
 * @returns undefined for a log that nothing of outlives the process, and where there is no cache folder.
 */
export function placeOfProjections(
  url: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
  home: () => string = homedir,
): Place | undefined {
  const file = /^sqlite:(.+)$/.exec(url)?.[1];
  if (file !== undefined) return besideFile(file);
  const name = /^(?:nats|tls):\/\/[^/]+\/([A-Za-z0-9_-]+)$/.exec(url)?.[1];
  if (name === undefined) return undefined;
  const cache = cacheFolder(env["XDG_CACHE_HOME"], home);
  if (cache === undefined) return undefined;
  const hash = createHash("sha256").update(url).digest("hex").slice(0, 12);
  return { path: join(cache, "troupe", "projections", `${name}-${hash}.db`), mode: 0o600 };
}

/** Undefined in a container, say, whose user has no home. */
function cacheFolder(given: string | undefined, home: () => string): string | undefined {
  if (given !== undefined && isAbsolute(given)) return given;
  try {
    const folder = home();
    return isAbsolute(folder) ? join(folder, ".cache") : undefined;
  } catch {
    return undefined;
  }
}

/** The log's real place, so that every link to it finds the same projections. */
function besideFile(file: string): Place | undefined {
  try {
    const path = realpathSync(file);
    return { path: `${path}.projections`, mode: (statSync(path).mode & 0o066) | 0o600 };
  } catch {
    return undefined; // the log is gone: there is nothing to lie beside
  }
}

/**
 * The caches of a run of the tests. What the command keeps in the user's cache folder goes to a
 * folder of this run's own. Compiled code is kept from one run to the next, for every process that
 * the tests start: without it, each takes twice as long to start.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "troupe-cache-"));
  process.env["XDG_CACHE_HOME"] = folder;
  process.env["NODE_COMPILE_CACHE"] ??= join(
    import.meta.dirname,
    "../../node_modules/.cache/node-compile-cache",
  );
  return () => rm(folder, { recursive: true, force: true });
}

/** A cache folder of its own for each run of the tests: nothing is left in the user's. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "troupe-cache-"));
  process.env["XDG_CACHE_HOME"] = folder;
  return () => rm(folder, { recursive: true, force: true });
}

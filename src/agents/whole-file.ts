/** Files that are there as a whole or not at all. */
import { open, rename, rm, type FileHandle } from "node:fs/promises";

/** Writes a file beside its place, then moves it there; where writing fails, what was there stays. */
export async function writeWhole(
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, "w");
  try {
    await write(file);
    await file.close();
    await rename(fresh, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(fresh, { force: true }).catch(() => undefined);
    throw error;
  }
}

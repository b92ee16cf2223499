/** Where the benches write: on a disk, since a commit to memory costs nothing and would measure nothing. */
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";

/** Beside the checkout, ignored by git: on the disk that the project lies on. */
export const FOLDER = join(import.meta.dirname, "..", ".cache", "bench");

/** `f_type` of statfs(2) on Linux. */
const TYPES = new Map([
  [0xef53, "ext4"],
  [0x01021994, "tmpfs"],
  [0x58465342, "xfs"],
  [0x9123683e, "btrfs"],
  [0x794c7630, "overlayfs"],
  [0x6969, "nfs"],
  [0x2fc12fc1, "zfs"],
  [0xf2f52010, "f2fs"],
]);

/** The type of the file system that a folder, made where it is missing, lies on. */
export function fileSystemOf(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const { type } = statfsSync(folder);
  return TYPES.get(type) ?? `type 0x${type.toString(16)}`;
}

/** A new folder for one way's files, removed after the work. */
export async function inFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "run-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

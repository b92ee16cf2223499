/**
 * Writes a log file, in constant memory.
 *
 * - 1. The file is there as a whole or not at all: it is written beside its place, synced to the
 *      disk, and moved there; then the folder is synced, too.
 * - 2. A file that is there already is never written over. Of two that write the same file at once
 *      each has a place of its own beside it, and one of them wins.
 */
import { randomBytes } from "node:crypto";
import { access, link, mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { TroupeError } from "../../../errors.ts";
import type { Codec } from "../log.ts";
import type { FileHeader, Placed } from "./format.ts";
import { textOf } from "./text.ts";

export interface FileWritten {
  readonly path: string;
  readonly records: number;
  readonly streams: number;
  readonly bytes: number;
  /** Of all but the last line. */
  readonly sha256: string;
}

/**
 * Writes records into a new file.
 *
 * @throws {@link TroupeError} `FILE_EXISTS`, `FILE_NOT_WRITTEN`: nothing is left of it then.
 */
export async function writeLogFile(
  path: string,
  header: FileHeader,
  records: AsyncIterable<Placed>,
  codec?: Codec,
): Promise<FileWritten> {
  if (await isThere(path)) throw exists(path);
  const fresh = `${path}.${randomBytes(4).toString("hex")}.new`;
  let file: FileHandle | undefined;
  try {
    await mkdir(dirname(path), { recursive: true });
    file = await open(fresh, "wx", 0o600);
    const written = await fill(file, header, records, codec);
    await file.sync();
    await file.close();
    await move(fresh, path);
    await syncFolder(dirname(path));
    return { path, ...written };
  } catch (error) {
    await file?.close().catch(() => undefined);
    await rm(fresh, { force: true }).catch(() => undefined);
    throw isSystem(error) ? notWritten(path, error) : error;
  }
}

async function fill(
  file: FileHandle,
  header: FileHeader,
  records: AsyncIterable<Placed>,
  codec?: Codec,
): Promise<Omit<FileWritten, "path">> {
  const text = textOf(header, records, codec);
  for (let bytes = 0; ;) {
    const { value, done } = await text.next();
    if (done === true) return { ...value, bytes };
    bytes += Buffer.byteLength(value);
    await file.writeFile(value);
  }
}

/** @throws {@link TroupeError} `FILE_EXISTS` where somebody else was faster. */
async function move(fresh: string, path: string): Promise<void> {
  try {
    await link(fresh, path);
  } catch (error) {
    const code = isSystem(error) && "code" in error ? error.code : undefined;
    if (code === "EEXIST") throw exists(path);
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS") throw error;
    if (await isThere(path)) throw exists(path);
    await rename(fresh, path); // a file system without links
    return;
  }
  await rm(fresh);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isSystem(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}

function exists(path: string): TroupeError {
  return new TroupeError("FILE_EXISTS", `there is something at "${path}" already`, {
    hint: "Name another file.",
    data: { path },
  });
}

function notWritten(path: string, cause: Error): TroupeError {
  return new TroupeError("FILE_NOT_WRITTEN", `"${path}" could not be written: ${cause.message}`, {
    hint: "Name a place that you can write to, on a disk with room.",
    data: { path },
    cause,
  });
}

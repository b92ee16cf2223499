/**
 * Puts files into the private folder of a sandbox.
 *
 * - A link is copied as a link: what it points to outside does not come along, and a path that
 *   leads through one is refused.
 * - Sockets, devices and pipes stay behind: they are doors, not files.
 */
import { constants } from "node:fs";
import { copyFile, lstat, mkdir, open, readdir, readlink, symlink } from "node:fs/promises";
import { join } from "node:path";
import { TroupeError } from "../../errors.ts";
import { wordsOf } from "../thrown.ts";
import { bytes } from "./limits.ts";

export interface CopyIn {
  readonly folder?: string;
  /** Names that are left out, at any depth; with a slash in front, paths from the folder. */
  readonly skip: readonly string[];
  /** Paths where something else is seen. */
  readonly mounted: readonly string[];
  /** Files on top of the folder's, by their relative path. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** How many bytes they may have together. */
  readonly room: number;
}

/** @throws {@link TroupeError} `INPUT_INVALID` for a path that leads outside, or too much. */
export async function copyIn(to: string, given: CopyIn): Promise<void> {
  const { folder, files, room } = given;
  const names = new Set(given.skip);
  const mounted = new Set(given.mounted.map((path) => join(to, ...partsOf(path))));
  let left = room;
  const take = (size: number): void => {
    left -= size;
    if (left < 0) throw tooMuch(room);
  };
  const copy = async (from: string, at: string): Promise<void> => {
    for (const entry of await readdir(from, { withFileTypes: true })) {
      const source = join(from, entry.name);
      const target = join(at, entry.name);
      if (names.has(entry.name) || names.has(target.slice(to.length)) || mounted.has(target)) continue;
      if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
      else if (entry.isDirectory()) {
        await mkdir(target, { recursive: true });
        await copy(source, target);
      } else if (entry.isFile()) {
        take((await lstat(source)).size);
        await copyFile(source, target, constants.COPYFILE_EXCL);
      }
    }
  };
  try {
    if (folder !== undefined) await copy(folder, to);
    for (const [path, content] of Object.entries(files)) {
      take(Buffer.byteLength(content));
      await writeInside(to, path, content);
    }
  } catch (error) {
    if (TroupeError.is(error)) throw error;
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") throw tooMuch(room);
    throw new TroupeError("SANDBOX_FAILED", `files cannot be copied in: ${wordsOf(error)}`, {
      hint: "Look at the message; each file must be readable for you.",
      cause: error,
    });
  }
}

/** How large a file may be that is read back. */
const READ_LIMIT = 64 * 1024 ** 2;

/**
 * The bytes of a file in the folder; nothing where none is.
 *
 * @throws {@link TroupeError} `INPUT_INVALID` for a path that leads outside or through a link, and
 * for what is no file or too large.
 */
export async function readInside(root: string, path: string): Promise<Uint8Array | undefined> {
  const parts = partsOf(path);
  await assertNoLink(root, parts);
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  // a pipe must not make us wait for its writer
  const file = await open(join(root, ...parts), O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(
    (error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw noFile(path, error);
    },
  );
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile() || found.size > READ_LIMIT) throw noFile(path);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** The parts of a relative path that stays inside. */
export function partsOf(path: string): readonly string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const bad = path.startsWith("/") || path.includes("\0") || parts.includes("..") || parts.length === 0;
  if (!bad) return parts;
  throw new TroupeError("INPUT_INVALID", `"${path}" is no path inside the sandbox`, {
    hint: 'Name a file relative to the work folder, without "..".',
    data: { path },
  });
}

async function writeInside(root: string, path: string, content: string | Uint8Array): Promise<void> {
  const parts = partsOf(path);
  await assertNoLink(root, parts);
  await mkdir(join(root, ...parts.slice(0, -1)), { recursive: true });
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const file = await open(join(root, ...parts), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
}

/** Only while no command runs in the sandbox: it could put a link there in between. */
async function assertNoLink(root: string, parts: readonly string[]): Promise<void> {
  for (const [index] of parts.entries()) {
    const path = parts.slice(0, index + 1).join("/");
    const found = await lstat(join(root, path)).catch(() => undefined);
    if (found?.isSymbolicLink() !== true) continue;
    throw new TroupeError("INPUT_INVALID", `"${path}" is a link, which may lead outside`, {
      hint: "Name the file itself.",
      data: { path },
    });
  }
}

function noFile(path: string, cause?: unknown): TroupeError {
  return new TroupeError("INPUT_INVALID", `"${path}" cannot be read as a file`, {
    hint: `Name a file of at most ${bytes(READ_LIMIT)} in the work folder.`,
    data: { path },
    cause,
  });
}

function tooMuch(room: number): TroupeError {
  return new TroupeError("INPUT_INVALID", `the files do not fit into the sandbox's ${bytes(room)}`, {
    hint: "Leave folders out with `skip`, mount them, or raise `diskBytes`.",
    data: { diskBytes: room },
  });
}

/**
 * Files on their way into a repository.
 *
 * - 1. Their bytes stay as they are, and none is held in memory that comes from a disk.
 * - 2. What holds a known secret never becomes an object of the repository (S2).
 * - 3. A link is read only where it leads to a file in the same folder.
 */
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, readdir, realpath } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { TroupeError } from "../../errors.ts";
import { runGit } from "./git.ts";
import type { ArtifactEntry } from "./metadata.ts";
import { OWN_FOLDER } from "./names.ts";
import { refused } from "./paths.ts";
import type { Repository } from "./repository.ts";

/** A file to be committed. */
export interface ArtifactFile {
  /** Relative, with slashes. */
  readonly path: string;
  /** What stands in it; a text as UTF-8. */
  readonly bytes: Uint8Array | string;
  /** Default false. */
  readonly executable?: boolean;
}

/** The same, on a disk. */
export interface FileOnDisk {
  /** Relative, with slashes. */
  readonly path: string;
  /** Where it is read. */
  readonly file: string;
  /** Default: whether its owner may execute it. */
  readonly executable?: boolean;
}

/** A file that is in the repository. */
export interface Blob extends ArtifactEntry {
  readonly oid: string;
  readonly mode: "100644" | "100755";
}

/**
 * The files of a folder, in order of their paths: all of them, or those that are named. Folders
 * called `.git` are left out, and so is troupe's own.
 *
 * @param paths relative to the folder, with slashes.
 * @throws {@link TroupeError} `ARTIFACT_INVALID` for what is no file, or a link that leads out of the folder.
 */
export async function filesIn(
  folder: string,
  paths?: readonly string[],
): Promise<readonly FileOnDisk[]> {
  const root = await realpath(folder).catch(() => {
    throw refused(folder, "the folder does not exist");
  });
  const found = paths ?? (await filesBelow(root, ""));
  return Promise.all(
    found.toSorted().map(async (path) => ({ path, file: await insideOf(root, path) })),
  );
}

async function filesBelow(root: string, below: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true });
  const found = entries.map(async (entry) => {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.name === ".git" || path === OWN_FOLDER) return [];
    return entry.isDirectory() ? await filesBelow(root, path) : [path];
  });
  return (await Promise.all(found)).flat();
}

/** Where a file truly is. */
async function insideOf(root: string, path: string): Promise<string> {
  const file = await realpath(resolve(root, path)).catch(() => {
    throw refused(path, "it does not exist, or is a link to nothing");
  });
  const way = relative(root, file);
  if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way))
    throw refused(path, "it leads out of the folder");
  return file;
}

/**
 * Makes a file an object of the repository; no branch knows of it yet.
 *
 * @param needles texts that must not stand in it.
 * @throws {@link TroupeError} `ARTIFACT_INVALID`.
 */
export async function storeBlob(
  { folder, options, env }: Repository,
  file: ArtifactFile | FileOnDisk,
  needles: readonly string[],
): Promise<Blob> {
  await using source = await opened(file);
  const sum = createHash("sha256");
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of withoutSecrets(source.chunks, file.path, needles)) {
      sum.update(chunk);
      bytes += chunk.byteLength;
      yield chunk;
    }
  }
  const args = ["hash-object", "-w", "--stdin"];
  const said = await runGit({ args, folder, env, input: counted() }, options);
  const mode = (file.executable ?? source.executable) ? "100755" : "100644";
  return { path: file.path, bytes, sha256: sum.digest("hex"), oid: said.toString().trim(), mode };
}

interface Source extends AsyncDisposable {
  readonly executable: boolean;
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

async function opened(given: ArtifactFile | FileOnDisk): Promise<Source> {
  if ("bytes" in given) {
    const chunk = typeof given.bytes === "string" ? Buffer.from(given.bytes) : given.bytes;
    return { executable: false, chunks: [chunk], [Symbol.asyncDispose]: async () => {} };
  }
  // a link that was put there since, or a pipe without a writer, must not be followed or waited for
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(given.file, flags).catch((cause: unknown) => {
    throw refused(given.path, `it cannot be read: ${messageOf(cause)}`);
  });
  const close = { [Symbol.asyncDispose]: () => handle.close() };
  const found = await handle.stat();
  if (found.isFile()) {
    const executable = (found.mode & 0o100) !== 0;
    return { executable, chunks: handle.createReadStream({ autoClose: false }), ...close };
  }
  await handle.close();
  throw refused(given.path, "it is no file");
}

/** The same chunks; throws before the one that completes a secret. */
async function* withoutSecrets(
  chunks: Source["chunks"],
  path: string,
  needles: readonly string[],
): AsyncGenerator<Uint8Array> {
  const sought = needles.map((needle) => Buffer.from(needle));
  const longest = Math.max(1, ...sought.map(({ length }) => length));
  let before = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (sought.length > 0) {
      const seen = Buffer.concat([before, chunk]);
      if (sought.some((needle) => seen.includes(needle))) throw holdsSecret(path);
      before = seen.subarray(Math.max(0, seen.length - longest + 1));
    }
    yield chunk;
  }
}

function holdsSecret(path: string): TroupeError {
  const message = `${JSON.stringify(path)} cannot be an artifact: a secret of this host stands in it`;
  return new TroupeError("ARTIFACT_INVALID", message, {
    hint: "Have it read the secret from the environment when it runs; nothing was committed.",
    data: { path, why: "secret" },
  });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/**
 * Which paths an artifact may have: those that mean the same file below one folder on every
 * system that a repository may be checked out on.
 *
 * - 1. No path leaves the folder, reaches into `.git` under any of its names, or takes the place
 *      of the metadata.
 * - 2. A path that is let through is kept as it is, byte for byte: no form of Unicode is changed.
 */
import { TroupeError } from "../../errors.ts";
import { OWN_FOLDER } from "./names.ts";

const MAX_PATH = 4_000;
const MAX_NAME = 255;

/** Code points that some file systems leave out when they compare names. */
// oxlint-disable-next-line no-misleading-character-class -- it is a list of single code points
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * @param kept paths of ours, which may stand in the folder of the metadata.
 * @throws {@link TroupeError} `ARTIFACT_INVALID` naming the path and what is wrong with it.
 */
export function checkPaths(paths: readonly string[], kept: readonly string[] = []): void {
  const seen = new Set<string>();
  for (const path of paths) {
    const fault = kept.includes(path) ? undefined : pathFault(path);
    if (fault !== undefined) throw refused(path, fault);
    if (seen.has(path)) throw refused(path, "it stands twice");
    seen.add(path);
  }
  for (const path of paths) {
    const fault = folderFault(path, seen);
    if (fault !== undefined) throw refused(path, fault);
  }
}

/** Whether a path goes through another one, which is a file; undefined where none is in its way. */
export function folderFault(path: string, files: ReadonlySet<string>): string | undefined {
  const above = foldersOf(path).find((folder) => files.has(folder));
  return above === undefined ? undefined : `${JSON.stringify(above)} is a file, so it can be no folder`;
}

/** What is wrong with a path; undefined where nothing is. */
export function pathFault(path: string): string | undefined {
  if (path === "") return "it is empty";
  if (path.includes("\0")) return "it has a NUL in it";
  if (!path.isWellFormed()) return "it is no Unicode";
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) return "it is absolute";
  if (path.includes("\\")) return String.raw`it has a "\" in it, which some systems read as "/"`;
  if (Buffer.byteLength(path) > MAX_PATH) return `it has more than ${MAX_PATH} bytes`;
  const names = path.split("/");
  if (plain(names[0] ?? "") === OWN_FOLDER)
    return `"${OWN_FOLDER}" is where troupe keeps what it knows of the artifacts`;
  return names.map(nameFault).find((fault) => fault !== undefined);
}

function nameFault(name: string): string | undefined {
  if (name === "") return "it has an empty name in it";
  if (name === "." || name === "..") return `it has "${name}" in it`;
  if (isGit(name)) return `${JSON.stringify(name)} is git's own folder on some systems`;
  if (/[. ]$/.test(name)) return `${JSON.stringify(name)} ends with "${name.at(-1)}"`;
  if (Buffer.byteLength(name) > MAX_NAME) return `a name in it has more than ${MAX_NAME} bytes`;
  return undefined;
}

/** `.git`, `.GIT`, `git~1`, `.git::$INDEX_ALLOCATION`, `.g\u200cit` and `.git . ` are one folder somewhere. */
function isGit(name: string): boolean {
  return /^(\.git|git~\d+)[ .]*(:.*)?$/s.test(plain(name));
}

function plain(name: string): string {
  return name.replaceAll(IGNORED, "").toLowerCase();
}

function foldersOf(path: string): readonly string[] {
  const names = path.split("/").slice(0, -1);
  return names.map((_, at) => names.slice(0, at + 1).join("/"));
}

/** A file that cannot be an artifact. */
export function refused(path: string, why: string): TroupeError {
  return new TroupeError("ARTIFACT_INVALID", `${JSON.stringify(path)} cannot be an artifact: ${why}`, {
    hint: "Give each artifact a path of its own below the task's folder; nothing was committed.",
    data: { path, why },
  });
}

/**
 * Artifacts as they stand in a repository. What a branch holds may have been made by anybody, so
 * it is checked like everything from outside.
 */
import { TroupeError } from "../../errors.ts";
import { nearest } from "../../events/nearest.ts";
import type { ArtifactFile } from "./files.ts";
import { runGit } from "./git.ts";
import { metadataIn, type ArtifactMetadata } from "./metadata.ts";
import { branchesOf, namesOf, ownerOf, type ArtifactOwner } from "./names.ts";
import { checkPaths, refused } from "./paths.ts";
import { readRefs } from "./refs.ts";
import type { Repository } from "./repository.ts";

/** One commit of a task's artifacts. */
export interface ArtifactVersion extends ArtifactOwner {
  readonly branch: string;
  readonly tag: string;
  /** SHA. */
  readonly commit: string;
  /** Undefined where somebody else made the commit. */
  readonly metadata: ArtifactMetadata | undefined;
}

/** Where artifacts are read. */
export interface ArtifactPlace extends ArtifactOwner {
  /** SHA of a commit of the branch. Default: the last. */
  readonly commit?: string;
}

/** An artifact as it was committed. */
export interface ArtifactContent extends ArtifactFile {
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

/** The last commit of every branch, the oldest first. */
export async function listArtifacts(
  repository: Repository,
  workflow?: string,
): Promise<readonly ArtifactVersion[]> {
  const { folder, options, env } = repository;
  const args = ["for-each-ref", "--format=%(objectname) %(refname:lstrip=2)"];
  const all = await runGit(
    { args: [...args, `refs/heads/${branchesOf(workflow)}`], folder, env },
    options,
  );
  const heads = all.toString().split("\n").flatMap(headIn);
  const listed = await versionsOf(repository, heads);
  return listed.toSorted((a, b) => timeOf(a) - timeOf(b));
}

interface Head {
  readonly owner: ArtifactOwner;
  readonly commit: string;
}

function headIn(line: string): readonly Head[] {
  const [commit = "", branch = ""] = line.split(" ");
  const owner = ownerOf(branch);
  return owner === undefined ? [] : [{ owner, commit }];
}

function timeOf({ metadata }: ArtifactVersion): number {
  return metadata === undefined ? 0 : Date.parse(metadata.timestamp);
}

/**
 * The commits of a task's artifacts, the last first.
 *
 * @throws {@link TroupeError} `ARTIFACT_NOT_FOUND`.
 */
export async function artifactHistory(
  repository: Repository,
  owner: ArtifactOwner,
): Promise<readonly ArtifactVersion[]> {
  const { folder, options, env } = repository;
  const tip = await commitAt(repository, owner);
  const said = await runGit({ args: ["rev-list", tip], folder, env }, options);
  const commits = said.toString().split("\n").filter(Boolean);
  return await versionsOf(
    repository,
    commits.map((commit) => ({ owner, commit })),
  );
}

async function versionsOf(
  repository: Repository,
  heads: readonly Head[],
): Promise<readonly ArtifactVersion[]> {
  const names = heads.map(({ owner }) => namesOf(owner));
  const wanted = heads.map(({ commit }, at) => `${commit}:${names[at]?.metadata}`);
  const found = await objectsOf(repository, wanted);
  return heads.map(({ owner: { workflow, task }, commit }, at) => {
    const { branch = "", tag = "" } = names[at] ?? {};
    const metadata = metadataIn(found[at]?.toString("utf8") ?? "");
    return { workflow, task, branch, tag, commit, metadata };
  });
}

/**
 * The artifacts of a commit, with their bytes, by path.
 *
 * @param paths only these. Default: all.
 * @throws {@link TroupeError} `ARTIFACT_NOT_FOUND`; `ARTIFACT_INVALID` where the commit holds
 * what troupe never commits: a link, a submodule, a path that leads out.
 */
export async function readArtifacts(
  repository: Repository,
  place: ArtifactPlace,
  paths?: readonly string[],
): Promise<readonly ArtifactContent[]> {
  const { folder, options, env } = repository;
  const commit = await commitAt(repository, place);
  const args = ["ls-tree", "-r", "-z", "--full-tree", commit];
  const said = (await runGit({ args, folder, env }, options)).toString("utf8");
  const { metadata } = namesOf(place);
  const entries = said
    .split("\0")
    .flatMap(entryIn)
    .filter(({ path }) => path !== metadata);
  checkPaths(entries.map(({ path }) => path));
  const known = entries.map(({ path }) => path);
  const missing = paths?.find((path) => !known.includes(path));
  if (missing !== undefined) throw noSuchPath(place, missing, known);
  const wanted = entries.filter(({ path }) => paths?.includes(path) ?? true);
  const objects = await objectsOf(
    repository,
    wanted.map(({ oid }) => oid),
  );
  return wanted.map(({ path, executable, oid }, at) => {
    const bytes = objects[at];
    if (bytes === undefined) throw refused(path, `the object ${oid} is missing in the repository`);
    return { path, bytes, executable };
  });
}

interface Entry {
  readonly path: string;
  readonly oid: string;
  readonly executable: boolean;
}

function entryIn(line: string): readonly Entry[] {
  const [, mode = "", type = "", oid = "", path = ""] =
    /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
  if (path === "") return [];
  if (type !== "blob" || !mode.startsWith("100")) throw refused(path, "it is no file in the commit");
  return [{ path, oid, executable: mode === "100755" }];
}

async function commitAt(repository: Repository, place: ArtifactPlace): Promise<string> {
  const { folder, options, env } = repository;
  const { tip } = await readRefs(repository, namesOf(place));
  if (tip === undefined) throw await noSuchTask(repository, place);
  const { commit } = place;
  if (commit === undefined || commit === tip) return tip;
  const args = ["rev-list", tip];
  const commits = (await runGit({ args, folder, env }, options)).toString().split("\n");
  if (commits.includes(commit)) return commit;
  throw notFound(`there is no commit "${commit}" of the artifacts of ${spoken(place)}`, place);
}

/** The bytes of objects; undefined for what is not there. */
async function objectsOf(
  { folder, options, env }: Repository,
  names: readonly string[],
): Promise<readonly (Buffer | undefined)[]> {
  if (names.length === 0) return [];
  const input = names.map((name) => `${name}\n`).join("");
  let rest = await runGit({ args: ["cat-file", "--batch"], folder, env, input }, options);
  return names.map(() => {
    const end = rest.indexOf("\n");
    const head = rest.toString("utf8", 0, end);
    rest = rest.subarray(end + 1);
    const [, type, size] = /^[0-9a-f]+ (\w+) (\d+)$/.exec(head) ?? [];
    if (size === undefined) return undefined;
    const bytes = rest.subarray(0, Number(size));
    rest = rest.subarray(Number(size) + 1);
    return type === "blob" ? bytes : undefined;
  });
}

async function noSuchTask(repository: Repository, place: ArtifactPlace): Promise<TroupeError> {
  const all = await listArtifacts(repository);
  const tasks = all.filter(({ workflow }) => workflow === place.workflow).map(({ task }) => task);
  const near = nearest(place.task, tasks);
  const hint = near === undefined ? undefined : `Did you mean the task "${near}"?`;
  return notFound(`there are no artifacts of ${spoken(place)}`, place, hint);
}

function noSuchPath(place: ArtifactPlace, path: string, known: readonly string[]): TroupeError {
  const near = nearest(path, known);
  const hint = near === undefined ? undefined : `Did you mean ${JSON.stringify(near)}?`;
  return notFound(`${JSON.stringify(path)} is no artifact of ${spoken(place)}`, place, hint);
}

function spoken({ workflow, task }: ArtifactOwner): string {
  return `the task "${task}" in the run "${workflow}"`;
}

function notFound(message: string, place: ArtifactPlace, hint?: string): TroupeError {
  const { workflow, task } = place;
  return new TroupeError("ARTIFACT_NOT_FOUND", message, {
    hint: hint ?? "List what is there with `troupe artifacts ls`, and mind --repository.",
    data: { workflow, task },
  });
}

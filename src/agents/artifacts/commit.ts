/**
 * Commits the artifacts of a task (S3-041 to S3-044) by git's plumbing.
 *
 * - 1. No checkout is touched: neither its files, nor its index, nor the branch it is on.
 * - 2. Branch and tag move by compare and swap, both in one transaction: of commits made at once
 *      none is lost, each has the one before as its parent.
 * - 3. The same again — the same key and files, or without a key the same metadata and files — is
 *      the same commit, and mends a tag that a crash left behind.
 * - 4. Until the refs move, nothing can be seen of it; where it fails, nothing ever is.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TroupeError } from "../../errors.ts";
import { sha256 } from "../../events/chat/conversation.ts";
import { disguises } from "../redact.ts";
import { storeBlob, type ArtifactFile, type Blob, type FileOnDisk } from "./files.ts";
import { askGit, runGit } from "./git.ts";
import { contentLine, messageOf, metadataText, parseSource } from "./metadata.ts";
import type { ArtifactMetadata, ArtifactSource } from "./metadata.ts";
import { namesOf, type ArtifactNames, type ArtifactOwner } from "./names.ts";
import { checkPaths } from "./paths.ts";
import { moveRefs, readRefs, refuseCheckedOut, type Refs } from "./refs.ts";
import type { Repository } from "./repository.ts";

/** What is to be committed. */
export interface ArtifactCommit extends ArtifactOwner {
  /** All artifacts of the task: what an earlier commit had and this one has not is gone from the branch's tip. */
  readonly files: readonly (ArtifactFile | FileOnDisk)[];
  readonly metadata: ArtifactSource;
  /**
   * The idempotency key of the activity: with it, the same files again are the same commit even
   * where the metadata has another time. Default: none.
   */
  readonly key?: string;
}

/** Where it stands. */
export interface CommittedArtifacts {
  /** `ai/generated/WORKFLOW/TASK`. */
  readonly branch: string;
  /** SHA. */
  readonly commit: string;
  /** `workflow_WORKFLOW_TASK`: it points at the branch's last commit. */
  readonly tag: string;
  /** False where the same was committed before. */
  readonly created: boolean;
}

/** How many files are on their way at once. */
const AT_ONCE = 4;

/** Each failed try is somebody else's success; so many in a row are no accident. */
const MAX_TRIES = 1_000;

export async function commitArtifacts(
  repository: Repository,
  request: ArtifactCommit,
): Promise<CommittedArtifacts> {
  const { workflow, task, files } = request;
  const names = namesOf(request);
  const source = parseSource(request.metadata);
  checkPaths(files.map(({ path }) => path));
  await refuseCheckedOut(repository, names);
  const blobs = await storeBlobs(repository, files);
  const artifacts = blobs.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }));
  const metadata: ArtifactMetadata = { workflow_id: workflow, task_id: task, ...source, artifacts };
  const content = contentOf(request.key ?? JSON.stringify(metadata), blobs);
  const message = messageOf(request, metadata, { names, content });
  const tree = await storeTree(repository, blobs, {
    path: names.metadata,
    bytes: metadataText(metadata),
  });
  const draft: Draft = { names, tree, message, content, at: Date.parse(source.timestamp) };
  return await publish(repository, draft);
}

/** All of a commit but its parent. */
interface Draft {
  readonly names: ArtifactNames;
  readonly tree: string;
  readonly message: string;
  readonly content: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

async function publish(repository: Repository, draft: Draft): Promise<CommittedArtifacts> {
  const { names } = draft;
  const { branch, tag } = names;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const from = await readRefs(repository, names);
    const known = from.tip && (await findContent(repository, from.tip, draft.content));
    if (known && from.tag === from.tip) return { branch, commit: known, tag, created: false };
    await refuseForeignTag(repository, names, from);
    const commit = known || (await storeCommit(repository, draft, from.tip));
    const to = known ? (from.tip ?? commit) : commit;
    if (await moveRefs(repository, names, { from, to }))
      return { branch, commit, tag, created: !known };
  }
  throw new TroupeError("GIT_FAILED", `the branch "${branch}" moved ${MAX_TRIES} times meanwhile`, {
    hint: "Look who commits to it without end, then try again: nothing was committed.",
    data: { branch },
  });
}

async function storeBlobs(
  repository: Repository,
  files: ArtifactCommit["files"],
): Promise<readonly Blob[]> {
  const needles = disguises(repository.options.secrets);
  const waiting = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const stored: Blob[] = [];
  const entries = waiting.entries();
  const worker = async (): Promise<void> => {
    for (const [at, file] of entries) stored[at] = await storeBlob(repository, file, needles);
  };
  const workers = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const { reason } of workers.filter((one) => one.status === "rejected")) throw reason;
  return stored;
}

/** A tree of the artifacts and the file of their metadata, by way of an index of its own. */
async function storeTree(
  repository: Repository,
  blobs: readonly Blob[],
  own: ArtifactFile,
): Promise<string> {
  const { folder, options } = repository;
  const all = [...blobs, await storeBlob(repository, own, disguises(options.secrets))];
  const place = await mkdtemp(join(tmpdir(), "troupe-index-"));
  try {
    const env = { ...repository.env, GIT_INDEX_FILE: join(place, "index") };
    const input = all.map(({ mode, oid, path }) => `${mode} ${oid}\t${path}\0`).join("");
    await runGit({ args: ["update-index", "-z", "--index-info"], folder, env, input }, options);
    return oidIn(await runGit({ args: ["write-tree"], folder, env }, options));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function storeCommit(
  { folder, options, env }: Repository,
  { tree, message, at }: Draft,
  parent: string | undefined,
): Promise<string> {
  const args = ["commit-tree", tree, ...(parent === undefined ? [] : ["-p", parent])];
  const date = `@${Math.max(0, Math.floor(at / 1_000))} +0000`;
  const who = { NAME: "troupe", EMAIL: "troupe@localhost", DATE: date };
  const people = Object.entries(who).flatMap(([what, value]) => [
    [`GIT_AUTHOR_${what}`, value],
    [`GIT_COMMITTER_${what}`, value],
  ]);
  const call = { args, folder, env: { ...env, ...Object.fromEntries(people) }, input: message };
  return oidIn(await runGit(call, options));
}

/** The commit of a branch that has this content. */
async function findContent(
  { folder, options, env }: Repository,
  tip: string,
  content: string,
): Promise<string | undefined> {
  const args = ["rev-list", "--max-count=1", `--grep=^${contentLine(content)}$`, tip];
  const found = oidIn(await runGit({ args, folder, env }, options));
  return found === "" ? undefined : found;
}

/** A tag of this name that marks no artifacts of this task is somebody else's. */
async function refuseForeignTag(
  { folder, options, env }: Repository,
  { tag, metadata }: ArtifactNames,
  from: Refs,
): Promise<void> {
  if (from.tag === undefined || from.tag === from.tip) return;
  const args = ["cat-file", "-e", `${from.tag}^{commit}:${metadata}`];
  if ((await askGit({ args, folder, env }, options)).code === 0) return;
  throw new TroupeError("BRANCH_IN_USE", `the tag "${tag}" is there and marks something else`, {
    hint: `Remove it with \`git tag -d ${tag}\`, or rename it; nothing was committed.`,
    data: { tag },
  });
}

/** What makes two commits the same. */
function contentOf(key: string, blobs: readonly Blob[]): string {
  const files = blobs.map(({ path, mode, sha256: sum }) => [path, mode, sum]);
  return sha256(JSON.stringify([key, files]));
}

function oidIn(said: Buffer): string {
  return said.toString().trim();
}

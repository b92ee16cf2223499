/**
 * Copies branches and tags of artifacts to another repository (S3-045). Here alone the user's own
 * configuration counts: it knows how to sign in.
 */
import { resolve } from "node:path";
import { TroupeError } from "../../errors.ts";
import { askGit, redactedText, userEnv, type GitOptions } from "./git.ts";
import { listArtifacts } from "./read.ts";
import type { Repository } from "./repository.ts";

export interface PushOptions {
  /** The name of a remote, a URL, or a folder. */
  readonly remote: string;
  /** Only artifacts of this run. */
  readonly workflow?: string;
  /** Only artifacts of this task. */
  readonly task?: string;
}

/** What was copied. */
export interface PushedArtifacts {
  readonly branches: readonly string[];
  readonly tags: readonly string[];
}

/**
 * All of them or none; a branch that went another way there is not overwritten.
 *
 * @throws {@link TroupeError} `ARTIFACTS_NOT_PUSHED`; `ARTIFACT_NOT_FOUND` where there is nothing to push.
 */
export async function pushArtifacts(
  repository: Repository,
  { remote, workflow, task }: PushOptions,
): Promise<PushedArtifacts> {
  const all = await listArtifacts(repository, workflow);
  const found = all.filter((one) => task === undefined || one.task === task);
  if (found.length === 0) throw nothingToPush(repository, workflow, task);
  const branches = found.map(({ branch }) => branch);
  const tags = found.map(({ tag }) => tag);
  const refs = found.flatMap(({ branch, tag, commit }) => [
    `${commit}:refs/heads/${branch}`,
    `+${commit}:refs/tags/${tag}`, // a tag moves with its branch
  ]);
  const args = ["push", "--quiet", "--atomic", "--no-verify", "--no-follow-tags", "--"];
  const { folder, env } = repository;
  const secrets = [...repository.options.secrets, ...passwordIn(remote)];
  const options = { ...repository.options, secrets };
  const call = {
    args: [...args, fromHere(remote), ...refs],
    folder,
    env: { ...userEnv(options), ...env },
  };
  const result = await askGit(call, options);
  if (result.code !== 0) throw notPushed(remote, result.stderr, options);
  return { branches, tags };
}

/** A folder is meant from where the user stands; git is called elsewhere. */
function fromHere(remote: string): string {
  return /^\.{1,2}(\/|$)/.test(remote) ? resolve(remote) : remote;
}

/** The password in a URL, as it stands there and as it is meant. */
function passwordIn(remote: string): readonly string[] {
  const password = URL.parse(remote)?.password ?? "";
  return password === "" ? [] : [password, ...wellDecoded(password)];
}

function wellDecoded(text: string): readonly string[] {
  try {
    return [decodeURIComponent(text)];
  } catch {
    return [];
  }
}

function notPushed(remote: string, stderr: string, { secrets }: GitOptions): TroupeError {
  const to = redactedText(remote, secrets);
  return new TroupeError("ARTIFACTS_NOT_PUSHED", `the artifacts did not get to "${to}": ${stderr}`, {
    hint: "Mend what git says, then push again; nothing was changed there.",
    data: { remote: to, stderr },
  });
}

function nothingToPush({ folder }: Repository, workflow?: string, task?: string): TroupeError {
  return new TroupeError("ARTIFACT_NOT_FOUND", `there are no such artifacts in "${folder}"`, {
    hint: "List what is there with `troupe artifacts ls`.",
    data: { workflow, task },
  });
}

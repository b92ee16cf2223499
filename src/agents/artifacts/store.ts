/** Artifacts in a git repository: committed, read back, copied elsewhere. */
import type { Environment } from "../environment.ts";
import { secretsOf } from "../../events/secrets.ts";
import { commitArtifacts, type ArtifactCommit, type CommittedArtifacts } from "./commit.ts";
import type { GitOptions } from "./git.ts";
import { pushArtifacts, type PushedArtifacts, type PushOptions } from "./push.ts";
import { artifactHistory, listArtifacts, readArtifacts } from "./read.ts";
import type { ArtifactContent, ArtifactPlace, ArtifactVersion } from "./read.ts";
import type { ArtifactOwner } from "./names.ts";
import { openRepository } from "./repository.ts";

export interface ArtifactStoreOptions {
  /** A folder that holds a repository, or is a bare one. None above it is looked for. */
  readonly repository: string;
  /** Makes a bare repository where there is no folder, or an empty one. Default false. */
  readonly init?: boolean;
  /** The program. Default `"git"`, as the PATH has it. */
  readonly git?: string;
  /** The host's environment. Default `process.env`. */
  readonly env?: Environment;
  /** Texts that must stand in no artifact and no error, beside the secrets of the environment. */
  readonly secrets?: readonly string[];
  /** The longest that one call of git may take, in milliseconds. Default 60,000. */
  readonly timeoutMs?: number;
  /** Ends what git does; calls then throw `ACTIVITY_CANCELLED`. */
  readonly signal?: AbortSignal;
}

export interface ArtifactStore {
  /** The repository's own folder. */
  readonly folder: string;
  /**
   * Commits all artifacts of a task, beside every checkout; safe to do again, and at once with
   * others, in this process or another.
   *
   * @throws {@link TroupeError} `ARTIFACT_INVALID`, `BRANCH_IN_USE`, `GIT_FAILED`: nothing was committed.
   */
  commit(request: ArtifactCommit): Promise<CommittedArtifacts>;
  /** The last commit of every task, the oldest first. */
  list(workflow?: string): Promise<readonly ArtifactVersion[]>;
  /**
   * The commits of a task, the last first.
   *
   * @throws {@link TroupeError} `ARTIFACT_NOT_FOUND`.
   */
  history(owner: ArtifactOwner): Promise<readonly ArtifactVersion[]>;
  /**
   * The artifacts of a task, by path; only those named, where some are.
   *
   * @throws {@link TroupeError} `ARTIFACT_NOT_FOUND`; `ARTIFACT_INVALID` for a commit of somebody else.
   */
  read(place: ArtifactPlace, paths?: readonly string[]): Promise<readonly ArtifactContent[]>;
  /**
   * Copies branches and tags to another repository, all or none.
   *
   * @throws {@link TroupeError} `ARTIFACTS_NOT_PUSHED`, `ARTIFACT_NOT_FOUND`.
   */
  push(options: PushOptions): Promise<PushedArtifacts>;
}

/**
 * The artifacts in a repository.
 *
 * @throws {@link TroupeError} `REPOSITORY_NOT_FOUND`, `GIT_UNAVAILABLE`.
 */
export async function gitArtifacts(options: ArtifactStoreOptions): Promise<ArtifactStore> {
  const { repository: folder, init = false } = options;
  const repository = await openRepository(folder, { ...gitOptions(options), init });
  return {
    folder: repository.folder,
    commit: (request) => commitArtifacts(repository, request),
    list: (workflow) => listArtifacts(repository, workflow),
    history: (owner) => artifactHistory(repository, owner),
    read: (place, paths) => readArtifacts(repository, place, paths),
    push: (wanted) => pushArtifacts(repository, wanted),
  };
}

/** What calls of git need, with its defaults. */
export function gitOptions(options: Omit<ArtifactStoreOptions, "repository" | "init">): GitOptions {
  const { git = "git", env = process.env, timeoutMs = 60_000, signal } = options;
  const secrets = [...(options.secrets ?? []), ...secretsOf(env)];
  return { git, env, secrets, timeoutMs, ...(signal !== undefined && { signal }) };
}

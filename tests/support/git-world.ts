/** Folders and repositories of a test's own, and git as people use it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { ArtifactCommit } from "../../src/agents/artifacts/commit.ts";
import { promptHash, type ArtifactSource } from "../../src/agents/artifacts/metadata.ts";
import { gitArtifacts } from "../../src/agents/artifacts/store.ts";
import { TroupeError } from "../../src/errors.ts";

export interface GitWorld extends Disposable {
  readonly folder: string;
  /** Runs git in a folder of this world and answers what it prints, trimmed. */
  git(where: string, ...args: readonly string[]): string;
  /** The same, with something on its stdin. */
  fed(input: string, where: string, ...args: readonly string[]): string;
  /** A repository with a checkout, one commit, staged and unstaged changes, and a file that git does not know. */
  dirty(): string;
}

const AS_SOMEBODY = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: devNull,
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@localhost",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@localhost",
};

export function gitWorld(): GitWorld {
  const folder = mkdtempSync(join(tmpdir(), "troupe-git-"));
  const fed: GitWorld["fed"] = (input, where, ...args) => {
    const env = { PATH: process.env["PATH"], ...AS_SOMEBODY };
    const cwd = join(folder, where);
    return execFileSync("git", args, { cwd, env, encoding: "utf8", stdio: "pipe", input }).trim();
  };
  const git: GitWorld["git"] = (where, ...args) => fed("", where, ...args);
  return {
    folder,
    git,
    fed,
    dirty() {
      const place = join(folder, "project");
      mkdirSync(place);
      const sh = "echo one > a; echo two > b; git add a b; git commit -qm first; echo more >> a";
      const rest = "echo three > c; git add c; echo four >> c; rm b; echo x > unknown";
      git("project", "init", "--quiet", "--initial-branch=main");
      const env = { PATH: process.env["PATH"], ...AS_SOMEBODY };
      execFileSync("sh", ["-c", `${sh}; ${rest}`], { cwd: place, env });
      return place;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Every file of a checkout with its bytes, mode and time; of its `.git`: HEAD, the index, the configuration. */
export function photo(checkout: string): Readonly<Record<string, string>> {
  const files = readdirSync(checkout, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\/\.git\/(objects|refs|logs)\//.test(file));
  return Object.fromEntries(
    files.map((file) => {
      const { mode, mtimeMs } = statSync(file);
      return [file, `${mode} ${mtimeMs} ${readFileSync(file).toString("base64")}`];
    }),
  );
}

export const SOURCE: ArtifactSource = {
  correlation_id: "c-1",
  agent_role: "coder",
  agent_version: "1.2.0",
  prompt_hash: promptHash("Write it."),
  model_name: "scripted",
  timestamp: "2026-11-21T10:00:00.250Z",
};

/** A commit of these files, by path. */
export function commitOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  rest: Partial<ArtifactCommit> = {},
): ArtifactCommit {
  const list = Object.entries(files).map(([path, bytes]) => ({ path, bytes }));
  return { workflow: "wf-1", task: "t1", files: list, metadata: SOURCE, ...rest };
}

/** Expects an error of this code, whose message matches, with a hint. */
export const coded = (code: string, message: RegExp = /./): unknown =>
  expect.toSatisfy(
    (e) => TroupeError.is(e) && e.code === code && message.test(e.message) && e.hint !== undefined,
  );

/** A world with a bare repository that is made at once. */
export async function opened() {
  const world = gitWorld();
  const store = await gitArtifacts({ repository: join(world.folder, "kept.git"), init: true });
  const git = (...args: readonly string[]): string => world.git("kept.git", ...args);
  return { ...world, store, git, [Symbol.dispose]: () => world[Symbol.dispose]() };
}

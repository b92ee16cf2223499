/**
 * The branch and the tag of a task's artifacts: read, and moved together or not at all.
 */
import { TroupeError } from "../../errors.ts";
import { askGit, gitFailed, runGit } from "./git.ts";
import type { ArtifactNames } from "./names.ts";
import type { Repository } from "./repository.ts";

/** Where they stand; undefined where they are not there. */
export interface Refs {
  readonly tip: string | undefined;
  readonly tag: string | undefined;
}

export async function readRefs(
  { folder, options, env }: Repository,
  { branch, tag }: ArtifactNames,
): Promise<Refs> {
  const names = [`refs/heads/${branch}`, `refs/tags/${tag}`];
  const args = ["for-each-ref", "--format=%(objectname) %(refname)", ...names];
  const lines = (await runGit({ args, folder, env }, options)).toString().split("\n");
  // what is named matches branches below it too
  const [tip, tagged] = names.map((name) => lines.find((line) => line.endsWith(` ${name}`)));
  return { tip: tip?.split(" ")[0], tag: tagged?.split(" ")[0] };
}

/**
 * Moves both to a commit, if they still stand where they stood.
 *
 * @returns false where somebody else moved one of them meanwhile.
 * @throws {@link TroupeError} `BRANCH_IN_USE` where another branch takes the place; `GIT_FAILED`.
 */
export async function moveRefs(
  repository: Repository,
  names: ArtifactNames,
  { from, to }: { readonly from: Refs; readonly to: string },
): Promise<boolean> {
  const { folder, options, env } = repository;
  const step = (name: string, old: string | undefined): string =>
    old === undefined ? `create ${name} ${to}\n` : `update ${name} ${to} ${old}\n`;
  const input = step(`refs/heads/${names.branch}`, from.tip) + step(`refs/tags/${names.tag}`, from.tag);
  const call = { args: ["update-ref", "-m", "troupe: artifacts", "--stdin"], folder, env, input };
  const result = await askGit(call, options);
  if (result.code === 0) return true;
  const now = await readRefs(repository, names);
  if (now.tip !== from.tip || now.tag !== from.tag) return false;
  await refuseInTheWay(repository, names);
  throw gitFailed(call, result);
}

/**
 * A branch that somebody has checked out stays: moving it would change what their checkout says
 * of their files.
 *
 * @throws {@link TroupeError} `BRANCH_IN_USE`.
 */
export async function refuseCheckedOut(
  { folder, options, env }: Repository,
  { branch }: ArtifactNames,
): Promise<void> {
  const args = ["worktree", "list", "--porcelain"];
  const said = (await runGit({ args, folder, env }, options)).toString();
  const held = said
    .split("\n\n")
    .find((one) => one.split("\n").includes(`branch refs/heads/${branch}`));
  if (held === undefined) return;
  const place = /^worktree (.*)$/m.exec(held)?.[1];
  throw new TroupeError("BRANCH_IN_USE", `the branch "${branch}" is checked out in "${place}"`, {
    hint: `Look at it with \`git switch --detach ${branch}\` instead; nothing was committed.`,
    data: { branch, place },
  });
}

/** A ref is a file, and those above it are folders. */
async function refuseInTheWay(
  { folder, options, env }: Repository,
  { branch }: ArtifactNames,
): Promise<void> {
  const parts = branch.split("/");
  const above = parts.map((_, at) => `refs/heads/${parts.slice(0, at).join("/")}`).slice(1);
  const args = ["for-each-ref", "--format=%(refname)", ...above];
  const found = (await runGit({ args, folder, env }, options)).toString().split("\n");
  const below = `refs/heads/${branch}/`;
  const other = found.find((name) => above.includes(name) || name.startsWith(below));
  if (other === undefined) return;
  const name = other.replace("refs/heads/", "");
  throw new TroupeError("BRANCH_IN_USE", `the branch "${name}" stands where "${branch}" must go`, {
    hint: `Rename it with \`git branch -m ${name} OTHER\`; nothing was committed.`,
    data: { branch, inTheWay: name },
  });
}

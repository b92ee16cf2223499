/**
 * The names under which artifacts stand in a repository (S3-041).
 *
 * - 1. A workflow and a task give one branch, one tag and one path of metadata, and no other
 *      two give the same.
 * - 2. All of them pass `git check-ref-format`, and the ids can be read back (T-X3).
 * - 3. An id is one part of a ref, so no branch of ours stands in the way of another.
 */
import { TroupeError } from "../../errors.ts";

/** Whose artifacts. */
export interface ArtifactOwner {
  /** The run's id. */
  readonly workflow: string;
  /** Of the task: its id in the plan, or its path below the run, such as `build:t1~2`. */
  readonly task: string;
}

/** Where they stand. */
export interface ArtifactNames {
  /** `ai/generated/WORKFLOW/TASK`. */
  readonly branch: string;
  /** `workflow_WORKFLOW_TASK`. */
  readonly tag: string;
  /** The file of the metadata in each commit. */
  readonly metadata: string;
}

/** Above all branches of artifacts. */
const BRANCHES = "ai/generated";

/** Of a commit's tree: the folder that holds what is said of the artifacts, never an artifact. */
export const OWN_FOLDER = ".troupe";

const ID = /^[A-Za-z0-9_:~-]+$/;

/** A file of a ref has 255 bytes at most, and git locks it as `NAME.lock`. */
const MAX_PART = 120;

/**
 * @throws {@link TroupeError} `ARTIFACT_INVALID` for an id that is none, or is too long for a ref.
 */
export function namesOf({ workflow, task }: ArtifactOwner): ArtifactNames {
  const [inRun, inTask] = [encoded("workflow", workflow), encoded("task", task)];
  return {
    branch: `${BRANCHES}/${inRun}/${inTask}`,
    // the first "_" must end the workflow: else the task "b_c" of "a" and the task "c" of "a_b" share a tag
    tag: `workflow_${inRun.replaceAll("_", "%5F")}_${inTask}`,
    metadata: `${OWN_FOLDER}/artifacts/${inRun}/${inTask}.json`,
  };
}

/** Above all branches of a workflow. */
export function branchesOf(workflow?: string): string {
  return workflow === undefined ? BRANCHES : `${BRANCHES}/${encoded("workflow", workflow)}`;
}

/** Whose a branch is; undefined where it is none of ours. */
export function ownerOf(branch: string): ArtifactOwner | undefined {
  const [, inRun = "", inTask = ""] = /^ai\/generated\/([^/]+)\/([^/]+)$/.exec(branch) ?? [];
  const [workflow, task] = [decoded(inRun), decoded(inTask)];
  if (!fits(workflow) || !fits(task)) return undefined;
  return namesOf({ workflow, task }).branch === branch ? { workflow, task } : undefined;
}

/** An id as one part of a ref, or of a path on any system. */
export function encoded(what: string, id: string): string {
  if (fits(id)) return escaped(id);
  throw new TroupeError(
    "ARTIFACT_INVALID",
    `the ${what} ${JSON.stringify(id.slice(0, 200))} is no id`,
    {
      hint: `Use up to ${MAX_PART} letters, digits, "_", "-", ":" and "~" (":" and "~" count as 3).`,
      data: { [what]: id.slice(0, 200) },
    },
  );
}

function fits(id: string): boolean {
  return ID.test(id) && escaped(id).length <= MAX_PART;
}

function escaped(id: string): string {
  return id.replaceAll(":", "%3A").replaceAll("~", "%7E");
}

function decoded(part: string): string {
  return part.replaceAll("%3A", ":").replaceAll("%7E", "~");
}

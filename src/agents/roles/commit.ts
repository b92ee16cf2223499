/**
 * The agent `commit`: what the tasks before it have written goes to a Git repository, a branch for
 * each task, with who made it and how (S3-042). It thinks nothing.
 *
 * - Done again after a crash, it makes no second commit.
 */
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { TroupeError } from "../../errors.ts";
import type { Place } from "../../events/agent/work.ts";
import { AgentFact } from "../../events/agent/facts.ts";
import { CodeArtifacts } from "../../events/code-artifacts.ts";
import type { Upstream } from "../../events/work.ts";
import type { AgentAnswer } from "../agent.ts";
import { filesIn, type FileOnDisk } from "../artifacts/files.ts";
import { promptHash, type ArtifactSource } from "../artifacts/metadata.ts";
import { gitArtifacts, type ArtifactStore } from "../artifacts/store.ts";
import { defineAgent, type AgentDefinition } from "../definition/definition.ts";
import { byFunction, type PlacedWork } from "../ways/by-function.ts";
import { STANDARD_AGENTS } from "./standard-agents.ts";
import { insideOf } from "../project-copy.ts";

export interface CommitOptions {
  /** A folder that holds a repository, or is a bare one. Default: `artifacts.git` beside the run's folder, made where it is missing. */
  readonly repository?: string | undefined;
}

export function commit(options: CommitOptions = {}): AgentDefinition {
  return defineAgent({
    name: "commit",
    description: STANDARD_AGENTS.commit,
    skills: ["archive", "commit", "git", "keep", "publish", "store"],
    way: byFunction(function commits(work) {
      return committed(work, options);
    }),
    prompt: ({ title }) => `Commit: ${title}`,
  });
}

async function committed(work: PlacedWork, { repository }: CommitOptions): Promise<AgentAnswer> {
  const { place, env, secrets, signal, upstream, run } = work;
  const store = await gitArtifacts({
    repository: repository ?? join(dirname(place.artifacts), "artifacts.git"),
    init: repository === undefined,
    env,
    secrets,
    signal,
  });
  const commits = [];
  for (const [task, left] of Object.entries(upstream)) {
    const files = left.status === "COMPLETED" ? await filesOf(left, place) : [];
    if (files.length > 0) commits.push(await commitOf(work, store, { task, files }));
  }
  if (commits.length === 0)
    throw new TroupeError("INPUT_INVALID", "the tasks before it have left no files to commit", {
      hint: "Let the task depend on those whose outputs it commits.",
      data: { run, tasks: Object.keys(upstream) },
    });
  const many = commits.length === 1 ? "1 branch" : `${commits.length} branches`;
  return { data: { repository: store.folder, commits }, summary: `committed to ${many}` };
}

interface Left {
  readonly task: string;
  readonly files: readonly FileOnDisk[];
}

async function commitOf(work: PlacedWork, store: ArtifactStore, { task, files }: Left) {
  const { run, idempotencyKey } = work;
  const metadata = await sourceOf(work, task);
  const key = `${idempotencyKey}:${task}`;
  const {
    branch,
    commit: sha,
    tag,
  } = await store.commit({ workflow: run, task, files, metadata, key });
  return { task, branch, commit: sha, tag, files: files.length };
}

/** What a task has left: its outputs, folders as all that is in them, and what a coder says it wrote. */
async function filesOf({ outputs, data }: Upstream, place: Place): Promise<readonly FileOnDisk[]> {
  const code = CodeArtifacts.safeParse(data).data;
  const written = [...(code?.files ?? []), ...(code?.tests ?? [])].map((path) =>
    join(place.artifacts, path),
  );
  const found = new Map<string, FileOnDisk>();
  for (const path of [...outputs, ...written])
    for (const file of await filesAt(path, place)) found.set(file.path, file);
  return [...found.values()];
}

async function filesAt(path: string, { artifacts, folder }: Place): Promise<readonly FileOnDisk[]> {
  const root = insideOf(artifacts, path) === undefined ? folder : artifacts;
  const name = insideOf(root, path);
  if (name === undefined)
    throw new TroupeError(
      "ARTIFACT_INVALID",
      `"${path}" lies neither in the run's folder nor in the project`,
      {
        hint: "Let outputs begin with artifacts/.",
        data: { path },
      },
    );
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  if (!isFolder) return filesIn(root, [name]);
  const inside = await filesIn(path);
  return inside.map((file) => ({ ...file, path: `${name}/${file.path}` }));
}

/** Who made it, as the records of that agent say; a command or a function has no prompt. */
async function sourceOf({ run, records }: PlacedWork, task: string): Promise<ArtifactSource> {
  let source: ArtifactSource = {
    correlation_id: run,
    agent_role: "none",
    agent_version: "none",
    prompt_hash: promptHash(""),
    model_name: "none",
    timestamp: new Date().toISOString(),
  };
  for (let nth = 1, found = true; found; nth += 1) {
    found = false;
    for await (const { body, at } of records(addressOf(run, task, nth))) {
      found = true;
      const facts = (body.facts ?? []).flatMap((fact) => AgentFact.safeParse(fact).data ?? []);
      const timestamp = new Date(at).toISOString();
      for (const fact of facts) source = { ...source, ...saidBy(fact), timestamp };
    }
  }
  return source;
}

/** Each attempt of a task has an agent of its own: the last one wrote what there is. */
function addressOf(run: string, task: string, nth: number): string {
  return `agent/${run}:${task}:work${nth === 1 ? "" : `~${nth}`}`;
}

function saidBy(fact: AgentFact): Partial<ArtifactSource> {
  if (fact.type === "chat.completed") return { model_name: line(fact.data.model) };
  if (fact.type !== "agent.briefed") return {};
  const { agent, version, prompt_hash } = fact.data;
  return { agent_role: line(agent), agent_version: line(version), prompt_hash };
}

/** One line of at most 200 characters, as metadata has them. */
function line(text: string): string {
  const one = text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .slice(0, 200)
    .toWellFormed();
  return one === "" ? "none" : one;
}

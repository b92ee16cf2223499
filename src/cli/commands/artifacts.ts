/** `troupe artifacts`: what the tasks of a run left in a git repository. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { encoded } from "../../agents/artifacts/names.ts";
import { defaultRepository } from "../../agents/artifacts/repository.ts";
import type { ArtifactContent, ArtifactVersion } from "../../agents/artifacts/read.ts";
import { gitArtifacts, gitOptions, type ArtifactStore } from "../../agents/artifacts/store.ts";
import { TroupeError } from "../../errors.ts";
import { count, moment } from "../paper.ts";
import { addCommand, printTable, type Shell } from "../shell.ts";
import { writeFiles, type NewFile } from "../../agents/write-files.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  repository: z.string().optional(),
});
type Options = z.infer<typeof Options>;
const ExportOptions = Options.extend({ to: z.string(), force: z.boolean().default(false) });

/** One task's artifacts. */
interface Place {
  readonly workflow: string;
  readonly task: string;
}

export function addArtifacts(program: Command, shell: Shell): void {
  const artifacts = program
    .command("artifacts")
    .description("What the tasks of a run left in a git repository.");
  addOwn(artifacts, "ls", "List the tasks that have artifacts, the latest last.")
    .argument("[run]", "only those of this run")
    .action((run: string | undefined, options: unknown) => list(shell, run, Options.parse(options)));
  addOwn(artifacts, "show", "Show the artifacts of a task, or print one, byte for byte.")
    .argument("<run>", "a run's id")
    .argument("<task>", "a task's id")
    .argument("[path]", "print this artifact")
    .action((workflow: string, task: string, path: string | undefined, options: unknown) => {
      const read = Options.parse(options);
      const place = { workflow, task };
      return path === undefined ? show(shell, place, read) : print(shell, place, { ...read, path });
    });
  addOwn(artifacts, "export", "Write the artifacts of a run, or of one task, into a folder.")
    .argument("<run>", "a run's id")
    .argument("[task]", "only this task's, without a folder of its own")
    .requiredOption("--to <folder>", "where to write; it is made where it is missing")
    .option("--force", "replace files that are there")
    .action((workflow: string, task: string | undefined, options: unknown) =>
      exported(shell, { workflow, task }, ExportOptions.parse(options)),
    );
}

function addOwn(artifacts: Command, usage: string, summary: string): Command {
  return addCommand(artifacts, usage, summary).option(
    "--repository <folder>",
    "where they are kept (default: the repository you are in, else runs/artifacts.git beside the log)",
  );
}

async function opened(
  { folder, env, stop }: Shell,
  { log, repository }: Options,
  ids: readonly (string | undefined)[],
): Promise<ArtifactStore> {
  checkIds(ids);
  const own = { env, signal: stop };
  const named =
    repository === undefined
      ? await defaultRepository(log, folder, gitOptions(own))
      : resolve(folder, repository);
  return await gitArtifacts({ ...own, repository: named });
}

/** @throws {@link TroupeError} `USAGE` for what no run and no task is called. */
function checkIds(ids: readonly (string | undefined)[]): void {
  for (const id of ids)
    if (id !== undefined && !/^[A-Za-z0-9_:~-]{1,120}$/.test(id))
      throw new TroupeError("USAGE", `${JSON.stringify(id)} is no id of a run or a task`, {
        hint: "List what is there with `troupe artifacts ls`.",
      });
}

async function list(shell: Shell, run: string | undefined, options: Options): Promise<void> {
  const { terminal } = shell;
  const store = await opened(shell, options, [run]);
  const found = await store.list(run);
  if (options.json) return terminal.out(JSON.stringify(found));
  const whose = run === undefined ? "" : ` of the run "${run}"`;
  if (found.length === 0) return terminal.err(`no artifacts${whose} in ${store.folder}`);
  const head = ["RUN", "TASK", "FILES", "COMMIT", "MADE", "BY", "MODEL"];
  printTable(terminal, head, found.map(cellsOf));
}

function cellsOf({ workflow, task, commit, metadata }: ArtifactVersion): readonly string[] {
  const place = [workflow, task];
  const short = commit.slice(0, 10);
  if (metadata === undefined) return [...place, "", short, "", "not by troupe", ""];
  const { artifacts, timestamp, agent_role, model_name } = metadata;
  return [
    ...place,
    String(artifacts.length),
    short,
    moment(Date.parse(timestamp)),
    agent_role,
    model_name,
  ];
}

async function show(shell: Shell, place: Place, options: Options): Promise<void> {
  const { terminal } = shell;
  const store = await opened(shell, options, [place.workflow, place.task]);
  const [last, ...before] = await store.history(place);
  if (last === undefined) return; // there is no branch without a commit
  if (options.json)
    return terminal.out(JSON.stringify({ ...last, before: before.map(({ commit }) => commit) }));
  const { branch, tag, commit, metadata } = last;
  const said = Object.entries(metadata ?? {}).filter(([name]) => name !== "artifacts");
  const facts = [["branch", branch], ["commit", commit], ["tag", tag], ...said];
  printTable(
    terminal,
    ["WHAT", "VALUE"],
    facts.map((fact) => fact.map(String)),
  );
  const rows = (metadata?.artifacts ?? []).map(({ path, bytes, sha256 }) => [
    String(bytes),
    sha256.slice(0, 12),
    path,
  ]);
  terminal.out("");
  printTable(terminal, ["BYTES", "SHA-256", "PATH"], rows);
  if (before.length > 0) terminal.err(`${count(before.length, "commit")} before it: git log ${branch}`);
}

async function print(
  shell: Shell,
  place: Place,
  { path, ...options }: Options & { readonly path: string },
): Promise<void> {
  const store = await opened(shell, options, [place.workflow, place.task]);
  for (const { bytes, executable } of await store.read(place, [path])) {
    if (!options.json) return shell.terminal.bytes(bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const base64 = Buffer.from(bytes).toString("base64");
    const shown = { ...place, path, bytes: bytes.byteLength, sha256, executable, base64 };
    return shell.terminal.out(JSON.stringify(shown));
  }
}

async function exported(
  shell: Shell,
  { workflow, task }: { readonly workflow: string; readonly task: string | undefined },
  options: z.infer<typeof ExportOptions>,
): Promise<void> {
  const { terminal } = shell;
  const store = await opened(shell, options, [workflow, task]);
  const to = resolve(shell.folder, options.to);
  const files = await filesOf(store, workflow, task);
  await writeFiles(to, files, options.force);
  const paths = files.map(({ name }) => name);
  if (options.json) return terminal.out(JSON.stringify({ folder: to, files: paths }));
  terminal.out(`${count(files.length, "file")} in ${to}`);
}

async function filesOf(
  store: ArtifactStore,
  workflow: string,
  task: string | undefined,
): Promise<readonly NewFile[]> {
  if (task !== undefined) return named(await store.read({ workflow, task }), "");
  const tasks = await store.list(workflow);
  if (tasks.length === 0) throw noneOf(workflow, store);
  const files = tasks.map(async ({ task: one, commit }) =>
    named(await store.read({ workflow, task: one, commit }), `${encoded("task", one)}/`),
  );
  return (await Promise.all(files)).flat();
}

function named(files: readonly ArtifactContent[], folder: string): readonly NewFile[] {
  return files.map(({ path, ...file }) => ({ name: folder + path, ...file }));
}

function noneOf(run: string, { folder }: ArtifactStore): TroupeError {
  return new TroupeError("ARTIFACT_NOT_FOUND", `there are no artifacts of "${run}" in "${folder}"`, {
    hint: "List what is there with `troupe artifacts ls`, and mind --repository.",
    data: { run, folder },
  });
}

/**
 * `troupe fork RUN`: a new run that begins with the history of another one, up to a cut, with one
 * answer or some values changed; `troupe fork FILE.jsonl` does so from a file of records.
 *
 * - The folder of the run is copied first, since the tasks of the fork look for its files in their own.
 */
import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { connect } from "../../actors/client.ts";
import { assertFree, forkId } from "../../actors/fork/begun.ts";
import { forkInto } from "../../actors/fork/into.ts";
import { requestOf, type Forked, type ForkOptions } from "../../actors/fork/request.ts";
import type { AnyKind } from "../../actors/kind.ts";
import { copyFiles, filesOf, type Copied } from "../../agents/fork-files.ts";
import { TroupeError } from "../../errors.ts";
import { jsonlLog } from "../../events/log/jsonl.ts";
import type { EventLog } from "../../events/log/log.ts";
import { openLog } from "../../events/log/open.ts";
import { jsonFile } from "../json-file.ts";
import { kindsWith } from "../load-kinds.ts";
import { count } from "../paper.ts";
import { onlyRun } from "../run-source.ts";
import { addCommand, checkRunId, openExisting, type Shell } from "../shell.ts";
import { tameLine } from "../terminal.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  at: z.string().optional(),
  set: z.array(z.string()).default([]),
  replace: z.array(z.string()).optional(),
  anyType: z.boolean().default(false),
  id: z.string().optional(),
  kinds: z.string().optional(),
});
type Options = z.infer<typeof Options>;

export function addFork(program: Command, shell: Shell): void {
  addCommand(
    program,
    "fork",
    "Start a new run from a cut of another one, with an answer or some values changed. The original stays as it is.",
  )
    .argument("<run>", "a run's id, or a file of records, FILE.jsonl")
    .argument("[of]", "which run of that file (default: the only one)")
    .option(
      "--at <position>",
      "the cut: behind so many records of the run, or ADDRESS#SEQ (default: the replaced record, else the end)",
    )
    .option(
      "--set <actor.path=value>",
      "a value in an actor's context, JSON or else a text; may be given again",
      (one: string, others: readonly string[]) => [...others, one],
      [],
    )
    .option("--any-type", "let values of --set be of another type than what stands there")
    .option(
      "--replace <record-and-file...>",
      "ADDRESS#SEQ FILE.json: what the file holds in place of what that record brought",
    )
    .option("--id <run>", "the new run's id (default: RUN-fork)")
    .option("--kinds <file>", "a module that exports more machines as `kinds`")
    .action((run: string, of: string | undefined, options: unknown) =>
      forkRun(shell, { run, of }, Options.parse(options)),
    );
}

async function forkRun(
  shell: Shell,
  named: { readonly run: string; readonly of: string | undefined },
  options: Options,
): Promise<void> {
  const { id } = options;
  if (id !== undefined) checkRunId(id);
  const kinds = await kindsWith(shell, options.kinds, { env: shell.env });
  const changes = await changesIn(shell, options);
  const isFile = named.run.endsWith(".jsonl");
  if (!isFile && named.of !== undefined)
    throw new TroupeError("USAGE", `"${named.of}" is one argument too many`, {
      hint: "Name one run; of a file, FILE.jsonl RUN.",
    });
  await using log = isFile ? await openLog(options.log) : await openExisting(options.log);
  await using source = isFile ? await jsonlLog(resolve(shell.folder, named.run)) : undefined;
  const of = source === undefined ? named.run : await runIn(source, named);
  const given = { log, kinds, ...(source !== undefined && { source }) };
  say(shell, await forked(given, of, { ...changes, ...(id !== undefined && { id }) }), options);
}

interface Given {
  readonly log: EventLog;
  readonly source?: EventLog;
  readonly kinds: readonly AnyKind[];
}

interface Made {
  readonly forked: Forked;
  readonly files: Copied | undefined;
}

async function forked(
  { log, source = log, kinds }: Given,
  of: string,
  options: ForkOptions,
): Promise<Made> {
  const request = requestOf(of, options);
  const run = options.id ?? (await forkId(log, source, request));
  checkRunId(run);
  await assertFree(log, source, run, request); // before another run's folder is touched
  const files = await copyFiles(await filesOf(source, of, run));
  try {
    if (source !== log) return { forked: await forkInto({ log, source, kinds }, run, request), files };
    await using client = await connect({ log, kinds });
    return { forked: await client.fork(of, { ...options, id: run }), files };
  } catch (error) {
    if (!isElsewhere(error)) await files?.undo();
    throw inWordsOf(run, error);
  }
}

/** Whether somebody may have made a fork of this id nevertheless: the folder is its, then. */
function isElsewhere(error: unknown): boolean {
  return TroupeError.is(error, "LOG_OUTCOME_UNKNOWN") || TroupeError.is(error, "RUN_EXISTS");
}

function inWordsOf(run: string, error: unknown): unknown {
  if (TroupeError.is(error, "LOG_OUTCOME_UNKNOWN"))
    return new TroupeError(error.code, error.message, {
      hint: `Say the same again with --id ${run}: it goes on where it stopped, or answers the same.`,
      data: { ...error.data, run },
      cause: error,
    });
  return TroupeError.is(error, "KIND_UNKNOWN") ? kindLacking(error) : error;
}

function kindLacking(cause: TroupeError): TroupeError {
  return new TroupeError("KIND_UNKNOWN", cause.message, {
    hint: "Name a module that exports it, with --kinds FILE; a host that lives on the log needs the same.",
    data: cause.data,
    cause,
  });
}

function say({ terminal }: Shell, { forked: made, files }: Made, { json, log, kinds }: Options): void {
  const { run, of, position, actors, records } = made;
  if (json) {
    const artifacts = files === undefined ? {} : { artifacts: files.folder };
    return terminal.out(JSON.stringify({ ...made, ...artifacts, log }));
  }
  const history = `${count(actors, "actor")}, ${count(records, "record")}`;
  terminal.out(tameLine(`${run}: a fork of ${of} at ${position}, with ${history}`));
  if (files !== undefined) terminal.err(tameLine(filesLine(of, files)));
  const own = kinds === undefined ? "" : ` --kinds ${kinds}`;
  // a run of a plan is resumed without kinds of yours, so where it needs some only a host will do
  const next = own !== "" && files !== undefined ? `troupe host${own}` : `troupe resume ${run}${own}`;
  terminal.err(tameLine(`unless a host runs it already, go on with \`${next}\` and the same --log`));
}

function filesLine(of: string, { what, folder }: Copied): string {
  if (what === "copied") return `what ${of} had made is in ${folder}, too`;
  if (what === "kept") return `${folder} was there already, and is left as it is`;
  return `${of} has no folder here: nothing is copied to ${folder}`;
}

async function changesIn(
  { folder }: Shell,
  { at, set, replace, anyType }: Options,
): Promise<Pick<ForkOptions, "at" | "set" | "replace">> {
  const replaced = replace === undefined ? undefined : await replacedIn(folder, replace);
  return {
    ...(at !== undefined && { at }),
    set: set.map((one) => ({ ...setIn(one), ...(anyType && { anyType }) })),
    ...(replaced !== undefined && { replace: replaced }),
  };
}

/** `ACTOR.path=value`: no address holds a dot. */
function setIn(text: string): NonNullable<ForkOptions["set"]>[number] {
  const [, actor, path, value] = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(text) ?? [];
  if (actor === undefined || path === undefined || value === undefined)
    throw new TroupeError("USAGE", `--set "${text}" is not ACTOR.path=value`, {
      hint: "Write it as --set workflow/RUN.concurrency=2; a text that is no JSON is taken as it stands.",
    });
  return { actor, path: path.split("."), value: jsonOr(value) };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function replacedIn(
  folder: string,
  given: readonly string[],
): Promise<NonNullable<ForkOptions["replace"]>> {
  const [record, file, ...more] = given;
  if (record === undefined || file === undefined || more.length > 0)
    throw new TroupeError("USAGE", `--replace takes a record and a file, not ${given.length} words`, {
      hint: "Write it behind the run, as --replace task/RUN:TASK#5 answer.json.",
    });
  return { record, with: await jsonFile(resolve(folder, file)) };
}

/** The run of a file that was named, or its only one. */
async function runIn(
  log: EventLog,
  { run: file, of }: { readonly run: string; readonly of: string | undefined },
): Promise<string> {
  return of ?? (await onlyRun(log, file, `troupe fork ${file} RUN`));
}

/**
 * `troupe planner REQUEST -o DIR`: a request in words becomes a plan in a file (S3-001).
 *
 * - The planner works as an agent of a run, so what was asked and answered stands in the log.
 * - The file is there as a whole or not at all, under the run's id: nothing is replaced.
 */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Option, type Command } from "commander";
import { z } from "zod";
import { newRunId, runsFolder } from "../../agents/new-run.ts";
import { planner } from "../../agents/roles/planner.ts";
import { TroupeError } from "../../errors.ts";
import type { WorkflowInput } from "../../events/commands.ts";
import { openLog } from "../../events/log/open.ts";
import { Plan } from "../../events/plan/plan.ts";
import { drive } from "../drive.ts";
import { chosenModel, modelOption, modelsOf, noModel } from "../models.ts";
import { addCommand, checkRunId, type Shell } from "../shell.ts";
import { tameLine } from "../terminal.ts";
import { writeFiles } from "../../agents/write-files.ts";
import { sayRuns } from "./run.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  output: z.string().min(1).default("plans"),
  type: z.enum(["plan", "todo"]).default("plan"),
  model: z.string().optional(),
  id: z.string().optional(),
});
type Options = z.infer<typeof Options>;

/** Characters of a request: a whole specification. */
const LONGEST = 100_000;

export function addPlanner(program: Command, shell: Shell): void {
  addCommand(program, "planner", "Have a model make a plan of a request, without faults.")
    .argument("<request>", "what is wanted, in words")
    .option("-o, --output <dir>", "the folder for the file", "plans")
    .addOption(
      new Option("--type <type>", "a plan, or a todo list, its older form")
        .choices(["plan", "todo"])
        .default("plan"),
    )
    .addOption(modelOption())
    .option("--id <run>", "the run's id, and the file's name (default: made of the request)")
    .action((request: string, options: unknown) => plan(shell, request, Options.parse(options)));
}

async function plan(shell: Shell, request: string, options: Options): Promise<void> {
  const { terminal, folder } = shell;
  checkRequest(request);
  const chosen = chosenModel(shell, options.model);
  if (chosen === undefined) throw noModel();
  const run = options.id ?? newRunId(request);
  checkRunId(run);
  await using log = await openLog(options.log);
  const artifacts = join(runsFolder(options.log, folder), run);
  if (!terminal.live) terminal.err(`run ${run} in ${log.url}`);
  const model = modelsOf(shell, chosen);
  await model(undefined);
  const runs = await drive(shell, {
    log,
    known: new Map(),
    wanted: [run],
    first: (face) =>
      face.start(`workflow/${run}`, { input: inputOf(run, request, { folder, artifacts }) }),
    recover: false,
    host: { agents: { planner: planner({ form: options.type }) }, model },
  });
  const view = runs.get(run);
  if (view?.status !== "COMPLETED") return sayRuns(shell, runs, [run], { ...options, url: log.url });
  const name = `${run}.json`;
  await writeFiles(
    resolve(folder, options.output),
    [{ name, bytes: await readFile(join(artifacts, FILE)) }],
    false,
  );
  const file = join(options.output, name);
  if (options.json)
    return terminal.out(JSON.stringify({ file: resolve(folder, file), type: options.type, run }));
  terminal.out(tameLine(file));
}

/** In the run's own folder. */
const FILE = "plan.json";

function inputOf(
  run: string,
  request: string,
  place: { readonly folder: string; readonly artifacts: string },
): WorkflowInput {
  const task = {
    id: "plan",
    title: "Make a plan",
    agent: "planner",
    description: request,
    outputs: [`artifacts/${FILE}`],
  };
  return { run, ...place, plan: Plan.parse({ name: "planner", tasks: [task] }) };
}

function checkRequest(request: string): void {
  const fault =
    request.trim() === ""
      ? "is empty"
      : request.includes("\0")
        ? "holds a NUL character"
        : request.length > LONGEST
          ? `has ${request.length} characters, more than ${LONGEST}`
          : undefined;
  if (fault === undefined) return;
  throw new TroupeError("USAGE", `the request ${fault}`, {
    hint: 'Say what you want: troupe planner "Create …".',
  });
}

/** `troupe run PLAN`: runs a plan to its end. */
import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { newRunId, runsFolder } from "../../agents/new-run.ts";
import { readPlan } from "../../agents/read-plan.ts";
import { TroupeError } from "../../errors.ts";
import type { WorkflowInput } from "../../events/commands.ts";
import { openLog } from "../../events/log/open.ts";
import type { Plan } from "../../events/plan/plan.ts";
import type { RunView } from "../../projections/runs-view.ts";
import { AgentChoice, agentsOf, withAgents } from "../agents.ts";
import { drive } from "../drive.ts";
import { exitCodeOfRun, filesLine, runJson, runLines } from "../run-report.ts";
import { knownRuns } from "../known-runs.ts";
import { addCommand, checkRunId, type Shell } from "../shell.ts";
import { isIdle } from "../standing.ts";
import type { Terminal } from "../terminal.ts";
import type { Runs } from "../watch-run.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  id: z.string().optional(),
  detach: z.boolean().default(false),
  ...AgentChoice.shape,
});

export function addRun(program: Command, shell: Shell): void {
  withAgents(addCommand(program, "run", "Run a plan to its end; resume it if this is interrupted."))
    .argument("<plan>", "a YAML or JSON file")
    .option("--id <run>", "the run's id (default: made from the plan's name)")
    .option("--detach", "end, too, once the run waits for people only; it stays open")
    .action((file: string, options: unknown) => runPlan(shell, file, Options.parse(options)));
}

async function runPlan(shell: Shell, file: string, options: z.infer<typeof Options>): Promise<void> {
  const { terminal, env, folder } = shell;
  const agents = await agentsOf(shell, options);
  const plan = await readPlan(file, { agents: agents.names });
  checkPassed(plan, env);
  const run = options.id ?? newRunId(plan.name);
  checkRunId(run);
  const host = await agents.host(plan);
  await using log = await openLog(options.log);
  const known = options.id === undefined ? new Map() : await knownRuns(terminal, log, run);
  const artifacts = join(runsFolder(options.log, folder), run);
  const start: WorkflowInput = { run, folder, artifacts, plan };
  if (!terminal.live) terminal.err(`run ${run} in ${log.url}`);
  const runs = await drive(shell, {
    log,
    known,
    wanted: [run],
    first: (face) => face.start(`workflow/${run}`, { input: start }),
    recover: known.has(run),
    detach: options.detach,
    host,
  }).catch((error: unknown) => {
    throw TroupeError.is(error, "ACTOR_EXISTS") ? exists(run) : error;
  });
  sayRuns(shell, runs, [run], { ...options, url: log.url });
}

/** Says how the runs ended; several as a list. */
export function sayRuns(
  shell: Shell,
  runs: Runs,
  wanted: readonly string[],
  {
    json,
    url,
    many = false,
  }: { readonly json: boolean; readonly url: string; readonly many?: boolean },
): void {
  const { terminal } = shell;
  const views = wanted.flatMap((run) => runs.get(run) ?? []);
  const found = views.map((view) => runJson(view, url));
  if (json) terminal.out(JSON.stringify(many ? found : (found[0] ?? null)));
  else
    for (const view of views) {
      for (const line of runLines(view, { colour: false })) terminal.out(line);
      const files = filesLine(view);
      if (files !== undefined) terminal.err(files);
    }
  sayOpen(
    terminal,
    views.filter(({ open }) => open),
  );
  if (views.length < wanted.length || views.some((view) => exitCodeOfRun(view) === 1)) shell.exit(1);
}

/** That runs are left open; what they ask was said when they asked it. */
function sayOpen(terminal: Terminal, views: readonly RunView[]): void {
  if (views.some((view) => !isIdle(view)))
    terminal.err("stopped; nothing is lost: go on with `troupe resume` and the same --log");
  else if (views.length > 0)
    terminal.err("it stays open; once that is done, go on with `troupe resume` and the same --log");
}

function checkPassed({ passEnv }: Plan, env: Shell["env"]): void {
  const missing = passEnv.filter((name) => env[name] === undefined);
  if (missing.length === 0) return;
  throw new TroupeError("USAGE", `the plan passes on ${missing.join(", ")}, which is not set`, {
    hint: "Set it in the shell that runs troupe, or take it from passEnv.",
    data: { missing },
  });
}

function exists(run: string): TroupeError {
  return new TroupeError("RUN_EXISTS", `there is a run "${run}" already, of another plan or folder`, {
    hint: "Choose another --id; to go on with that run, use `troupe resume`.",
    data: { run },
  });
}

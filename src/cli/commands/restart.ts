/**
 * `troupe restart RUN --from TASK`: does a task again, and all that rests on it; what came before stays.
 *
 * - An open run starts them over itself. One that is over is never touched: another run, RUN-2,
 *   takes over what need not be done again, and writes into the same folder.
 */
import type { Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { behind, graphOf } from "../../machines/workflow/graph.ts";
import { shaped } from "../../machines/workflow/patterns.ts";
import { WorkflowInput } from "../../events/commands.ts";
import { WorkflowOutcome } from "../../events/facts/workflow.ts";
import type { EventLog } from "../../events/log/log.ts";
import type { Plan } from "../../events/plan/plan.ts";
import { parseBody, placeOf, type RecordBody } from "../../events/record.ts";
import type { RunView } from "../../projections/runs-view.ts";
import { AgentChoice, agentsOf, withAgents } from "../agents.ts";
import { command } from "../control.ts";
import { drive } from "../drive.ts";
import { knownRuns } from "../known-runs.ts";
import { addCommand, checkRunId, noSuchRun, openExisting, type Shell } from "../shell.ts";
import type { Runs } from "../watch-run.ts";
import { sayRuns } from "./run.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  from: z.string(),
  detach: z.boolean().default(false),
  ...AgentChoice.shape,
});
type Options = z.infer<typeof Options>;

export function addRestart(program: Command, shell: Shell): void {
  withAgents(addCommand(program, "restart", "Do a task of a run again, and all that rests on it."))
    .argument("<run>", "a run's id")
    .requiredOption("--from <task>", "the task to start at; what came before it stays")
    .option("--detach", "end, too, once the run waits for people only; it stays open")
    .action((run: string, options: unknown) => restart(shell, run, Options.parse(options)));
}

async function restart(shell: Shell, run: string, options: Options): Promise<void> {
  checkRunId(run);
  const { from, detach, log: url } = options;
  const { terminal } = shell;
  const agents = await agentsOf(shell, options);
  await using log = await openExisting(url);
  const all = await knownRuns(terminal, log);
  const view = all.get(run);
  if (view === undefined) throw noSuchRun(run, log);
  const start = view.open ? undefined : await startOver(log, view, from, all);
  if (start === undefined)
    checkTask(
      view.tasks.map(({ id }) => id),
      run,
      from,
    );
  const wanted = start?.run ?? run;
  const known = start === undefined ? new Map([[run, view]]) : new Map();
  const host = await agents.host();
  if (!terminal.live) terminal.err(`${wanted} starts over from ${from} in ${log.url}`);
  const runs = await drive(shell, {
    log,
    known,
    wanted: [wanted],
    first: (face) =>
      start === undefined
        ? command(face, run, { type: "RESTART", from }, log)
        : face.start(`workflow/${start.run}`, { input: start }),
    recover: start === undefined,
    detach,
    host,
  });
  sayRuns(shell, runs, [wanted], { json: options.json, url: log.url });
}

/** The input of a run that does again what lies behind a task of one that is over. */
async function startOver(
  log: EventLog,
  view: RunView,
  from: string,
  all: Runs,
): Promise<WorkflowInput> {
  const { run } = view;
  const { input, outcome } = await endOf(log, run);
  checkTask(
    input.plan.tasks.map(({ id }) => id),
    run,
    from,
  );
  const again = withBehind(input.plan, run, [from, ...undone(outcome)]);
  const own = new Set(input.plan.tasks.map(({ id }) => id));
  const carried = outcome.tasks.flatMap(({ id, ...end }) =>
    own.has(id) && !again.has(id) && end.status === "COMPLETED" ? [[id, end] as const] : [],
  );
  return {
    ...input,
    run: nextId(run, all),
    restarts: { run, from },
    carried: Object.fromEntries(carried),
  };
}

/** What a run was born with, and how it ended. */
async function endOf(
  log: EventLog,
  run: string,
): Promise<{ readonly input: WorkflowInput; readonly outcome: WorkflowOutcome }> {
  let input: unknown;
  let output: unknown;
  for await (const record of log.read(`workflow/${run}`)) {
    const body: RecordBody = parseBody(record.body, placeOf(record));
    input ??= body.born?.input;
    output = body.output ?? output;
  }
  const outcome = WorkflowOutcome.safeParse(output);
  if (outcome.success) return { input: WorkflowInput.parse(input), outcome: outcome.data };
  throw new TroupeError("EVENT_REFUSED", `"${run}" ended without an outcome: it broke`, {
    hint: "Run its plan again under another id.",
    data: { run },
  });
}

/** What a saga has undone, or tried to: nobody can rest on it any more. */
function undone({ tasks }: WorkflowOutcome): readonly string[] {
  return tasks.flatMap(({ id }) => /^(.+)_compensation$/.exec(id)?.[1] ?? []);
}

/** Tasks and all that rest on them; in a pipeline that is all that come later. */
function withBehind(plan: Plan, run: string, first: readonly string[]): ReadonlySet<string> {
  const { tasks } = shaped(plan, run);
  const graph = graphOf(tasks);
  const found = first.flatMap((id) => graph.index.get(id) ?? []);
  const all = found.flatMap((at) => [at, ...behind(graph, at)]);
  return new Set(all.flatMap((at) => tasks[at]?.id ?? []));
}

function checkTask(tasks: readonly string[], run: string, from: string): void {
  if (tasks.includes(from)) return;
  throw new TroupeError("USAGE", `the run "${run}" has no task "${from}" to start over from`, {
    hint: `Name one of: ${tasks.slice(0, 20).join(", ")}${tasks.length > 20 ? ", …" : ""}.`,
    data: { run, from },
  });
}

/** RUN-2, or the first after it that is free; of RUN-2 itself RUN-3. */
function nextId(run: string, all: Runs): string {
  const [, base = run] = all.get(run)?.startsOver === undefined ? [] : (/^(.+)-\d+$/.exec(run) ?? []);
  for (let n = 2; ; n++) {
    const id = `${base}-${n}`;
    if (all.has(id)) continue;
    checkRunId(id);
    return id;
  }
}

/**
 * `troupe watch RUN`: how far a run is, as it goes on; it ends with the run.
 *
 * - It changes nothing: the run goes on whether somebody watches or not.
 */
import type { Command } from "commander";
import { z } from "zod";
import { connect } from "../../actors/client.ts";
import { planKinds } from "../../agents/plan-kinds.ts";
import type { EventLog } from "../../events/log/log.ts";
import type { RunView } from "../../projections/runs-view.ts";
import { taskEvents } from "../../projections/task-events.ts";
import { knownRuns } from "../known-runs.ts";
import { progressJson, progressLine } from "../progress-view.ts";
import { exitCodeOfRun } from "../run-report.ts";
import { addCommand, checkRunId, noSuchRun, openExisting, type Shell } from "../shell.ts";
import { isIdle } from "../standing.ts";
import { showRuns, watchRuns, type Runs } from "../watch-run.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  once: z.boolean().default(false),
  detach: z.boolean().default(false),
  events: z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

export function addWatch(program: Command, shell: Shell): void {
  addCommand(
    program,
    "watch",
    "Show how far a run is until it is over. With --json: a JSON value per change.",
  )
    .argument("<run>", "a run's id")
    .option("--once", "say how far it is now, and end")
    .option("--detach", "end, too, once the run waits for people only")
    .option("--events", "print task_started, TIMEOUT and the like, a JSON value per event")
    .action((run: string, options: unknown) => watch(shell, run, Options.parse(options)));
}

async function watch(shell: Shell, run: string, options: Options): Promise<void> {
  checkRunId(run);
  const { terminal } = shell;
  await using log = await openExisting(options.log, { readOnly: true });
  if (options.events) return await events(shell, log, run);
  const after = await log.end();
  const known = await knownRuns(terminal, log, run);
  const view = known.get(run);
  if (view === undefined) throw noSuchRun(run, log);
  const last = options.once ? view : await follow(shell, log, { known, after, run, ...options });
  if (options.once || !last.open) say(shell, last, options.json);
  if (!options.once && exitCodeOfRun(last) === 1) shell.exit(1);
}

function say({ terminal }: Shell, view: RunView, json: boolean): void {
  const now = view.open ? Date.now() : view.movedAt;
  terminal.out(json ? JSON.stringify(progressJson(view, now)) : progressLine(view, now));
}

interface Following extends Options {
  readonly known: Runs;
  readonly after: Awaited<ReturnType<EventLog["end"]>>;
  readonly run: string;
}

/** The last view is not said here. */
async function follow(
  shell: Shell,
  log: EventLog,
  { known, after, run, json, detach }: Following,
): Promise<RunView> {
  await using client = await connect({ log, kinds: planKinds() });
  const live = shell.terminal.live && !json;
  const show = live ? showRuns(shell.terminal, (id) => id === run, known) : undefined;
  let said = "";
  const changed = (view: RunView): void => {
    const { movedAt: _, ...state } = progressJson(view, 0);
    const text = JSON.stringify(state);
    if (text === said || !view.open) return;
    said = text;
    say(shell, view, json);
  };
  const first = known.get(run);
  if (first !== undefined && !live) changed(first);
  try {
    const runs = await watchRuns(client, {
      known,
      after,
      signal: shell.stop,
      enough: (seen) => {
        const view = seen.get(run);
        return view?.open === false || (detach && view !== undefined && isIdle(view));
      },
      seen: (seen, id) => {
        const view = seen.get(run);
        if (id !== run || view === undefined) return;
        if (show === undefined) changed(view);
        else show.moved(seen, id);
      },
    });
    const last = runs.get(run);
    if (last === undefined) throw noSuchRun(run, log);
    return last;
  } finally {
    show?.end();
  }
}

/** S4-030: the run under the names that other systems know, from its first record on. */
async function events({ terminal, stop }: Shell, log: EventLog, run: string): Promise<void> {
  if ((await log.tip(`workflow/${run}`)) === 0) throw noSuchRun(run, log);
  await using client = await connect({ log, kinds: planKinds() });
  const read = taskEvents();
  const end = new AbortController();
  for await (const record of client.records({
    root: run,
    live: true,
    signal: AbortSignal.any([stop, end.signal]),
  })) {
    for (const event of read(record)) terminal.out(JSON.stringify(event));
    if (record.stream === `workflow/${run}` && record.body.status !== "active") end.abort();
  }
}

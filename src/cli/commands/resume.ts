/**
 * `troupe resume [ID]`: goes on with everything that is open in a log, and waits for all of it or for one run.
 *
 * - A run that somebody paused goes on only where it is named: a crash is no reason to overrule them.
 */
import type { Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import type { EventLog } from "../../events/log/log.ts";
import type { RunView } from "../../projections/runs-view.ts";
import { AgentChoice, agentsOf, withAgents } from "../agents.ts";
import { command } from "../control.ts";
import { drive, type Drive } from "../drive.ts";
import { cutShortOf } from "../fork-standing.ts";
import { knownRuns } from "../known-runs.ts";
import { otherRun, resumeOther, showOther } from "../other-run.ts";
import { addCommand, checkRunId, noSuchRun, openExisting, type Shell } from "../shell.ts";
import { asks, isPaused } from "../standing.ts";
import { tameLine } from "../terminal.ts";
import type { Runs } from "../watch-run.ts";
import { sayRuns } from "./run.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  detach: z.boolean().default(false),
  kinds: z.string().optional(),
  ...AgentChoice.shape,
});
type Options = z.infer<typeof Options>;

export function addResume(program: Command, shell: Shell): void {
  withAgents(
    addCommand(
      program,
      "resume",
      "Go on with what is open in a log after a crash or a stop, or with a run that is paused. With --json: a list.",
    ),
  )
    .argument("[id]", "wait only for this run (default: for all)")
    .option("--detach", "end, too, once what is open waits for people only")
    .option("--kinds <file>", "a module that exports `kinds` of yours, for a run of theirs")
    .action((id: string | undefined, options: unknown) => resume(shell, id, Options.parse(options)));
}

async function resume(shell: Shell, id: string | undefined, options: Options): Promise<void> {
  if (id !== undefined) checkRunId(id);
  const host = await (await agentsOf(shell, options)).host();
  await using log = await openExisting(options.log);
  const all = await knownRuns(shell.terminal, log);
  if (id !== undefined && !all.has(id)) return await resumeAnother(shell, log, id, options);
  if (options.kinds !== undefined) throw noneOf(id);
  await goOn(shell, { ...options, log, all, id, host });
}

type Going = Omit<Options, "log"> &
  Required<Pick<Drive, "host" | "log">> & { readonly all: Runs; readonly id: string | undefined };

async function goOn(shell: Shell, { log, all, id, host, json, detach }: Going): Promise<void> {
  const { terminal } = shell;
  const known = new Map([...all].filter(([, view]) => view.open));
  const { wanted, paused, cutShort } = wantedOf(all, id, log.url);
  for (const line of paused.flatMap(asks)) terminal.err(tameLine(line));
  for (const { message, hint } of cutShort) terminal.err(tameLine(`left alone: ${message}. ${hint}`));
  const shown = { json, url: log.url, many: true };
  if (wanted.every((run) => !known.has(run))) {
    const none = paused.length === 0 ? "nothing" : "nothing else";
    terminal.err(id === undefined ? `${none} is open in ${log.url}` : `"${id}" is over already`);
    return sayRuns(shell, all, wanted, shown);
  }
  if (!terminal.live) terminal.err(`going on with ${wanted.join(", ")} in ${log.url}`);
  const first = unpausing(id === undefined ? undefined : known.get(id), log);
  const runs = await drive(shell, { log, known, wanted, recover: true, detach, host, ...first });
  sayRuns(shell, runs, wanted, shown);
}

async function resumeAnother(
  shell: Shell,
  log: EventLog,
  id: string,
  { kinds, json }: Options,
): Promise<void> {
  const found = await otherRun(log, id);
  if (found === undefined) throw noSuchRun(id, log);
  const after = (await resumeOther(shell, log, found, kinds)) ?? found;
  if (json) shell.terminal.out(JSON.stringify([after]));
  else showOther(shell, after);
  if (after.actors.some(({ open, state }) => open || state === "ERROR")) shell.exit(1);
}

function noneOf(id: string | undefined): TroupeError {
  const what = id === undefined ? "no run is named" : `"${id}" is a run of a plan`;
  return new TroupeError("USAGE", `--kinds is for a run of your own kinds, and ${what}`, {
    hint: "Leave it out, or run all that is open with `troupe host --kinds FILE`.",
  });
}

interface Wanted {
  readonly wanted: readonly string[];
  /** Open, but left alone. */
  readonly paused: readonly RunView[];
  /** Forks whose history is not told up to the cut. */
  readonly cutShort: readonly TroupeError[];
}

function wantedOf(all: Runs, id: string | undefined, url: string): Wanted {
  if (id !== undefined) return { wanted: [idIn(all, id, url)], paused: [], cutShort: [] };
  const open = [...all.values()].filter((view) => view.open);
  const cutShort = open.flatMap((view) => cutShortOf(view) ?? []);
  const ready = open.filter((view) => cutShortOf(view) === undefined);
  const paused = ready.filter(isPaused);
  return { wanted: ready.filter((view) => !isPaused(view)).map(({ run }) => run), paused, cutShort };
}

/** A run that is named is told to go on, if it is paused. */
function unpausing(view: RunView | undefined, log: EventLog): Pick<Drive, "first"> {
  if (view === undefined || !isPaused(view)) return {};
  return { first: (face) => command(face, view.run, { type: "RESUME" }, log) };
}

function idIn(runs: Runs, id: string, url: string): string {
  const view = runs.get(id);
  if (view === undefined) throw noSuchRun(id, { url });
  const cutShort = cutShortOf(view);
  if (cutShort !== undefined) throw cutShort;
  return id;
}

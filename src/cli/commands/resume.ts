/**
 * `troupe resume [ID]`: goes on with everything that is open in a log, and waits for all of it or for one run.
 */
import type { Command } from "commander";
import { z } from "zod";
import { drive } from "../drive.ts";
import { knownRuns } from "../known-runs.ts";
import { addCommand, checkRunId, noSuchRun, openExisting, type Shell } from "../shell.ts";
import type { Runs } from "../watch-run.ts";
import { sayRuns } from "./run.ts";

const Options = z.object({ log: z.string(), json: z.boolean().default(false) });

export function addResume(program: Command, shell: Shell): void {
  addCommand(
    program,
    "resume",
    "Go on with what is open in a log after a crash or a stop. With --json: a list.",
  )
    .argument("[id]", "wait only for this run (default: for all)")
    .action((id: string | undefined, options: unknown) => resume(shell, id, Options.parse(options)));
}

async function resume(
  shell: Shell,
  id: string | undefined,
  { log: url, json }: z.infer<typeof Options>,
): Promise<void> {
  const { terminal } = shell;
  if (id !== undefined) checkRunId(id);
  await using log = await openExisting(url);
  const all = await knownRuns(terminal, log);
  const known = new Map([...all].filter(([, view]) => view.open));
  const wanted = id === undefined ? [...known.keys()] : [idIn(all, id, log.url)];
  const shown = { json, url: log.url, many: true };
  if (wanted.every((run) => !known.has(run))) {
    terminal.err(id === undefined ? `nothing is open in ${log.url}` : `"${id}" is over already`);
    return sayRuns(shell, all, wanted, shown);
  }
  if (!terminal.live) terminal.err(`going on with ${wanted.join(", ")} in ${log.url}`);
  const runs = await drive(shell, { log, known, wanted, recover: true });
  sayRuns(shell, runs, wanted, shown);
}

function idIn(runs: Runs, id: string, url: string): string {
  if (runs.has(id)) return id;
  throw noSuchRun(id, url);
}

/** `troupe archive`: runs that ended long ago move into a file, then out of the log (L9). */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { archiveRuns, type Archived } from "../../events/log/archive.ts";
import { ownParameters } from "../../events/log/open.ts";
import { archivesBeside } from "../../events/log/sqlite-purge.ts";
import { tellingProgress } from "../copying.ts";
import { durationOf } from "../durations.ts";
import { count, moment } from "../paper.ts";
import { addCommand, openExisting, printTable, type Shell } from "../shell.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  olderThan: z.string(),
  to: z.string().optional(),
  dryRun: z.boolean().default(false),
});

export function addArchive(program: Command, shell: Shell): void {
  addCommand(program, "archive", "Move runs that ended long ago into a file, out of the log.")
    .requiredOption(
      "--older-than <duration>",
      "only runs in which nothing has happened for so long: 30d",
    )
    .option("--to <folder>", "where the file goes (default: beside a log in a file)")
    .option("--dry-run", "only say which runs these are")
    .action((options: unknown) => archive(shell, Options.parse(options)));
}

async function archive(shell: Shell, options: z.infer<typeof Options>): Promise<void> {
  const before = Date.now() - durationOf("older-than", options.olderThan);
  await using log = await openExisting(options.log);
  const folder = folderOf(shell, options, log.url);
  const { dryRun } = options;
  const progress = tellingProgress(shell, `archiving ${log.url}`);
  const done = await archiveRuns(log, { before, folder, dryRun, progress });
  if (options.json) shell.terminal.out(JSON.stringify({ log: log.url, dryRun, ...done }));
  else say(shell, done, dryRun);
}

function folderOf({ folder }: Shell, { to, log }: z.infer<typeof Options>, url: string): string {
  const named = to ?? ownParameters(log).archives;
  if (named !== undefined) return resolve(folder, named);
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path !== undefined) return archivesBeside(realpathSync(path));
  throw new TroupeError("USAGE", `nothing says where the archives of ${url} go`, {
    hint: "Name a folder with --to FOLDER; it must stay there for whoever reads the log.",
  });
}

function say({ terminal }: Shell, { file, runs, moved, taken }: Archived, dryRun: boolean): void {
  const records = runs.reduce((sum, run) => sum + run.records, 0);
  const what = `${count(runs.length, "run")} (${count(records, "record")})`;
  if (dryRun) {
    if (runs.length > 0)
      printTable(
        terminal,
        ["RUN", "ACTORS", "RECORDS", "LAST RECORD"],
        runs.map(({ root, actors, records: own, at }) => [
          root,
          String(actors.length),
          String(own),
          moment(at),
        ]),
      );
    terminal.out(`${what} would be archived`);
    return;
  }
  if (taken.length > 0)
    terminal.out(`ended an archiving that was cut short: ${count(taken.length, "actor")}`);
  terminal.out(file === undefined ? "nothing to archive" : `${what} archived in ${file}`);
  if (moved.length > 0)
    terminal.err(`${count(moved.length, "actor")} moved meanwhile and stayed: ${moved.join(", ")}`);
}

/** `troupe report RUN`: the report of a run as it stands now, over or not. */
import type { Command } from "commander";
import { z } from "zod";
import { reportFiles } from "../../projections/report.ts";
import { knownRun } from "../known-runs.ts";
import { addCommand, checkRunId, openExisting, type Shell } from "../shell.ts";

const Options = z.object({ log: z.string(), json: z.boolean().default(false) });

export function addReport(program: Command, shell: Shell): void {
  addCommand(program, "report", "Print the report of a run as it stands now, as Markdown.")
    .argument("<run>", "a run's id")
    .action((run: string, options: unknown) => report(shell, run, Options.parse(options)));
}

async function report(
  { terminal }: Shell,
  run: string,
  { log: url, json }: z.infer<typeof Options>,
): Promise<void> {
  checkRunId(run);
  await using log = await openExisting(url, { readOnly: true });
  const view = await knownRun(terminal, log, run);
  const wanted = json ? "report.json" : "report.md";
  const text = reportFiles(view).find(({ name }) => name === wanted)?.text ?? "";
  const value: unknown = json ? JSON.parse(text) : undefined;
  terminal.out(json ? JSON.stringify(value) : text.trimEnd());
}

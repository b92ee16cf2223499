/** `troupe ls`: the runs of a log, the latest last. */
import type { Command } from "commander";
import { z } from "zod";
import { knownRuns } from "../known-runs.ts";
import { inked, moment, span, styleOf, table } from "../paper.ts";
import { endedTasks } from "../../projections/runs-view.ts";
import { addCommand, openExisting, type Shell } from "../shell.ts";

const Options = z.object({ log: z.string(), json: z.boolean().default(false) });

export function addLs(program: Command, shell: Shell): void {
  addCommand(program, "ls", "List the runs of a log, the latest last.").action((options: unknown) =>
    list(shell, Options.parse(options)),
  );
}

async function list(shell: Shell, { log: url, json }: z.infer<typeof Options>): Promise<void> {
  const { terminal } = shell;
  await using log = await openExisting(url, { readOnly: true });
  const runs = [...(await knownRuns(terminal, log)).values()].toSorted(
    (a, b) => a.startedAt - b.startedAt,
  );
  if (json) {
    const rows = runs.map((view) => {
      const { run, name, status, open, startedAt, movedAt } = view;
      return {
        run,
        name,
        status,
        open,
        startedAt,
        movedAt,
        tasks: view.tasks.length,
        ended: endedTasks(view),
      };
    });
    terminal.out(JSON.stringify(rows));
    return;
  }
  if (runs.length === 0)
    return terminal.err(`no run in ${log.url} yet: start one with \`troupe run PLAN\``);
  const rows = runs.map((view) => [
    view.run,
    view.status,
    `${endedTasks(view)}/${view.tasks.length}`,
    moment(view.startedAt),
    view.open ? "" : span(view.movedAt - view.startedAt),
    view.name,
  ]);
  const ink = { colour: terminal.outColour };
  const [head = "", ...lines] = table(
    ["RUN", "STATE", "TASKS", "STARTED", "TOOK", "PLAN"],
    rows,
    terminal.outColumns,
  );
  terminal.out(inked(ink, "dim", head));
  lines.forEach((line, at) => {
    const status = runs[at]?.status ?? "";
    terminal.out(line.replace(status, inked(ink, styleOf(status), status)));
  });
}

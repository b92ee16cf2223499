/** `troupe erase RUN`: drops the key of a run, so that nothing of it can be read, wherever it was copied to. */
import type { Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { eraseRun } from "../../events/log/erase.ts";
import { count } from "../paper.ts";
import { addCommand, openExisting, type Shell } from "../shell.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  yes: z.boolean().default(false),
});

export function addErase(program: Command, shell: Shell): void {
  addCommand(program, "erase", "Make a run that has ended unreadable, for ever.")
    .argument("<run>", "the id of the run")
    .option("--yes", "do it; without this, it is only looked whether it can be done")
    .action((run: string, options: unknown) => erase(shell, run, Options.parse(options)));
}

async function erase(
  { terminal }: Shell,
  run: string,
  { log: url, json, yes }: z.infer<typeof Options>,
): Promise<void> {
  await using log = await openExisting(url);
  const actors = await eraseRun(log, run, { check: !yes });
  if (!yes)
    throw new TroupeError(
      "USAGE",
      `erasing run "${run}" (${count(actors.length, "actor")}) cannot be undone`,
      { hint: "Say --yes to do it." },
    );
  if (json) terminal.out(JSON.stringify({ run, actors }));
  else
    terminal.out(`run "${run}" is erased: nothing of its ${count(actors.length, "actor")} can be read`);
}

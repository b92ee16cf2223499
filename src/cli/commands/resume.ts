/** `troupe resume`: goes on with everything that is open in a log. */
import type { Command } from "commander";
import { z } from "zod";
import { connect } from "../../actors/client.ts";
import { planKinds } from "../../agents/plan-kinds.ts";
import { drive } from "../drive.ts";
import { addCommand, openExisting, type Shell } from "../shell.ts";
import { readRuns } from "../watch-run.ts";
import { sayRuns } from "./run.ts";

const Options = z.object({ log: z.string(), json: z.boolean() });

export function addResume(program: Command, shell: Shell): void {
  addCommand(
    program,
    "resume",
    "Go on with all open runs of a log after a crash or a stop. With --json: a list.",
  ).action((options: unknown) => resume(shell, Options.parse(options)));
}

async function resume(shell: Shell, { log: url, json }: z.infer<typeof Options>): Promise<void> {
  const { terminal } = shell;
  await using log = await openExisting(url);
  await using client = await connect({ log, kinds: planKinds() });
  const known = new Map([...(await readRuns(client))].filter(([, view]) => view.open));
  const wanted = [...known.keys()];
  if (wanted.length === 0) {
    terminal.err(`nothing is open in ${log.url}`);
    if (json) terminal.out("[]");
    return;
  }
  if (!terminal.live) terminal.err(`going on with ${wanted.join(", ")} in ${log.url}`);
  const runs = await drive(shell, { log, known, wanted, recover: true });
  sayRuns(shell, runs, wanted, { json, url: log.url, many: true });
}

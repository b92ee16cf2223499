/** `troupe pause RUN`: no new task starts until it is resumed. */
import type { Command } from "commander";
import { z } from "zod";
import { connect } from "../../actors/client.ts";
import { planKinds } from "../../agents/plan-kinds.ts";
import { command } from "../control.ts";
import { knownRun } from "../known-runs.ts";
import { count } from "../paper.ts";
import { addCommand, checkRunId, checkTexts, openExisting, type Shell } from "../shell.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  hard: z.boolean().default(false),
  reason: z.string().optional(),
});

export function addPause(program: Command, shell: Shell): void {
  addCommand(program, "pause", "Start no new task of a run until it is resumed.")
    .argument("<run>", "a run's id")
    .option("--hard", "stop what runs, too; it runs again when the run is resumed")
    .option("--reason <text>", "why; it is recorded")
    .action((run: string, options: unknown) => pause(shell, run, Options.parse(options)));
}

async function pause(
  shell: Shell,
  run: string,
  { log: url, json, hard, reason }: z.infer<typeof Options>,
): Promise<void> {
  checkRunId(run);
  checkTexts({ reason });
  const { terminal } = shell;
  await using log = await openExisting(url);
  await using client = await connect({ log, kinds: planKinds({ env: shell.env }) });
  const event = { type: "PAUSE", hard, ...(reason === undefined ? {} : { reason }) } as const;
  const seq = await command(client, run, event, log);
  const { status: state, tasks } = await knownRun(terminal, log, run);
  const running = tasks.filter(({ status }) => status === "RUNNING").length;
  if (json) return terminal.out(JSON.stringify({ run, seq, state, running }));
  const rest = running === 0 || hard ? "" : `; ${count(running, "task")} will finish first`;
  terminal.out(`${run}: ${state}${rest}`);
  terminal.err(`go on with \`troupe resume ${run}\``);
}

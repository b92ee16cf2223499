/**
 * `troupe upgrade-check --kinds FILE`: whether every open run would go on under new code.
 *
 * - Exit code 0: nothing would park. 1: something would. It only reads.
 */
import type { Command } from "commander";
import { z } from "zod";
import { upgradeCheck, type UpgradeOptions } from "../../replay/upgrade.ts";
import { kindsWith } from "../load-kinds.ts";
import { addCommand, openExisting, type Shell } from "../shell.ts";
import { upgradeLines, upgradeVerdict } from "../upgrade-text.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  kinds: z.string(),
  against: z.string().optional(),
  run: z.string().optional(),
  all: z.boolean().default(false),
});

/** Who waits longer hears how far it is, and then this often, ms. */
const PATIENCE_MS = 2_000;

export function addUpgradeCheck(program: Command, shell: Shell): void {
  addCommand(program, "upgrade-check", "Replay every open run against new machines, before a deploy.")
    .requiredOption("--kinds <file>", "the module to be deployed, which exports its kinds as `kinds`")
    .option("--against <file>", "the module that runs now: its machines are compared with the new ones")
    .option("--run <id>", "only this run")
    .option("--all", "also what has ended")
    .action((options: unknown) => check(shell, Options.parse(options)));
}

async function check(shell: Shell, options: z.infer<typeof Options>): Promise<void> {
  const { log: url, json, kinds, against, run, all } = options;
  const { terminal } = shell;
  const given: UpgradeOptions = {
    kinds: await kindsWith(shell, kinds),
    ...(against !== undefined && { against: await kindsWith(shell, against) }),
    ...(run !== undefined && { run }),
    all,
    onProgress: progressTo(shell),
  };
  await using log = await openExisting(url, { readOnly: true });
  const report = await upgradeCheck(log, given);
  if (json) terminal.out(JSON.stringify(report));
  else {
    const lines = upgradeLines(report, { colour: terminal.outColour }, terminal.outColumns);
    for (const line of lines) terminal.out(line);
    if (lines.length > 0) terminal.out("");
    terminal.out(upgradeVerdict(report));
  }
  if (!report.ok) shell.exit(1);
}

function progressTo({ terminal }: Shell): NonNullable<UpgradeOptions["onProgress"]> {
  let next = performance.now() + PATIENCE_MS;
  return ({ checked, of }) => {
    if (performance.now() < next) return;
    next = performance.now() + PATIENCE_MS;
    terminal.err(`${checked} of ${of} actors checked`);
  };
}

/** `troupe sweep`: removes payloads that nothing in the log refers to any more (L9). */
import type { Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { SWEEP_GRACE_MS } from "../../events/log/log.ts";
import { count } from "../paper.ts";
import { addCommand, openExisting, type Shell } from "../shell.ts";

const MINUTE_MS = 60_000;
const DEFAULT_MINUTES = String(SWEEP_GRACE_MS / MINUTE_MS);

const Options = z.object({ log: z.string(), json: z.boolean().default(false), grace: z.string() });

export function addSweep(program: Command, shell: Shell): void {
  addCommand(program, "sweep", "Remove payloads that no record refers to any more.")
    .option(
      "--grace <minutes>",
      "leave what was stored less than this ago, at least 1",
      DEFAULT_MINUTES,
    )
    .action((options: unknown) => sweep(shell, Options.parse(options)));
}

async function sweep(shell: Shell, { log: url, json, grace }: z.infer<typeof Options>): Promise<void> {
  const graceMs = minutesIn(grace) * MINUTE_MS;
  await using log = await openExisting(url);
  const { removed, bytes, kept } = await log.sweepPayloads({ graceMs });
  if (json) return shell.terminal.out(JSON.stringify({ removed, bytes, kept }));
  shell.terminal.out(
    `removed ${count(removed, "payload")} (${count(bytes, "byte")}); ${kept} left in ${log.url}`,
  );
}

/** An append stores its payload first: under a minute a slow one could lose it. */
function minutesIn(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new TroupeError("USAGE", `"${text}" is not a number of minutes`, {
    hint: "Write --grace as whole minutes, 1 or more.",
  });
}

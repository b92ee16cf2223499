/** `troupe copy`: all records of a log into another one, of any engine: a backup, or a move. */
import type { Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { copyLog } from "../../events/log/copy.ts";
import { openLog } from "../../events/log/open.ts";
import { count } from "../paper.ts";
import { addCommand, openExisting, type Shell } from "../shell.ts";

const Options = z.object({ log: z.string(), json: z.boolean().default(false) });

/** How long copying stays unmentioned, and how often it is mentioned then, ms. */
const PATIENCE_MS = 2_000;

export function addCopy(program: Command, shell: Shell): void {
  addCommand(program, "copy", "Copy a log into another: a backup, or a move to another engine.")
    .argument("<to>", "the url of the copy; what it has of this log already is not written again")
    .action((to: string, options: unknown) => copy(shell, to, Options.parse(options)));
}

async function copy(
  { terminal }: Shell,
  target: string,
  { log: url, json }: z.infer<typeof Options>,
): Promise<void> {
  await using from = await openExisting(url, { readOnly: true });
  await using to = await openLog(target);
  if (to.url === from.url)
    throw new TroupeError("USAGE", `${to.url} is the log itself`, { hint: "Name another one." });
  let said = performance.now();
  const progress = (records: number): void => {
    if (performance.now() - said < PATIENCE_MS) return;
    said = performance.now();
    terminal.err(`${records} records so far`);
  };
  const { records, streams } = await copyLog(from, to, { progress }).catch((error: unknown) => {
    throw TroupeError.is(error, "LOG_WRONG_SEQUENCE") ? foreign(to.url, from.url, error) : error;
  });
  if (json) return terminal.out(JSON.stringify({ from: from.url, to: to.url, records, streams }));
  terminal.out(`${to.url} holds ${count(records, "record")} of ${count(streams, "actor")}`);
}

function foreign(to: string, from: string, cause: TroupeError): TroupeError {
  return new TroupeError("LOG_INCOMPATIBLE", `${to} is no copy of ${from}: ${cause.message}`, {
    hint: "Copy into an empty log, or into one that was copied from this.",
    data: { ...cause.data, from, to },
    cause,
  });
}

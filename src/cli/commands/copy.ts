/** `troupe copy`: all records of a log into another one, of any engine: a move, or a backup. */
import { Option, type Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { copyLog } from "../../events/log/copy.ts";
import { DEFAULT_URL, openLog } from "../../events/log/open.ts";
import { compared, notForeign, tellingProgress } from "../copying.ts";
import { count } from "../paper.ts";
import { addPlainCommand, openExisting, type Shell } from "../shell.ts";

const Options = z.object({ from: z.string(), to: z.string(), json: z.boolean().default(false) });

export function addCopy(program: Command, shell: Shell): void {
  addPlainCommand(program, "copy", "Copy a log into another: a move to another engine, or a backup.")
    .addOption(
      new Option("--from <url>", "the log that is copied").env("TROUPE_LOG").default(DEFAULT_URL),
    )
    .requiredOption("--to <url>", "the copy; what it has of the log already is not written again")
    .action((options: unknown) => copy(shell, Options.parse(options)));
}

async function copy(shell: Shell, options: z.infer<typeof Options>): Promise<void> {
  await using from = await openExisting(options.from, { readOnly: true });
  await using to = await openLog(options.to);
  if (to.url === from.url)
    throw new TroupeError("USAGE", `${to.url} is the log itself`, { hint: "Name another one." });
  const began = await from.end();
  const progress = tellingProgress(shell, `copying ${from.url}`);
  const copied = await notForeign(copyLog(from, to, { progress }), from.url, to.url);
  const { hash, streams } = await compared({ url: from.url, records: () => from.scan() }, to, copied);
  const { records, tips } = copied;
  const grown = (await from.end()) !== began;
  const { terminal } = shell;
  if (options.json) {
    const said = { from: from.url, to: to.url, records, streams: tips.size, grown, hash };
    return terminal.out(JSON.stringify({ ...said, hashes: Object.fromEntries(streams) }));
  }
  terminal.out(`${to.url} holds ${count(records, "record")} of ${count(tips.size, "actor")}`);
  terminal.out(`both were read again and are the same: sha256 ${hash}`);
  if (grown) terminal.err(`${from.url} has grown meanwhile: copy again to add what came since`);
}

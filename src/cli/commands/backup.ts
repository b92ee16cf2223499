/** `troupe backup FILE`: all records of a log in one file with checksums, beside a host that works, too. */
import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { backupLog } from "../../events/log/backup.ts";
import { tellingProgress } from "../copying.ts";
import { count } from "../paper.ts";
import { addCommand, openExisting, type Shell } from "../shell.ts";

const Options = z.object({ log: z.string(), json: z.boolean().default(false) });

export function addBackup(program: Command, shell: Shell): void {
  addCommand(program, "backup", "Write a log into one file, with checksums.")
    .argument("<file>", "a new file; its folder is made where it is missing")
    .action((file: string, options: unknown) => backup(shell, file, Options.parse(options)));
}

async function backup(
  shell: Shell,
  file: string,
  { log: url, json }: z.infer<typeof Options>,
): Promise<void> {
  const path = resolve(shell.folder, file);
  await using log = await openExisting(url, { readOnly: true });
  const progress = tellingProgress(shell, `backing up ${log.url}`);
  const { records: found, streams, bytes, sha256 } = await backupLog(log, path, { progress });
  const { terminal } = shell;
  if (json)
    return terminal.out(
      JSON.stringify({ from: log.url, file: path, records: found, streams, bytes, sha256 }),
    );
  terminal.out(
    `${path} holds ${count(found, "record")} of ${count(streams, "actor")} (${count(bytes, "byte")})`,
  );
  terminal.out(`it was read again and is whole: sha256 ${sha256}`);
}

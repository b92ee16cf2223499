/** `troupe restore FILE`: a backup into an empty log. Nothing is written of a file that is not whole. */
import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { backedUp, restoreLog } from "../../events/log/backup.ts";
import { checkLogFile } from "../../events/log/file/read.ts";
import type { EventLog, Recorded } from "../../events/log/log.ts";
import { openLog } from "../../events/log/open.ts";
import { compared, notForeign, tellingProgress } from "../copying.ts";
import { loadKinds } from "../load-kinds.ts";
import { count } from "../paper.ts";
import { replayAll, replayEnv, type ReplayedAll } from "../replaying.ts";
import { addCommand, type Shell } from "../shell.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  resume: z.boolean().default(false),
  verify: z.boolean().default(false),
  kinds: z.string().optional(),
});
type Options = z.infer<typeof Options>;

export function addRestore(program: Command, shell: Shell): void {
  addCommand(program, "restore", "Write a backup into an empty log.")
    .argument("<file>", "what `troupe backup` has written")
    .option("--resume", "go on with a restore that was cut short")
    .option("--verify", "then rebuild every actor and compare every state hash")
    .option("--kinds <file>", "a module that exports more machines as `kinds`, for --verify")
    .action((file: string, options: unknown) => restore(shell, file, Options.parse(options)));
}

async function restore(shell: Shell, file: string, options: Options): Promise<void> {
  const path = resolve(shell.folder, file);
  const { from, sha256 } = await checkLogFile(path);
  await using log = await openLog(options.log);
  const records = (): AsyncIterable<Recorded> => backedUp(path, log);
  const progress = tellingProgress(shell, `restoring ${path}`);
  const { resume } = options;
  const copied = await notForeign(restoreLog(path, log, { resume, progress }), path, log.url);
  const { hash } = await compared({ url: path, records }, log, copied);
  const verified = options.verify ? await verify(shell, log, options, copied.tips.keys()) : undefined;
  const what = { file: path, from, log: log.url, records: copied.records, streams: copied.tips.size };
  if (options.json) sayJson(shell, { ...what, sha256, hash }, verified);
  else saySo(shell, { ...what, hash }, verified);
}

function sayJson({ terminal, exit }: Shell, what: object, verified: ReplayedAll | undefined): void {
  if (verified === undefined) return terminal.out(JSON.stringify(what));
  const { good: replayed, strange, faults } = verified;
  const listed = faults.map(({ code, message, hint, data }) => ({ code, message, hint, data }));
  const unknown = Object.fromEntries(strange);
  terminal.out(JSON.stringify({ ...what, replayed, unknown, faults: listed }));
  if (faults.length > 0) exit(1);
}

interface Restored {
  readonly from: string;
  readonly log: string;
  readonly records: number;
  readonly streams: number;
  readonly hash: string;
}

function saySo({ terminal }: Shell, what: Restored, verified: ReplayedAll | undefined): void {
  const { log, records, streams, from, hash } = what;
  terminal.out(`${log} holds ${count(records, "record")} of ${count(streams, "actor")} of ${from}`);
  terminal.out(`it was read again and is the same: sha256 ${hash}`);
  if (verified === undefined) return;
  const { good, strange, faults } = verified;
  terminal.out(`${count(good, "actor")} replayed to the same state hashes`);
  for (const [kind, n] of strange)
    terminal.out(`${count(n, "actor")} of kind "${kind}" only its own program can replay (--kinds)`);
  if (faults.length > 0) throw faults[0];
}

async function verify(
  { folder }: Shell,
  log: EventLog,
  { kinds }: Options,
  addresses: Iterable<string>,
): Promise<ReplayedAll> {
  const env = replayEnv(log, kinds === undefined ? undefined : await loadKinds(kinds, folder));
  return replayAll(env, addresses);
}

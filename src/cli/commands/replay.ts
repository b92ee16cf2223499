/**
 * `troupe replay RUN`: steps through a run, all its actors cut at one position; without a terminal,
 * lists its records. `troupe replay ADDRESS`: the way of one actor. `troupe replay FILE.jsonl`: the
 * same of a file of records. Nothing runs, nothing is written.
 */
import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { kindsByName } from "../../actors/kind.ts";
import { TroupeError } from "../../errors.ts";
import type { EventLog } from "../../events/log/log.ts";
import { kindsWith } from "../load-kinds.ts";
import { printVerdict, printWay } from "../replay-one.ts";
import { replayWhole } from "../replay-run.ts";
import { addressesIn, replayEnv } from "../replaying.ts";
import { onlyRun } from "../run-source.ts";
import { addCommand, addressOf, openExisting, type Shell } from "../shell.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  list: z.boolean().default(false),
  verify: z.boolean().default(false),
  at: z.string().optional(),
  until: z.string().optional(),
  context: z.boolean().default(false),
  kinds: z.string().optional(),
  to: z
    .string()
    .regex(/^[1-9][0-9]*$/)
    .transform(Number)
    .optional(),
});
type Options = z.infer<typeof Options>;

export function addReplay(program: Command, shell: Shell): void {
  addCommand(program, "replay", "Step through a run, or rebuild an actor: without effects.")
    .argument("<id>", "a run's id, an address such as task/RUN:TASK, or a file of records, FILE.jsonl")
    .argument("[which]", "the run or the address in that file; default: the only run in it")
    .option("--list", "list all records; so without a terminal")
    .option("--at <position>", "show one moment: a record's number in the run, or ADDRESS#SEQ")
    .option(
      "--until <condition>",
      "show the first moment, from --at on, whose record is of a type (task.failed, task.*) or meets a condition in CEL",
    )
    .option("--context", "with --at or --until: the actor's whole context, not only what changed in it")
    .option("--to <seq>", "of one actor: stop behind this record")
    .option("--verify", "rebuild every actor of the run and compare every state hash")
    .option("--kinds <file>", "a module that exports more machines, as `kinds`")
    .action((id: string, which: string | undefined, options: unknown) =>
      replayed(shell, id, which, readOptions(options)),
    );
}

function readOptions(options: unknown): Options {
  const parsed = Options.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new TroupeError("USAGE", "--to takes the number of a record", { hint: "Use 1, 2, 3, …" });
}

async function replayed(
  shell: Shell,
  id: string,
  which: string | undefined,
  options: Options,
): Promise<void> {
  const isFile = id.endsWith(".jsonl");
  if (!isFile && which !== undefined)
    throw new TroupeError("USAGE", `"${id}" is no file, so nothing can be chosen in it`, {
      hint: `Say troupe replay ${which}, or name a file, FILE.jsonl.`,
    });
  const url = isFile ? `jsonl:${resolve(shell.folder, id)}` : options.log;
  if (!isBrowsed(shell, options)) shell.letGo?.(); // it only reads
  await using log = await openExisting(url, { readOnly: true });
  const wanted = isFile ? (which ?? (await onlyRun(log, id, `troupe replay ${id} RUN`))) : id;
  await replayOf(shell, log, wanted, options);
}

/** Whether somebody steps through a run, so that a terminal has to be given back. */
function isBrowsed({ screen }: Shell, { json, list, verify, at, until, to }: Options): boolean {
  return screen !== undefined && !json && !list && !verify && (at ?? until ?? to) === undefined;
}

async function replayOf(shell: Shell, log: EventLog, id: string, options: Options): Promise<void> {
  const { json, verify, to, kinds } = options;
  const isRun = !id.includes("/");
  const address = addressOf(id);
  assertTogether(id, options);
  const env = replayEnv(log, kindsByName(await kindsWith(shell, kinds)));
  if (verify)
    return printVerdict(shell, env, isRun ? await addressesIn(log, id) : [address], { json, to, id });
  if (!isRun || to !== undefined) return printWay(shell, env, address, { json, to });
  return replayWhole(shell, env, id, options);
}

/** What is said of moments of a run goes with nothing that is said of one actor. */
function assertTogether(id: string, { list, at, until, context, verify, to }: Options): void {
  if (context && at === undefined && until === undefined)
    throw new TroupeError("USAGE", "--context goes with --at or --until", {
      hint: "Name the moment whose context you want: --at POSITION.",
    });
  if (!list && at === undefined && until === undefined) return;
  if (id.includes("/"))
    throw new TroupeError("USAGE", `--list, --at and --until are for a run, and "${id}" is an actor`, {
      hint: "Name its run, and say --at ADDRESS#SEQ for a place in it.",
    });
  if (!verify && to === undefined) return;
  throw new TroupeError("USAGE", "--list, --at and --until go with neither --to nor --verify", {
    hint: "Use --at for a place in a run, --to for a record of one actor.",
  });
}

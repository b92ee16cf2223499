/**
 * `troupe tail`: the records of a log, and those that follow.
 *
 * With `--json`, one JSON value per line (JSON Lines), since there is no last one.
 */
import { Option, type Command } from "commander";
import { z } from "zod";
import { connect } from "../../actors/client.ts";
import type { RecordsOptions } from "../../actors/reads.ts";
import { planKinds } from "../../agents/plan-kinds.ts";
import type { EventLog } from "../../events/log/log.ts";
import { lineOf } from "../actor-view.ts";
import { moment } from "../paper.ts";
import { addCommand, openExisting, type Shell } from "../shell.ts";
import { tameLine } from "../terminal.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  kind: z.string().optional(),
  type: z.string().optional(),
  run: z.string().optional(),
  from: z.string(),
  follow: z.boolean(),
});
type Options = z.infer<typeof Options>;

export function addTail(program: Command, shell: Shell): void {
  addCommand(
    program,
    "tail",
    "Print the records of a log and follow it. With --json: a JSON value per line.",
  )
    .option("--kind <kind>", "only records of actors of this kind, e.g. task")
    .option("--type <type>", "only records of this type; a trailing * matches any rest")
    .option("--run <run>", "only records of this run")
    .addOption(
      new Option("--from <where>", '"start", "end", or a position that --json printed').default(
        "start",
      ),
    )
    .option("--no-follow", "end with the last record that there is now")
    .action((options: unknown) => tail(shell, Options.parse(options)));
}

async function tail(shell: Shell, options: Options): Promise<void> {
  await using log = await openExisting(options.log, { readOnly: true });
  await using client = await connect({ log, kinds: planKinds() });
  for await (const record of client.records(await selection(shell, log, options))) {
    const { address, seq, at, type, state, input } = lineOf(record);
    if (options.json) shell.terminal.out(JSON.stringify(record));
    else {
      const because = input === undefined ? "" : `  (${input})`;
      shell.terminal.out(tameLine(`${moment(at)}  ${address}#${seq}  ${state}  ${type}${because}`));
    }
  }
}

async function selection({ stop }: Shell, log: EventLog, options: Options): Promise<RecordsOptions> {
  const { kind, type, run, from, follow } = options;
  const after = from === "start" ? undefined : from === "end" ? await log.end() : from;
  return {
    live: follow,
    signal: stop,
    ...(kind === undefined ? {} : { kind }),
    ...(type === undefined ? {} : { type }),
    ...(run === undefined ? {} : { root: run }),
    ...(after === undefined ? {} : { after }),
  };
}

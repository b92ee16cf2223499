/** `troupe why ID SEQ`: the chain of causes of a record, or with `--down` what came of it. */
import type { Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { parseAddress } from "../../events/address.ts";
import { isBookkeeping } from "../../replay/bookkeeping.ts";
import { positionIn, readRun, type RunRecords } from "../../events/log/run-records.ts";
import { chainIn } from "../../replay/why-log.ts";
import { consequencesOf } from "../../replay/why.ts";
import { openRun } from "../run-source.ts";
import { addCommand, noSuchRun, wholeNumber, type Shell } from "../shell.ts";
import { chainLines, treeLines } from "../why-text.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  down: z.boolean().default(false),
  depth: z.string().default("8"),
});

export function addWhy(program: Command, shell: Shell): void {
  addCommand(program, "why", "Say what led to a record, across actors, or what came of it.")
    .argument(
      "<id>",
      "a run's id, an address such as task/RUN:TASK, ADDRESS#SEQ, or a file, FILE.jsonl",
    )
    .argument(
      "[seq]",
      "of an actor: the number of its record; of a run: a position (default: the last)",
    )
    .option("--down", "what came of the record, as a tree")
    .option("--depth <n>", "generations that --down lists", "8")
    .action((id: string, seq: string | undefined, options: unknown) =>
      why(shell, { id, seq }, Options.parse(options)),
    );
}

interface Asked {
  readonly id: string;
  readonly seq: string | undefined;
}

async function why(
  shell: Shell,
  asked: Asked,
  { log: url, json, down, depth }: z.infer<typeof Options>,
): Promise<void> {
  const generations = wholeNumber("depth", depth);
  const { id, seq } = split(asked);
  await using source = await openRun(shell, id, { log: url });
  const { log } = source;
  const run = await readRun(log, source.run);
  const position = placeOf(run, { id, seq }, () => noSuchRun(id, log));
  const { terminal } = shell;
  if (down) {
    const tree = consequencesOf(run, position, generations);
    if (json) return terminal.out(JSON.stringify({ run: run.run, position, tree }));
    for (const line of treeLines(tree)) terminal.out(line);
    return;
  }
  const chain = await chainIn(log, run, position);
  if (json) return terminal.out(JSON.stringify({ run: run.run, position, ...chain }));
  for (const line of chainLines(chain)) terminal.out(line);
}

/** `ADDRESS#SEQ` as its parts. */
function split({ id, seq }: Asked): Asked {
  const mark = id.lastIndexOf("#");
  if (mark === -1) return { id, seq };
  if (seq !== undefined)
    throw new TroupeError("USAGE", `"${id}" has a number already, and "${seq}" is another one`, {
      hint: "Say it once: troupe why ADDRESS#SEQ.",
    });
  return { id: id.slice(0, mark), seq: id.slice(mark + 1) };
}

/** Where nobody says: the last step of a machine, since what a host writes behind it explains nothing. */
function placeOf(run: RunRecords, { id, seq }: Asked, missing: () => TroupeError): number {
  const whole = !id.includes("/") || id.endsWith(".jsonl");
  if (!whole) parseAddress(id);
  if (whole && seq !== undefined) return positionIn(run, seq);
  const own = run.records.filter(({ stream }) => whole || stream === id);
  const last = own.findLast((record) => !isBookkeeping(record)) ?? own.at(-1);
  if (last === undefined) throw missing();
  return positionIn(run, seq === undefined ? `${last.stream}#${last.seq}` : `${id}#${seq}`);
}

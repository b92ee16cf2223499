/** `troupe diff A B`: where two runs part. */
import type { Command } from "commander";
import { z } from "zod";
import { compareContexts, type ContextsCompared } from "../../replay/compare-contexts.ts";
import { compareFaults } from "../../replay/diff-faults.ts";
import { diffRuns, type RunDiff } from "../../replay/diff.ts";
import { readRun, type RunRecords } from "../../events/log/run-records.ts";
import { kindsByName, type Kinds } from "../../actors/kind.ts";
import { diffLines } from "../diff-text.ts";
import { kindsWith } from "../load-kinds.ts";
import { openRun } from "../run-source.ts";
import { addCommand, type Shell } from "../shell.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  times: z.boolean().default(false),
  kinds: z.string().optional(),
});
type Options = z.infer<typeof Options>;

export function addDiff(program: Command, shell: Shell): void {
  addCommand(program, "diff", "Say where two runs part. Exit code 1 if they do.")
    .argument("<a>", "a run's id, or a file of one run, FILE.jsonl")
    .argument("<b>", "another one")
    .option("--times", "count times, too, that stand in inputs and outputs")
    .option("--kinds <file>", "a module that exports more machines as `kinds`, to replay both sides")
    .action((a: string, b: string, options: unknown) => diff(shell, [a, b], Options.parse(options)));
}

async function diff(shell: Shell, [a, b]: readonly [string, string], options: Options): Promise<void> {
  const { terminal, exit } = shell;
  shell.letGo?.(); // it only reads
  const runs = [await readFrom(shell, a, options), await readFrom(shell, b, options)] as const;
  const { times, json } = options;
  const found = diffRuns(...runs, { times });
  const kinds = kindsByName(await kindsWith(shell, options.kinds));
  const faults = await compareFaults(kinds, runs);
  const context = await contextAt(kinds, runs, found, options);
  const more = { faults, ...(context !== undefined && { context }) };
  const same = found.partings.length === 0 && faults.alone.every(({ length }) => length === 0);
  if (json) terminal.out(JSON.stringify({ same, ...found, ...more }));
  else {
    const [one, other] = found.runs;
    const names = one === other ? ([a, b] as const) : found.runs;
    for (const line of diffLines({ ...found, runs: names }, more)) terminal.out(line);
  }
  if (!same) exit(1);
}

async function readFrom(shell: Shell, what: string, options: Options): Promise<RunRecords> {
  await using source = await openRun(shell, what, options);
  return await readRun(source.log, source.run);
}

/** Where both sides have a record that differs: what a machine makes of it may tell more than the record. */
async function contextAt(
  kinds: Kinds,
  runs: readonly [RunRecords, RunRecords],
  { first }: RunDiff,
  { times }: Options,
): Promise<ContextsCompared | undefined> {
  const { a, b } = first ?? {};
  if (a === undefined || b === undefined) return undefined;
  return compareContexts(kinds, runs, [a, b], { times });
}

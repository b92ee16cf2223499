/** `troupe coverage KIND`: which states and transitions of a machine the log has never seen. */
import type { Command } from "commander";
import { z } from "zod";
import { kindsByName, type AnyKind } from "../../actors/kind.ts";
import { TroupeError } from "../../errors.ts";
import { scanRuns } from "../../events/log/scan-runs.ts";
import { coverageOf } from "../../replay/coverage.ts";
import { chartOfMachine } from "../chart-machine.ts";
import { mermaidOf } from "../chart-text.ts";
import { coverageLines } from "../coverage-text.ts";
import { kindsWith } from "../load-kinds.ts";
import { addCommand, checkRunId, noSuchRun, openExisting, type Shell } from "../shell.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  all: z.boolean().default(false),
  chart: z.boolean().default(false),
  kinds: z.string().optional(),
});
type Options = z.infer<typeof Options>;

export function addCoverage(program: Command, shell: Shell): void {
  addCommand(program, "coverage", "Say which states and transitions of a machine were never taken.")
    .argument("<kind>", "workflow, task, job, …, or one of --kinds")
    .argument("[run...]", "only these runs (default: the whole log)")
    .option("--all", "list what was taken, too")
    .option("--chart", "draw it on the machine's chart, as Mermaid")
    .option("--kinds <file>", "a module that exports more machines as `kinds`")
    .action((kind: string, runs: readonly string[], options: unknown) =>
      coverage(shell, kind, runs, Options.parse(options)),
    );
}

async function coverage(
  shell: Shell,
  name: string,
  runs: readonly string[],
  { log: url, json, all, chart, kinds: file }: Options,
): Promise<void> {
  for (const run of runs) checkRunId(run);
  const { terminal } = shell;
  const kind = kindIn(await kindsWith(shell, file), name);
  await using log = await openExisting(url, { readOnly: true });
  const found = await coverageOf(
    kind,
    scanRuns(log, runs, (run) => noSuchRun(run, log)),
  );
  const mermaid = chart ? mermaidOf(chartOfMachine(kind.machine, found)) : undefined;
  if (json)
    return terminal.out(JSON.stringify({ ...found, ...(mermaid !== undefined && { mermaid }) }));
  if (mermaid !== undefined) return terminal.out(mermaid.trimEnd());
  for (const line of coverageLines(found, { all, columns: terminal.outColumns })) terminal.out(line);
}

function kindIn(kinds: readonly AnyKind[], name: string): AnyKind {
  const found = kindsByName(kinds).get(name);
  if (found !== undefined) return found;
  const known = kinds.map(({ kind }) => kind).join(", ");
  throw new TroupeError("KIND_UNKNOWN", `there is no kind "${name}" (known: ${known})`, {
    hint: "Name a module that exports it, with --kinds FILE.",
    data: { kind: name },
  });
}

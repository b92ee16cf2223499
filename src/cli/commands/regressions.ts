/** `troupe regressions`: whether the last runs of workflows are worse than those before them. */
import type { Command } from "commander";
import { z } from "zod";
import { regressionsOf } from "../../projections/analytics/questions/evaluations.ts";
import type { Regression } from "../../projections/analytics/regression.ts";
import { TroupeError } from "../../errors.ts";
import { nearest } from "../../events/nearest.ts";
import { ask, type Asked } from "../asked.ts";
import { inked } from "../paper.ts";
import { addCommand, openExisting, printTable, type Shell } from "../shell.ts";
import { tameLine } from "../terminal.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  wait: z.boolean().default(false),
  allVersions: z.boolean().default(false),
  threshold: z.string().default("10"),
});

export function addRegressions(program: Command, shell: Shell): void {
  addCommand(program, "regressions", "Say which workflows have got worse; exit 1 if one has.")
    .argument("[workflow]", "the name of a plan (default: all)")
    .option("--threshold <points>", "how many points, or percentage points, are too many", "10")
    .option("--all-versions", "each version of a plan, not only the one that ran last")
    .option("--wait", "count every record of the log first")
    .action((name: string | undefined, options: unknown) =>
      regressions(shell, name, Options.parse(options)),
    );
}

async function regressions(
  { terminal, exit }: Shell,
  name: string | undefined,
  { log: url, json, wait, allVersions, threshold }: z.infer<typeof Options>,
): Promise<void> {
  const most = pointsIn(threshold);
  await using log = await openExisting(url, { readOnly: true });
  await using asked = await ask(terminal, log, wait);
  const only = name === undefined ? {} : { name };
  const found = await regressionsOf(asked, { ...only, allVersions, threshold: most });
  if (name !== undefined && found.length === 0) throw await unknownWorkflow(asked, name, log.url);
  if (found.some(({ verdict }) => verdict === "regressed")) exit(1);
  const { behindSince } = asked;
  if (json) return terminal.out(JSON.stringify({ regressions: found, behindSince }));
  if (found.length === 0) return terminal.err(`no run is over yet in ${log.url}`);
  printTable(
    terminal,
    ["WORKFLOW", "VERSION", "LAST RUN", "BEFORE", "VERDICT"],
    found.map((one) => [one.name, one.version ?? "", one.run, String(one.baseline), verdictOf(one)]),
  );
  for (const { name: workflow, details } of found)
    for (const { text } of details)
      terminal.out(`${inked({ colour: terminal.outColour }, "red", tameLine(workflow))}: ${text}`);
}

/** A misspelt name must not pass for one that is fine. */
async function unknownWorkflow({ sql }: Asked, name: string, url: string): Promise<TroupeError> {
  const names = (await sql("SELECT DISTINCT name FROM run_workflows")).map((row) =>
    String(row["name"]),
  );
  const near = nearest(name, names);
  return new TroupeError("RUN_NOT_FOUND", `no run of "${name}" is over in ${url}`, {
    hint: near === undefined ? "List the runs with `troupe ls`." : `Did you mean "${near}"?`,
    data: { name },
  });
}

function verdictOf({ verdict }: Regression): string {
  return verdict === "insufficient_data" ? "too few runs before it" : verdict;
}

function pointsIn(text: string): number {
  const points = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (points > 0 && points <= 100) return points;
  throw new TroupeError("USAGE", `--threshold is "${text}", not a number of points up to 100`, {
    hint: "Write --threshold 10 for ten points.",
  });
}

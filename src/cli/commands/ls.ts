/** `troupe ls`: the runs of a log, the latest last. */
import type { Command } from "commander";
import { z } from "zod";
import { hostKinds } from "../../agents/host-kinds.ts";
import { parseAddress, rootOf } from "../../events/address.ts";
import type { EventLog } from "../../events/log/log.ts";
import type { RunView } from "../../projections/runs-view.ts";
import type { Projections } from "../../projections/face.ts";
import { openProjections } from "../../projections/runner.ts";
import { forkLine } from "../fork-standing.ts";
import { telling } from "../known-runs.ts";
import { inked, moment, span, styleOf, table } from "../paper.ts";
import { tameLine } from "../terminal.ts";
import { addCommand, openExisting, wholeNumber, type Shell } from "../shell.ts";

/** So many are shown to people who do not say how many they want. */
const SHOWN = 100;

/** So many runs of other kinds are named. */
const NAMED = 10;

const STUCK = "SELECT key, parked FROM rows_of_runs WHERE parked IS NOT NULL";

const OPEN = "SELECT key FROM rows_of_open_actors";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  last: z.string().optional(),
});

const Listed = z.object({
  run: z.string(),
  name: z.string(),
  status: z.string(),
  open: z.int().transform((open) => open === 1),
  startedAt: z.int(),
  movedAt: z.int(),
  tasks: z.int(),
  ended: z.int(),
  forkOf: z.string().nullable(),
  forkAt: z.int().nullable(),
  cutShort: z.int().transform((cut) => cut === 1),
});
interface Listed extends Omit<z.infer<typeof Listed>, "forkOf" | "forkAt" | "cutShort"> {
  readonly forkOf?: RunView["forkOf"];
}

export function addLs(program: Command, shell: Shell): void {
  addCommand(program, "ls", "List the runs of a log, the latest last.")
    .option("--last <number>", `only so many (default: ${SHOWN}; with --json all)`)
    .action((options: unknown) => list(shell, Options.parse(options)));
}

async function list(
  { terminal }: Shell,
  { log: url, json, last }: z.infer<typeof Options>,
): Promise<void> {
  const most = last === undefined ? (json ? -1 : SHOWN) : wholeNumber("last", last);
  await using log = await openExisting(url, { readOnly: true });
  await using projections = openProjections({ log, ...telling(terminal, log.url) });
  const found = await projections.sql(
    `SELECT ${Object.keys(Listed.shape).join(", ")} FROM runs ORDER BY startedAt DESC, run DESC LIMIT ?`,
    [most],
  );
  const runs = found.map((row) => listedOf(Listed.parse(row))).reverse();
  for (const line of [...(await stuck(projections)), ...(await others(projections))])
    terminal.err(tameLine(line));
  if (json) return terminal.out(JSON.stringify(runs));
  if (runs.length === 0) return terminal.err(tameLine(noneLine(log.url, await rootsIn(log))));
  for (const line of listed(runs, terminal.outColumns, terminal.outColour)) terminal.out(line);
  const [{ n = 0 } = {}] = await projections.sql("SELECT count(*) AS n FROM runs", [], { limit: 0 });
  if (Number(n) > runs.length)
    terminal.err(`the latest ${runs.length} of ${n} runs: --last ${n} shows all`);
}

async function stuck(projections: Pick<Projections, "sql">): Promise<readonly string[]> {
  const found = await projections.sql(STUCK, [], { limit: 0 });
  return found.map(({ key, parked }) => `run "${key}" is shown as it was before this: ${parked}`);
}

/** Runs of kinds that Troupe has not, which have something to do. */
async function others(projections: Pick<Projections, "sql">): Promise<readonly string[]> {
  const open = await projections.sql(OPEN, [], { limit: 0 });
  const ours = new Set<string>(hostKinds().map(({ kind }) => kind));
  const addresses = open.map(({ key }) => parseAddress(String(key)));
  const own = [...new Set(addresses.flatMap(({ kind, root }) => (ours.has(kind) ? [] : [root])))];
  return own.length === 0 ? [] : [othersLine(own)];
}

/** So many runs as are named, at most. */
async function rootsIn(log: EventLog): Promise<readonly string[]> {
  const found = new Set<string>();
  for await (const { stream } of log.scan({ live: false })) {
    found.add(rootOf(stream));
    if (found.size > NAMED) break;
  }
  return [...found];
}

function noneLine(url: string, own: readonly string[]): string {
  return own.length === 0
    ? `no run of a plan in ${url} yet: start one with \`troupe run PLAN\``
    : `no run of a plan in ${url}, but of other kinds: ${namedOf(own)} (\`troupe show RUN\`)`;
}

function namedOf(own: readonly string[]): string {
  return `${own.slice(0, NAMED).join(", ")}${own.length > NAMED ? ", …" : ""}`;
}

function othersLine(own: readonly string[]): string {
  return `open, too, and no runs of plans: ${namedOf(own)} (\`troupe show RUN\`)`;
}

/** With the run that it is a fork of, where it is one. */
function listedOf({ forkOf, forkAt, cutShort, ...run }: z.infer<typeof Listed>): Listed {
  if (forkOf === null || forkAt === null) return run;
  return { ...run, forkOf: { run: forkOf, at: forkAt, ...(cutShort && { cutShort: true as const }) } };
}

function listed(
  runs: readonly Listed[],
  columns: number | undefined,
  colour: boolean,
): readonly string[] {
  const rows = runs.map(({ run, status, ended, tasks, startedAt, open, movedAt, name, forkOf }) => [
    run,
    status,
    `${ended}/${tasks}`,
    moment(startedAt),
    open ? "" : span(movedAt - startedAt),
    forkOf === undefined ? name : `${name}, ${forkLine(forkOf)}`,
  ]);
  const head = ["RUN", "STATE", "TASKS", "STARTED", "TOOK", "PLAN"];
  const [first = "", ...lines] = table(head, rows, columns);
  const shown = lines.map((line, at) => {
    const status = runs[at]?.status ?? "";
    return line.replace(status, inked({ colour }, styleOf(status), status));
  });
  return [inked({ colour }, "dim", first), ...shown];
}

/** `troupe show ID`: one run with its tasks, or one actor with its records and output. */
import type { Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { rootOf } from "../../events/address.ts";
import type { EventLog } from "../../events/log/log.ts";
import { parseBody, placeOf } from "../../events/record.ts";
import type { RunView } from "../../projections/runs-view.ts";
import { timelineOf } from "../../projections/timeline.ts";
import { lineOf, printedIn, starterOf } from "../actor-view.ts";
import { cutShortOf, forkLine } from "../fork-standing.ts";
import { knownRuns } from "../known-runs.ts";
import { word } from "../live-view.ts";
import { otherRun, showOther } from "../other-run.ts";
import { moment, span, table } from "../paper.ts";
import { runJson, runLines } from "../run-report.ts";
import { addCommand, addressOf, noSuchRun, openExisting, type Shell } from "../shell.ts";
import { asks } from "../standing.ts";
import { tame, tameLine, type Terminal } from "../terminal.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  timeline: z.boolean().default(false),
});

export function addShow(program: Command, shell: Shell): void {
  addCommand(program, "show", "Show a run with its tasks, or an actor with its records and output.")
    .argument("<id>", "a run's id, or an address such as task/RUN:TASK")
    .option("--timeline", "what happened in a run, in order")
    .action((id: string, options: unknown) => show(shell, id, Options.parse(options)));
}

async function show(
  shell: Shell,
  id: string,
  { log: url, json, timeline }: z.infer<typeof Options>,
): Promise<void> {
  const address = addressOf(id);
  if (timeline && id.includes("/"))
    throw new TroupeError("USAGE", `"${id}" is an actor, and only runs have a timeline`, {
      hint: `Ask for its run: \`troupe show ${rootOf(id)} --timeline\`.`,
    });
  await using log = await openExisting(url, { readOnly: true });
  if (id.includes("/")) return await showActor(shell, log, address, json);
  const { terminal } = shell;
  const view = (await knownRuns(terminal, log, id)).get(id);
  if (view === undefined) return await showOtherRun(shell, log, id, json);
  if (timeline) return showTimeline(shell, view, json);
  if (json) return terminal.out(JSON.stringify(runJson(view, log.url)));
  showRun(terminal, view);
}

/** Of another program's kinds; of those nothing is known but their records. */
async function showOtherRun(shell: Shell, log: EventLog, id: string, json: boolean): Promise<void> {
  const found = await otherRun(log, id);
  if (found === undefined) throw noSuchRun(id, log);
  if (json) shell.terminal.out(JSON.stringify({ ...found, log: log.url }));
  else showOther(shell, found);
}

function showRun(terminal: Terminal, view: RunView): void {
  const rows = view.tasks.map((task) => [
    task.id,
    task.status,
    task.restarts === 0 ? String(task.attempts) : `${task.attempts}+${task.restarts}`,
    task.durationMs === undefined ? "" : span(task.durationMs),
    word(task, view.movedAt),
  ]);
  terminal.out(runLines(view, { colour: false })[0] ?? "");
  const started = `started ${moment(view.startedAt)}, ${view.records} records`;
  terminal.out(tameLine(`${started}, artifacts in ${view.artifacts}`));
  const { forkOf } = view;
  if (forkOf !== undefined) terminal.out(tameLine(forkLine(forkOf)));
  const { hint } = cutShortOf(view) ?? {};
  if (hint !== undefined) terminal.out(tameLine(hint));
  terminal.out("");
  const head = ["TASK", "STATE", "TRIES", "TOOK", "WHAT"];
  for (const line of table(head, rows, terminal.outColumns)) terminal.out(line);
  for (const line of asks(view)) terminal.out(`\n${tameLine(line)}`);
  if (view.tasks.some(({ restarts }) => restarts > 0))
    terminal.out("\n1+1: one attempt, started again once after a crash or a stop of its host");
}

function showTimeline({ terminal }: Shell, view: RunView, json: boolean): void {
  const entries = timelineOf(view);
  if (json) return terminal.out(JSON.stringify({ run: view.run, timeline: entries }));
  const rows = entries.map(({ at, task = "", attempt, agent = "", what, detail }) => {
    return [stamp(at), what, task, attempt === undefined ? "" : String(attempt), agent, detail];
  });
  const head = ["AT", "WHAT", "TASK", "TRY", "AGENT", "DETAIL"];
  for (const line of table(head, rows, terminal.outColumns)) terminal.out(line);
}

/** To the millisecond: what follows what is the point of it. */
function stamp(at: number): string {
  return new Date(at).toISOString().replace("T", " ");
}

async function showActor(
  { terminal }: Shell,
  log: EventLog,
  address: string,
  json: boolean,
): Promise<void> {
  const records = (await Array.fromAsync(log.read(address))).map((record) => ({
    ...record,
    body: parseBody(record.body, placeOf(record)),
  }));
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) throw noSuchRun(address, log);
  const starter = starterOf(first);
  const lines = records.map(lineOf);
  const printed = records.flatMap(printedIn);
  const { state, output, status } = last.body;
  if (json) {
    const actor = { address, seq: last.seq, status, state, records: lines, commands: printed };
    const more = { ...(starter && { starter }), ...(output === undefined ? {} : { output }) };
    return terminal.out(JSON.stringify({ ...actor, ...more }));
  }
  terminal.out(tameLine(`${address}: ${lines.at(-1)?.state}, ${last.seq} records`));
  if (starter !== undefined) {
    const whose = starter.parent ? "as its child" : "as nobody's child";
    terminal.out(tameLine(`started by record ${starter.seq} of ${starter.address}, ${whose}`));
  }
  terminal.out("");
  const rows = lines.map(({ seq, at, type, input, state: after, handled }) => [
    String(seq),
    moment(at),
    after,
    handled ? type : `${type} (not handled)`,
    input ?? "",
  ]);
  const head = ["SEQ", "AT", "STATE", "RECORD", "INPUT"];
  for (const line of table(head, rows, terminal.outColumns)) terminal.out(line);
  printed.forEach(({ what, stdout, stderr, exitCode }, at) => {
    terminal.out("");
    const end = exitCode === undefined ? "did not end by itself" : `exit code ${exitCode}`;
    terminal.out(tameLine(`${at + 1}. ${what}: ${end}`));
    for (const [name, text] of [
      ["stdout", stdout],
      ["stderr", stderr],
    ] as const)
      if (text !== "") terminal.out(`--- ${name}\n${tame(text).trimEnd()}`);
  });
}

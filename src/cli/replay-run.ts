/** A whole run, replayed: listed, looked at in one place, searched, or stepped through. */
import type { LoadEnv } from "../actors/load.ts";
import { TroupeError } from "../errors.ts";
import { runErased } from "../events/log/erased.ts";
import type { EventLog } from "../events/log/log.ts";
import { parseCondition, type Condition } from "../replay/condition.ts";
import type { Fault } from "../replay/moment.ts";
import { readRun, type RunRecords } from "../events/log/run-records.ts";
import { openTimeline, type Timeline } from "../replay/timeline.ts";
import { count } from "./paper.ts";
import { browse } from "./replay-browse.ts";
import {
  printMoment,
  printMomentAsJson,
  printRun,
  printRunAsJson,
  type MomentManner,
} from "./replay-list.ts";
import { faultLines, type Manner } from "./replay-text.ts";
import { noSuchRun, type Shell } from "./shell.ts";
import type { Terminal } from "./terminal.ts";

export interface RunAsked {
  readonly json: boolean;
  readonly list: boolean;
  readonly at?: string | undefined;
  readonly until?: string | undefined;
  /** Whether a moment shows the whole context of its actor. */
  readonly context: boolean;
}

export async function replayWhole(
  shell: Shell,
  env: LoadEnv,
  run: string,
  asked: RunAsked,
): Promise<void> {
  const { terminal, screen, stop } = shell;
  const { json, list, at, until, context } = asked;
  const condition = conditionIn(until); // a mistake is said at once
  const { records, timeline } = await openRun(terminal, env, run);
  const manner = mannerOf(terminal, records);
  if (at !== undefined || condition !== undefined) {
    const place = await placeOf(timeline, at, condition);
    return showMoment(terminal, timeline, place, { ...manner, json, context });
  }
  if (json) return printRunAsJson(terminal, timeline);
  if (list || screen === undefined) {
    sayFaults(terminal, timeline);
    return printRun(terminal, records, manner);
  }
  await browse(timeline, screen, { stop, start: manner.start });
  if (stop.aborted) shell.exit(1); // nobody has said that this is enough
}

function conditionIn(until: string | undefined): Condition | undefined {
  return until === undefined ? undefined : parseCondition(until);
}

function mannerOf({ outColour: colour }: Terminal, { records }: RunRecords): Manner {
  return { colour, start: records[0]?.at ?? 0 };
}

async function showMoment(
  terminal: Terminal,
  timeline: Timeline,
  position: number,
  { json, ...manner }: MomentManner & { readonly json: boolean },
): Promise<void> {
  const moment = await timeline.moment(position);
  if (json) return printMomentAsJson(terminal, timeline, moment);
  sayFaults(terminal, timeline);
  return printMoment(terminal, timeline, moment, manner);
}

/** The position that was asked for, or the first from there on that meets the condition. */
async function placeOf(
  timeline: Timeline,
  at: string | undefined,
  condition: Condition | undefined,
): Promise<number> {
  const from = at === undefined ? 1 : timeline.positionOf(at);
  if (condition === undefined) return from;
  const { position, unanswered } = await timeline.find(condition, { from: from - 1 });
  if (position !== undefined) return position;
  const where = at === undefined ? "" : ` from position ${from} on`;
  const why =
    unanswered === undefined
      ? ""
      : `; ${count(unanswered.records, "record")} could not be asked: ${unanswered.why}`;
  const { run } = timeline;
  const message = `no record of run "${run}"${where} meets "${condition.text}"${why}`;
  throw new TroupeError("POSITION_UNKNOWN", message, {
    hint: hintFor(condition.text),
    data: { run, until: condition.text, from },
  });
}

/** `context.paid` is a type; the question is another. */
function hintFor(text: string): string {
  return /^(context|event|state)\.[\w.]+$/.test(text)
    ? `A word is a record's type; for a question, compare: --until '${text} == true'.`
    : "List the records with `troupe replay RUN --list`.";
}

/** How long replaying stays unmentioned, and how often it is mentioned then. */
const PATIENCE_MS = 2_000;

async function openRun(
  terminal: Terminal,
  env: LoadEnv,
  run: string,
): Promise<{ readonly records: RunRecords; readonly timeline: Timeline }> {
  const records = await recordsOf(env.log, run);
  let said = performance.now();
  const timeline = await openTimeline(env, records, {
    progress(done) {
      if (performance.now() - said < PATIENCE_MS) return;
      said = performance.now();
      terminal.err(`replaying ${run}: ${done} of ${records.records.length} records so far`);
    },
  });
  if (timeline.faults.length > 0 && timeline.faults.every(({ code }) => code === "RUN_ERASED"))
    throw runErased(run);
  return { records, timeline };
}

async function recordsOf(log: EventLog, run: string): Promise<RunRecords> {
  try {
    return await readRun(log, run);
  } catch (error) {
    if (!TroupeError.is(error, "RUN_NOT_FOUND")) throw error;
    throw noSuchRun(run, log);
  }
}

function sayFaults(terminal: Terminal, { faults }: Timeline): void {
  for (const fault of faults) {
    const known = fault.code === "KIND_UNKNOWN" ? ofAnotherProgram(fault) : fault;
    for (const line of faultLines(known, { colour: terminal.colour })) terminal.err(line);
  }
}

/** Its machine is in the program that embeds Troupe, not in this command. */
function ofAnotherProgram(fault: Fault): Fault {
  return {
    ...fault,
    message: `"${fault.address}" is only shown as it was recorded: ${fault.message}`,
    hint: "Name a module that exports its kind, with --kinds FILE.",
  };
}

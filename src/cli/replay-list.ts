/** Whole runs as `troupe replay` prints them where nobody steps through them. */
import { causeOf } from "../replay/cause.ts";
import type { Moment } from "../replay/moment.ts";
import { bodyIn, readable } from "../replay/record-seen.ts";
import type { RunRecords } from "../events/log/run-records.ts";
import type { Timeline } from "../replay/timeline.ts";
import { count, inked, table } from "./paper.ts";
import {
  actorLines,
  causeText,
  openLines,
  recordLines,
  stateText,
  timeText,
  type Manner,
} from "./replay-text.ts";
import { printTable } from "./shell.ts";
import type { Terminal } from "./terminal.ts";

const HEAD = ["POSITION", "TIME", "ACTOR", "SEQ", "STATE", "RECORD", "CAUSE"];

/** One line a record. */
export function printRun(terminal: Terminal, { records }: RunRecords, manner: Manner): void {
  const rows = records.map((record, index) => [
    String(index + 1),
    timeText(record.at, manner),
    record.stream,
    String(record.seq),
    stateText(bodyIn(record)),
    record.type,
    causeText(causeOf(record, readable(record))),
  ]);
  printTable(terminal, HEAD, rows);
}

/** So many records are written at once. */
const PIECE = 500;

/** All of it as one JSON value, piece by piece: a long run is longer than a text may be. */
export async function printRunAsJson(terminal: Terminal, timeline: Timeline): Promise<void> {
  const { run, length, faults } = timeline;
  const head = `{"run":${JSON.stringify(run)},"length":${length},"faults":${JSON.stringify(faults)},"records":[`;
  let piece: string[] = [];
  let said = head;
  for await (const record of timeline.records()) {
    piece.push(JSON.stringify(record));
    if (piece.length < PIECE) continue;
    terminal.bytes(Buffer.from(`${said}${piece.join(",\n")}`));
    [piece, said] = [[], ",\n"];
  }
  const rest = piece.length === 0 && said !== head ? "" : `${said}${piece.join(",\n")}`;
  terminal.out(`${rest}]}`);
}

export interface MomentManner extends Manner {
  /** Whether the context of the record's actor is shown whole, not only what changed in it. */
  readonly context: boolean;
}

/** A moment: its record with what it changed, and all actors with what is open. */
export async function printMoment(
  terminal: Terminal,
  timeline: Timeline,
  moment: Moment,
  manner: MomentManner,
): Promise<void> {
  const { run, position, length, record } = moment;
  terminal.out(inked(manner, "dim", `run ${run}, position ${position} of ${length}`));
  for (const line of recordLines(record, manner)) terminal.out(line);
  terminal.out("");
  if (manner.context) {
    for (const line of actorLines(await timeline.actor(record.address, position), manner))
      terminal.out(line);
    terminal.out("");
  }
  terminal.out(inked(manner, "dim", count(moment.actors.length, "actor")));
  const rows = moment.actors.map((actor) => [actor.address, String(actor.seq), stateText(actor)]);
  for (const [index, line] of table(["ACTOR", "SEQ", "STATE"], rows, terminal.outColumns).entries()) {
    terminal.out(line);
    const actor = moment.actors[index - 1];
    if (actor === undefined || actor.owes === 0) continue;
    const { open } = await timeline.actor(actor.address, position);
    for (const one of open === null ? [] : openLines(open, manner)) terminal.out(`    ${one}`);
  }
}

/** The same as one JSON value: all actors whole. */
export async function printMomentAsJson(
  terminal: Terminal,
  timeline: Timeline,
  moment: Moment,
): Promise<void> {
  const { actors, ...rest } = moment;
  const whole = [];
  for (const { address } of actors) whole.push(await timeline.actor(address, moment.position));
  terminal.out(JSON.stringify({ ...rest, actors: whole }));
}

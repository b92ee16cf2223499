/**
 * A moment of a run as lines that fit a screen: what the run is, its actors, and the record or an
 * actor's context. Pure.
 *
 * - No line is wider than the screen, and there are no more than it has; what does not fit says so.
 */
import type { ActorSeen, ActorWhole, Moment } from "../replay/moment.ts";
import { fit, inked, width, type Ink } from "./paper.ts";
import { HELP, type Looking } from "./replay-keys.ts";
import { actorLines, recordLines, stateText, timeText, type Manner } from "./replay-text.ts";
import { tameLine } from "./terminal.ts";

export interface Size extends Ink {
  readonly columns: number;
  readonly rows: number;
}

export interface Shown {
  readonly moment: Moment;
  readonly looking: Looking;
  /** The actor that was chosen, at this moment; undefined where none is, or it does not exist then. */
  readonly chosen: ActorWhole | undefined;
  /** Epoch ms. */
  readonly start: number;
  /** How many actors cannot be replayed to their end. */
  readonly faults: number;
}

/** Lines of the panel that have to be there, so that it says anything. */
const LEAST_PANEL = 3;

export function replayView(shown: Shown, size: Size): readonly string[] {
  const { looking } = shown;
  const { colour, columns, rows } = size;
  const manner: Manner = { colour, start: shown.start };
  const foot = footOf(looking, size);
  const room = Math.max(0, rows - 2); // head and foot
  const most = Math.max(1, Math.min(Math.floor(room / 3), room - 1 - LEAST_PANEL));
  const list = looking.help || room < 1 + LEAST_PANEL ? [] : actorsOf(shown, most, size);
  const ruled = list.length > 0 ? [inked(size, "dim", "─".repeat(columns))] : [];
  const panel = panelOf(panelLines(shown, manner), looking.scroll, room - list.length - ruled.length);
  const all = [headOf(shown, manner), ...list, ...ruled, ...panel];
  const body = [...all, ...Array.from({ length: Math.max(0, rows - 1 - all.length) }, () => "")];
  return [...body.slice(0, Math.max(0, rows - 1)), foot]
    .slice(-rows)
    .map((line) => fitInked(line, columns));
}

function headOf({ moment, looking, faults }: Shown, manner: Manner): string {
  const { run, position, length, record } = moment;
  const only = looking.only === undefined ? "" : `  only ${looking.only}`;
  const broken = faults === 0 ? "" : `  ${faults} not replayed to the end`;
  const place = `${run}  ${position}/${length}  ${timeText(record.at, manner)}`;
  return `${inked(manner, "bold", tameLine(place))}${inked(manner, "yellow", tameLine(`${only}${broken}`))}`;
}

function footOf({ typing, said }: Looking, ink: Ink): string {
  if (typing !== undefined) return `${typing.sign}${tameLine(`${typing.text}▏`)}`;
  if (said !== undefined) return inked(ink, "yellow", tameLine(said));
  return inked(
    ink,
    "dim",
    "← → step   / search   c cause   a one actor   ↑ ↓ contexts   h help   q quit",
  );
}

function panelLines({ moment, looking, chosen }: Shown, manner: Manner): readonly string[] {
  if (looking.help)
    return HELP.map(([keys, what]) => `${inked(manner, "bold", keys.padEnd(11))}${what}`);
  if (looking.chosen === undefined) return recordLines(moment.record, manner);
  if (chosen !== undefined) return actorLines(chosen, manner);
  return [`${tameLine(looking.chosen)} does not exist yet`];
}

/** As many lines as there is room for; what is left out above and below says so. */
function panelOf(lines: readonly string[], scroll: number, room: number): readonly string[] {
  if (room <= 0) return [];
  const from = Math.min(scroll, Math.max(0, lines.length - room));
  const shown = lines.slice(from, from + room);
  const below = lines.length - from - shown.length;
  if (below > 0 && shown.length > 1) shown[shown.length - 1] = `… ${below + 1} more lines (j)`;
  if (from > 0 && shown.length > 2) shown[0] = `… ${from + 1} lines above (k)`;
  return shown;
}

/** The actors around the one that matters, as many as there is room for. */
function actorsOf({ moment, looking }: Shown, room: number, ink: Ink): readonly string[] {
  const { actors, record } = moment;
  const matters = looking.chosen ?? record.address;
  const at = Math.max(
    0,
    actors.findIndex(({ address }) => address === matters),
  );
  const from = Math.min(Math.max(0, at - Math.floor(room / 2)), Math.max(0, actors.length - room));
  const shown = actors.slice(from, from + room);
  const names = Math.min(40, Math.max(...shown.map(({ address }) => width(address))));
  return shown.map((actor, index) => {
    const hidden = hiddenBy(index, { from, shown: shown.length, all: actors.length });
    return `${actorLine(actor, { moment, looking, names, ink })}${inked(ink, "dim", hidden)}`;
  });
}

/** What the first and the last line that is shown say of those that are not. */
function hiddenBy(
  index: number,
  { from, shown, all }: { readonly from: number; readonly shown: number; readonly all: number },
): string {
  const above = index === 0 && from > 0 ? [`${from} above`] : [];
  const below = index === shown - 1 && from + shown < all ? [`${all - from - shown} below`] : [];
  const hidden = [...above, ...below];
  return hidden.length === 0 ? "" : `  … ${hidden.join(", ")}`;
}

function actorLine(
  actor: ActorSeen,
  {
    moment: { record },
    looking,
    names,
    ink,
  }: {
    readonly moment: Moment;
    readonly looking: Looking;
    readonly names: number;
    readonly ink: Ink;
  },
): string {
  const moved = actor.address === record.address;
  const mark = actor.address === looking.chosen ? "❯" : moved ? "●" : " ";
  const name = fit(tameLine(actor.address), names);
  const padded = name + " ".repeat(Math.max(0, names - width(name)));
  const owes = actor.owes === 0 ? "" : `, ${actor.owes} open`;
  const text = `${mark} ${padded}  ${tameLine(stateText(actor))}  #${actor.seq}${owes}`;
  return moved ? inked(ink, "bold", text) : text;
}

// oxlint-disable-next-line no-control-regex -- that is what a colour begins with
const COLOUR = /(\u001b\[[0-9;]*m)/;

/** So many characters a letter may be made of. */
const LONGEST_LETTER = 16;

/** A text with colours in it, cut to so many columns. */
function fitInked(text: string, columns: number): string {
  const parts = text.split(COLOUR);
  let left = columns;
  const kept = parts.map((part, index) => {
    if (index % 2 === 1) return part;
    const near = part.slice(0, columns * LONGEST_LETTER); // to measure all of a long line takes long
    const cut = left <= 0 ? "" : fit(near, left);
    left -= width(near);
    return cut;
  });
  return kept.join("");
}

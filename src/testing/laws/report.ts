/** A broken law as text: what is wrong, the history that shows it, and how to see it again. */
import { valueOf } from "../../actors/fold.ts";
import { parseOutside } from "../../actors/kind.ts";
import { openIn, type Move } from "../walk/move.ts";
import type { Moved, Place } from "../walk/place.ts";
import type { Stage } from "../walk/stage.ts";
import { stopsOf, type Stop, type Walk } from "../walk/walks.ts";
import { messageOf, type Kept } from "./keep.ts";

/** What is wrong with a walk. */
export interface Broken {
  /** One sentence in lower case, without its end. */
  readonly what: string;
  /** Path of what differs, in the state: `context.total`. */
  readonly at?: string;
  readonly hint: string;
  /** What more there is to say, a line each. */
  readonly details?: readonly string[];
  /** The command that shows it in its log, up to `--log`; beside `troupe replay`, which shows how it came about. */
  readonly command?: string;
}

/** Characters of a value that are shown. */
const SHOWN = 160;

export function told(
  law: string,
  { kind, ...stage }: Stage,
  {
    walk,
    broken: { what, at, hint, details = [], command },
    again,
    kept,
  }: {
    readonly walk: Walk;
    readonly broken: Broken;
    readonly again: Readonly<Record<string, unknown>>;
    readonly kept: Kept;
  },
): string {
  const history = historyOf({ kind, ...stage }, walk);
  const isRefused = history.at(-1)?.trimStart().startsWith("-") === true;
  const lines = [
    `${law} does not hold for kind "${kind.kind}": ${what}`,
    ...(at === undefined ? [] : [`  where:  ${at}`]),
    `  hint:   ${hint}`,
    ...details.map((line) => `  ${line}`),
    "",
    "  history:",
    ...history.map((line) => `    ${line}`),
    "",
    `  again:  ${law} of the same subject with ${optionsText(again)}`,
    ...keptLines(kept, command),
    ...(isRefused ? ["          no record stands for the last move: it was refused"] : []),
  ];
  return lines.join("\n");
}

export function optionsText(options: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(options).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `{ ${fields.join(", ")} }`;
}

export function keptLines({ file, short }: Kept, command?: string): readonly string[] {
  if (file === undefined) return [`  log:    none can be written: ${short}`];
  const lines = [
    `  log:    ${file}`,
    `          troupe replay ${file} --kinds YOUR-KINDS.ts`,
    ...(command === undefined
      ? []
      : [`          ${command} --log jsonl:${file} --kinds YOUR-KINDS.ts`]),
  ];
  return short === undefined ? lines : [...lines, `          it ends before the last move: ${short}`];
}

/** The moves of a walk, each with the state that it led to. */
export function historyOf(stage: Stage, walk: Walk): readonly string[] {
  const lines: string[] = [];
  try {
    for (const stop of stopsOf(stage, walk)) lines.push(lineOf(stage, walk, stop));
  } catch (error) {
    lines.push(messageOf(error));
  }
  const width = Math.max(...lines.map((line) => line.indexOf("→")));
  return lines.map((line) => {
    const mark = line.indexOf("→");
    return mark === -1 ? line : `${line.slice(0, mark).padEnd(width)}${line.slice(mark)}`;
  });
}

function lineOf(stage: Stage, { input }: Walk, { move, before, moved }: Stop): string {
  const seq = moved.outcome === "recorded" ? String(moved.place?.fold.seq ?? "") : "-";
  const start = input === undefined ? "start" : `start ${shown(input)}`;
  const what = move === undefined ? start : moveText(stage, move, before);
  return `${seq.padStart(2)}  ${what} → ${outcomeText(moved)}`;
}

function moveText(stage: Stage, move: Move, before: Place | undefined): string {
  const text = sayOf(stage, move, before).replaceAll("→", ">");
  return move.waitMs === undefined ? text : `${text} after ${move.waitMs} ms`;
}

function sayOf({ kind }: Stage, move: Move, before: Place | undefined): string {
  switch (move.does) {
    case "send": {
      const { type, ...rest } = parseOutside(kind, move.event);
      return Object.keys(rest).length === 0 ? type : `${type} ${shown(rest)}`;
    }
    case "hear":
      return `hears ${shown(move.event)}`;
    case "fire":
      return `timer ${move.timer}`;
    case "end": {
      const open = before && openIn(before).find(({ address }) => address === move.child);
      return endText(open?.src ?? move.child, move.answer);
    }
  }
}

function endText(src: string, answer: Extract<Move, { does: "end" }>["answer"]): string {
  if ("error" in answer) return `${src} fails: ${answer.error.message}`;
  return `${src} is done${answer.output === undefined ? "" : `: ${shown(answer.output)}`}`;
}

/** What came of a move: a state, or why there is none. */
export function outcomeText({ outcome, place, error }: Moved): string {
  if (outcome === "failed") return `cannot be recorded: ${messageOf(error)}`;
  if (outcome === "refused") return "refused";
  if (place === undefined) return "nothing";
  const { status, error: thrown } = place.fold.state.snapshot;
  const state = stateText(place);
  if (status === "error") return `error: ${messageOf(thrown)}`;
  return status === "active" ? state : `${state} (${status})`;
}

/** A state value as text: `paying`, or `{"a":"b"}` where it has parts. */
export function stateText({ fold: { state } }: Place): string {
  const value = valueOf(state);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A value on one line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}

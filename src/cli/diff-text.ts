/** The difference of two runs as lines of text. Pure. */
import type { ContextsCompared } from "../replay/compare-contexts.ts";
import type { Difference } from "../replay/diff-values.ts";
import type { Parting, RunDiff, Side } from "../replay/diff.ts";
import type { DiffFaults } from "../replay/diff-faults.ts";
import type { Fault } from "../replay/moment.ts";
import { stateText } from "./chart-labels.ts";
import { count, table } from "./paper.ts";
import { tameLine } from "./terminal.ts";

/** Most characters of a value that are shown. */
const SHOWN = 200;

/** What replaying both sides says. */
export interface ReplayedSides {
  readonly faults: DiffFaults;
  readonly context?: ContextsCompared;
}

export function diffLines(found: RunDiff, { faults, context }: ReplayedSides): readonly string[] {
  const { runs, shared, first, partings } = found;
  const [a, b] = runs;
  const wrong = faultLines(faults, runs);
  if (first === undefined && wrong.length > 0)
    return [`${a} and ${b} have the same ${count(shared, "record")}, but not all replay:`, ...wrong];
  if (first === undefined) return [`${a} and ${b} are the same: ${count(shared, "record")}`];
  return [
    `${a} and ${b} share ${count(shared, "record")}, and part at ${first.actor}:`,
    ...sidesOf(first, runs),
    ...first.differences.flatMap(differenceLines),
    ...(first.unreadable === undefined ? [] : [`  cannot be compared: ${tameLine(first.unreadable)}`]),
    ...contextLines(context),
    "",
    ...actorsTable(partings, runs),
    ...(wrong.length === 0 ? [] : ["", ...wrong]),
  ].map((line) => line.trimEnd());
}

function sidesOf({ a, b }: Parting, runs: RunDiff["runs"]): readonly string[] {
  return [
    `- ${runs[0]}  ${a === undefined ? "nothing more" : sideText(a)}`,
    `+ ${runs[1]}  ${b === undefined ? "nothing more" : sideText(b)}`,
  ];
}

function sideText({ position, address, seq, type, state }: Side): string {
  const is = state === null ? "" : stateText(state);
  return tameLine(`${position}  ${address}#${seq}  ${type}  ${is}`);
}

function differenceLines({ path, a, b }: Difference): readonly string[] {
  return [`  ${tameLine(path)}`, `    - ${shown(a)}`, `    + ${shown(b)}`];
}

function contextLines(context: ContextsCompared | undefined): readonly string[] {
  if (context === undefined) return [];
  if ("unknown" in context) return [`  (contexts were not compared: ${tameLine(context.unknown)})`];
  return context.differences.flatMap(differenceLines);
}

/** Records that do not lead to what they say: of one run, of the other, of both. */
function faultLines({ alone, both }: DiffFaults, runs: RunDiff["runs"]): readonly string[] {
  const lines = (sign: string, run: string, faults: readonly Fault[]): readonly string[] =>
    faults.map(({ position, code, message }) =>
      tameLine(`${sign} ${run}  ${position}  ${code}: ${message}`),
    );
  return [
    ...lines("-", runs[0], alone[0]),
    ...lines("+", runs[1], alone[1]),
    ...lines("=", "both", both),
  ];
}

function actorsTable(partings: readonly Parting[], runs: RunDiff["runs"]): readonly string[] {
  const rows = partings.map(({ actor, shared, a, b }) => [
    actor,
    String(shared),
    a === undefined ? "-" : `${a.position} #${a.seq} ${a.type}`,
    b === undefined ? "-" : `${b.position} #${b.seq} ${b.type}`,
  ]);
  return table(["ACTOR", "SAME", `IN ${runs[0]}`, `IN ${runs[1]}`], rows);
}

function shown(value: unknown): string {
  if (value === undefined) return "(nothing)";
  const text = tameLine(JSON.stringify(value));
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

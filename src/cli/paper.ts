/**
 * How things look as text: times, spans, states, tables. Pure.
 */
import { span } from "../projections/span.ts";
import { tameLine } from "./terminal.ts";

export interface Ink {
  readonly colour: boolean;
}

const CODES = { dim: 2, bold: 1, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;

/** A text in a colour, where there are colours. */
export function inked(ink: Ink, style: keyof typeof CODES, text: string): string {
  return ink.colour ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
}

/** What a state looks like. */
export function styleOf(state: string): keyof typeof CODES {
  switch (state) {
    case "COMPLETED":
      return "green";
    case "FAILED":
    case "ERROR":
      return "red";
    case "RUNNING":
      return "cyan";
    case "WAITING":
    case "CANCELLED":
    case "STOPPED":
      return "yellow";
    default:
      return "dim";
  }
}

export { span };

/** A length, or `-` where it is not known. */
export function maybeSpan(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? "-" : span(ms);
}

/** A moment in UTC, to the second. */
export function moment(at: number): string {
  return new Date(at)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
}

/** Rows with their columns in line; a header above. The last column takes what is left of a line. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns = Number.POSITIVE_INFINITY,
): readonly string[] {
  const tamed = [head, ...rows].map((row) => row.map(tameLine));
  const widths = head.map((_, at) =>
    tamed.reduce((most, row) => Math.max(most, width(row[at] ?? "")), 0),
  );
  return tamed.map((row) => {
    const cells = row.map(
      (cell, at) => cell + " ".repeat(at === head.length - 1 ? 0 : (widths[at] ?? 0) - width(cell)),
    );
    return fit(cells.join("  ").trimEnd(), columns);
  });
}

/** `93.3 %` of a share from 0 to 1; nothing of null. */
export function percent(share: number | null): string {
  return share === null ? "" : `${(100 * share).toFixed(1)} %`;
}

/** `1 run`, `2 runs`. */
export function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}

/** A text cut to so many columns. */
export function fit(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let cut = "";
  for (const { segment } of SEGMENTS.segment(text)) {
    if (width(cut) + width(segment) > columns - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}

const SEGMENTS = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const PLAIN = /^[\x20-\x7e]*$/;
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/u;

/** How many columns a text takes. */
export function width(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of SEGMENTS.segment(text)) columns += WIDE.test(segment) ? 2 : 1;
  return columns;
}

/** The same with `-` of what is not known, for tables and facts. */
export function maybePercent(share: number | null | undefined): string {
  return share === null || share === undefined ? "-" : percent(share);
}

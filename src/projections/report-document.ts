/**
 * A report as a document: one description of it, shown as Markdown for people and as JSON for
 * programs, so that both say the same.
 *
 * - What a run says of itself moves no bar of a table and opens no link: it is escaped.
 */
import type { Json, JsonObject } from "../events/json.ts";
import { span } from "./span.ts";

/** A value with a label; of JSON its key is the label in camel case. */
export interface Field {
  readonly label: string;
  readonly key: string;
  readonly value: Json;
  /** For people. Default: the value. */
  readonly text: string;
}

/** A value of a table; where a text is given, people read that. */
export type Cell = string | number | null | { readonly value: Json; readonly text: string };

export interface Section {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Report {
  readonly title: string;
  readonly fields: readonly (Field | undefined)[];
  readonly sections: readonly Section[];
}

/** A field whose value is known; without one it is left out. */
export function field(label: string, value: Json | undefined, text?: string): Field | undefined {
  if (value === undefined) return undefined;
  return { label, key: keyOf(label), value, text: text ?? words(value) };
}

/** A length of time; its key ends in `Ms`. */
export function duration(label: string, ms: number | undefined): Field | undefined {
  const made = field(label, ms, ms === undefined ? "" : span(ms));
  return made && { ...made, key: `${made.key}Ms` };
}

/** A moment as ISO 8601, in UTC. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}

/** `66.7%`, from a share of 1. */
export function percentage(label: string, share: number | undefined): Field | undefined {
  if (share === undefined) return undefined;
  const rounded = Math.round(share * 1_000) / 10;
  return field(label, rounded, `${rounded}%`);
}

/** The document as Markdown. */
export function markdown({ title, fields, sections }: Report): string {
  const lines = fields.flatMap((one) =>
    one === undefined ? [] : [`- **${escaped(one.label)}**: ${escaped(one.text)}`],
  );
  const tables = sections.map(({ title: heading, columns, rows }) => {
    const body = rows.map((cells) => row(cells.map(textOf)));
    return [`## ${escaped(heading)}`, "", row(columns), row(columns.map(() => "---")), ...body];
  });
  return [[`# ${escaped(title)}`, "", ...lines], ...tables]
    .map((part) => `${part.join("\n")}\n`)
    .join("\n");
}

/** The document as JSON: its fields, and each section as a list under its title. */
export function json({ title, fields, sections }: Report): JsonObject {
  const known = fields.flatMap((one) => (one === undefined ? [] : [[one.key, one.value] as const]));
  const lists = sections.map(({ title: heading, columns, rows }) => {
    const keys = columns.map(keyOf);
    const items = rows.map((cells) =>
      Object.fromEntries(cells.map((cell, at) => [keys[at] ?? "", valueOf(cell)])),
    );
    return [keyOf(heading), items] as const;
  });
  return { title, ...Object.fromEntries(known), ...Object.fromEntries(lists) };
}

/** `Total Execution Time` is totalExecutionTime. */
function keyOf(label: string): string {
  const [first = "", ...rest] = label.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function valueOf(cell: Cell): Json {
  return typeof cell === "object" && cell !== null ? cell.value : cell;
}

function textOf(cell: Cell): string {
  if (cell === null) return "";
  return escaped(typeof cell === "object" ? cell.text : String(cell));
}

function words(value: Json): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(words).join(", ");
  return value === null ? "" : JSON.stringify(value);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** A text that Markdown shows as it is, on one line. A `_` within a word needs nothing. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replaceAll(/[\\`*[\]<>|#&~!]/g, String.raw`\$&`)
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\_`)
    .trim();
}

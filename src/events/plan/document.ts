/**
 * A document as its author wrote it: YAML or JSON text (JSON is YAML), as plain data whose
 * places in the text are known.
 */
import { isMap, isScalar, LineCounter, parseDocument, type Document, type YAMLError } from "yaml";
import { TroupeError, type ErrorCode } from "../../errors.ts";
import { placeText, type Fault, type Steps } from "./fault.ts";

/** How many faults a message spells out; `data.faults` has all. */
const SHOWN = 25;

/** One fault and where it stands; lines and columns count from 1. */
export interface PlacedFault {
  readonly line: number;
  readonly column: number;
  /** As in `tasks[2].dependsOn[0]`; empty for the document as a whole. */
  readonly place: string;
  readonly message: string;
  readonly hint?: string;
}

/** A text that was read. */
export interface Reading {
  /** What is wrong with it as YAML. */
  readonly grammar: readonly PlacedFault[];
  /** Absent where the text cannot be understood at all. */
  readonly content?: {
    readonly value: unknown;
    /** Where a fault of the value stands in the text. */
    readonly place: (fault: Fault) => PlacedFault;
  };
}

/** Reads a text. Never throws. */
export function readDocument(text: string): Reading {
  const lines = new LineCounter();
  const at = (offset: number): Spot => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const { grammar, content } = readYaml(text, lines, at);
  if (content === undefined) return { grammar };
  const { document, value } = content;
  const place = (fault: Fault): PlacedFault => placed(fault, at(offsetOf(document, fault)));
  return { grammar, content: { value, place } };
}

/** Every fault of a document as one error. @param what the kind of document and the name of its file. */
export function refused(
  code: ErrorCode,
  what: { readonly kind: string; readonly file: string },
  faults: readonly PlacedFault[],
): TroupeError {
  const { kind, file } = what;
  const sorted = faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const more = sorted.length - SHOWN;
  const listed = sorted.slice(0, SHOWN).map((fault) => `\n  ${faultLine(file, fault)}`);
  const count = sorted.length === 1 ? "a fault" : `${sorted.length} faults`;
  return new TroupeError(
    code,
    `${kind} "${file}" has ${count}:${listed.join("")}${more > 0 ? `\n  and ${more} more` : ""}`,
    {
      hint: "Correct each place named above and run it again; nothing was started.",
      data: { file, faults: sorted },
    },
  );
}

/** A fault as `FILE:LINE:COLUMN PLACE: MESSAGE (HINT)`. */
export function faultLine(file: string, fault: PlacedFault): string {
  const { line, column, place, message, hint } = fault;
  const where = place === "" ? "" : `${place}: `;
  return `${file}:${line}:${column} ${where}${message}${hint === undefined ? "" : ` (${hint})`}`;
}

interface Spot {
  readonly line: number;
  readonly column: number;
}

interface Yaml {
  readonly grammar: readonly PlacedFault[];
  readonly content?: { readonly document: Document; readonly value: unknown };
}

/** The text as plain data. An alias that leads nowhere, or to far too much, throws only in `toJS`. */
function readYaml(text: string, lines: LineCounter, at: (offset: number) => Spot): Yaml {
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: "error",
      merge: true,
    });
    const grammar = [...document.errors, ...document.warnings].map((fault) => ({
      ...at(fault.pos[0]),
      place: "",
      message: grammarFault(fault),
    }));
    if (document.errors.some(({ code }) => code !== "DUPLICATE_KEY")) return { grammar };
    return { grammar, content: { document, value: document.toJS() } };
  } catch (error) {
    const message = error instanceof RangeError ? "it is nested too deeply" : messageOf(error);
    return { grammar: [{ line: 1, column: 1, place: "", message }] };
  }
}

function messageOf(error: unknown): string {
  return lowerFirst(error instanceof Error ? error.message : String(error));
}

function grammarFault({ code, message }: YAMLError): string {
  if (code === "DUPLICATE_KEY") return "the field is given twice";
  if (code === "MULTIPLE_DOCS") return "there is more than one document";
  return lowerFirst(message);
}

function placed(fault: Fault, at: Spot): PlacedFault {
  const { path, message, hint } = fault;
  return { ...at, place: placeText(path), message, ...(hint === undefined ? {} : { hint }) };
}

/** Where a fault stands; of a thing that is missing, where it should stand: its nearest holder. */
function offsetOf(document: Document, { path, atKey }: Fault): number {
  if (atKey) {
    const key = keyOffset(document, path);
    if (key !== undefined) return key;
  }
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    const offset = startOf(node);
    if (offset !== undefined) return offset;
  }
  return startOf(document.contents) ?? 0;
}

function keyOffset(document: Document, path: Steps): number | undefined {
  const holder: unknown =
    path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(holder)) return undefined;
  const pair = holder.items.find(
    ({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)),
  );
  return startOf(pair?.key);
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== "object" || node === null || !("range" in node)) return undefined;
  const start: unknown = Array.isArray(node.range) ? node.range[0] : undefined;
  return typeof start === "number" ? start : undefined;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

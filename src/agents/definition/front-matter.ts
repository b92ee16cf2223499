/**
 * Front matter: fields in YAML between two lines `---` at the head of a Markdown text.
 *
 * - Lines count as in the file, so that a fault is found where it stands.
 * - Only the first two lines `---` are its bounds: in the body they are rules.
 */
import type { z } from "zod";
import { readDocument, type PlacedFault } from "../../events/plan/document.ts";
import { faultAt, isTooDeep, type Fault } from "../../events/plan/fault.ts";
import { schemaFaults } from "../../events/plan/schema-faults.ts";

/** A text that was taken apart, or all that is wrong with it. */
export type FrontMatter<T> =
  | {
      readonly fields: T;
      /** Without blank lines around it; its lines end in LF. */
      readonly body: string;
      /** Where the body begins, or should. */
      readonly bodyAt: PlacedFault;
      /** Where a fault of the fields stands. */
      readonly place: (fault: Fault) => PlacedFault;
    }
  | { readonly faults: readonly PlacedFault[] };

/**
 * @param text without a byte order mark.
 * @param what the fields in words: "an agent: fields such as name and description".
 */
export function readFrontMatter<T extends z.ZodType>(
  text: string,
  schema: T,
  what: string,
): FrontMatter<z.output<T>> {
  const lines = text.split(/\r\n|\n|\r/);
  if (!isBound(lines[0])) return unbounded("it has no front matter", BEGIN);
  const end = lines.findIndex((line, at) => at > 0 && isBound(line));
  if (end < 0) return unbounded("its front matter does not end", END);
  const { grammar, content } = readDocument(["", ...lines.slice(1, end)].join("\n"));
  if (content === undefined) return { faults: grammar.map(hinted) };
  const { value, place } = content;
  const found = isTooDeep(value)
    ? [faultAt([], "it is nested too deeply")]
    : schemaFaults(schema, value, what);
  const faults = [...grammar.map(hinted), ...found.map(place)];
  if (faults.length > 0) return { faults };
  const body = lines
    .slice(end + 1)
    .join("\n")
    .trim();
  const bodyAt = { line: end + 2, column: 1, place: "", message: "" };
  return { fields: schema.parse(value), body, bodyAt, place };
}

const BEGIN = "Begin the file with a line `---`, fields such as `name: coder`, and another line `---`.";
const END = "Put a line `---` between its fields and the text.";

function isBound(line: string | undefined): boolean {
  return /^---[ \t]*$/.test(line ?? "");
}

function unbounded(message: string, hint: string): { readonly faults: readonly PlacedFault[] } {
  return { faults: [{ line: 1, column: 1, place: "", message, hint }] };
}

/** Descriptions are often written as if YAML were plain text. */
function hinted(fault: PlacedFault): PlacedFault {
  return /nested mappings|implicit key|unexpected scalar|reserved character/i.test(fault.message)
    ? { ...fault, hint: "Put the text in quotes, or on indented lines of its own behind `>-`." }
    : fault;
}

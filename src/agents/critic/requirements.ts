/** Requirements as a document: a list of texts, or an object that has one. */
import { readDocument, refused } from "../../events/plan/document.ts";
import { faultAt, faultOfKey, isRecord, named, type Fault } from "../../events/plan/fault.ts";

/**
 * The requirements in a JSON (or YAML) text: `["…"]`, or `{ "requirements": ["…"] }`, whatever
 * else the object has.
 *
 * @param file its name, for messages.
 * @throws `INPUT_INVALID` with every fault and its place.
 */
export function parseRequirements(text: string, file: string): readonly string[] {
  const what = { kind: "the requirements", file };
  const { grammar, content } = readDocument(text);
  if (content === undefined || grammar.length > 0) throw refused("INPUT_INVALID", what, grammar);
  const { texts, faults } = textsIn(content.value);
  if (faults.length === 0) return texts;
  throw refused(
    "INPUT_INVALID",
    what,
    faults.map((fault) => content.place(fault)),
  );
}

interface Found {
  readonly texts: readonly string[];
  readonly faults: readonly Fault[];
}

function textsIn(value: unknown): Found {
  const path = isRecord(value) ? ["requirements"] : [];
  const list = isRecord(value) ? value["requirements"] : value;
  if (!Array.isArray(list)) return { texts: [], faults: [noList(path, list)] };
  const texts: string[] = [];
  const faults: Fault[] = [];
  for (const [at, item] of list.entries()) {
    const fault = faultOf(item);
    if (fault !== undefined) faults.push(faultAt([...path, at], fault));
    else texts.push(String(item));
  }
  return { texts, faults };
}

function noList(path: readonly string[], list: unknown): Fault {
  const hint = 'Write ["…"], or { "requirements": ["…"] }.';
  if (list === undefined && path.length > 0)
    return faultOfKey(path, 'there are no "requirements"', hint);
  return faultAt(path, `must be a list of texts, not ${named(list)}`, hint);
}

function faultOf(item: unknown): string | undefined {
  if (typeof item !== "string") return `must be text, not ${named(item)}`;
  return item.trim() === "" ? "is empty" : undefined;
}

/** One thing that is wrong with a document, and how to read a document that may be wrong. */

/** From the top down to a place: names of fields, and indexes from 0. */
export type Steps = readonly (string | number)[];

/** One fault, before it is known where in the text it stands. */
export interface Fault {
  readonly path: Steps;
  /** The place is the key, not its value. */
  readonly atKey: boolean;
  readonly message: string;
  readonly hint?: string;
}

/** A fault of a value. */
export function faultAt(path: Steps, message: string, hint?: string): Fault {
  return { path, atKey: false, message, ...(hint === undefined ? {} : { hint }) };
}

/** A fault of a field that should not be there, or not be called so. */
export function faultOfKey(path: Steps, message: string, hint?: string): Fault {
  return { ...faultAt(path, message, hint), atKey: true };
}

/** What stands at a place, if anything. */
export function valueAt(value: unknown, path: Steps): unknown {
  let here = value;
  for (const part of path) {
    if (Array.isArray(here)) here = here[Number(part)];
    else if (isRecord(here) && Object.hasOwn(here, part)) here = here[part];
    else return undefined;
  }
  return here;
}

/** A list that stands at a place, or an empty one. */
export function listAt(value: unknown, path: Steps): readonly unknown[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found : [];
}

/** A value in words: "text", "a list", "number 3". */
export function named(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "fields";
  return typeof value === "string" ? "text" : `${typeof value} ${inspected(value)}`;
}

/** NaN and the infinities as such, which JSON does not know. */
function inspected(value: unknown): string {
  return typeof value === "number" ? `${value}` : JSON.stringify(value);
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Whether a value has more levels than any document needs: nothing that recurses may see it.
 *
 * @param most levels that are not too many. Default 200.
 */
export function isTooDeep(value: unknown, most = MAX_DEPTH): boolean {
  let level: ReadonlySet<unknown> = new Set([value]);
  for (let depth = 0; depth < most; depth++) {
    const below = [...level].flatMap((item): unknown[] =>
      typeof item === "object" && item !== null ? Object.values(item) : [],
    );
    level = new Set(below);
    if (level.size === 0) return false;
  }
  return true;
}

const MAX_DEPTH = 200;

/** A place as people read it: `tasks[2].dependsOn[0]`; empty for the whole. */
export function placeText(path: Steps): string {
  return path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join("");
}

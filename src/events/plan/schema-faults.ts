/**
 * What a schema says against a value, in words an author can act on.
 *
 * - Refinements (`custom`) are left out: zod asks them only where all else is right, so each
 *   document looks for those faults itself.
 */
import { z } from "zod";
import { nearest } from "../nearest.ts";
import { faultAt, faultOfKey, isRecord, named, valueAt, type Fault, type Steps } from "./fault.ts";
import { SYNONYMS } from "./synonyms.ts";

/**
 * All that a schema says against a value.
 *
 * @param what the document in words: "a plan: fields such as name and tasks".
 */
export function schemaFaults(schema: z.ZodType, value: unknown, what: string): readonly Fault[] {
  const parsed = schema.safeParse(value);
  const issues = parsed.success ? [] : parsed.error.issues;
  return issues
    .filter(({ code }) => code !== "custom")
    .flatMap((issue) => {
      const path = steps(issue);
      if (path.length === 0 && !isRecord(value)) return [faultAt(path, noDocument(value, what))];
      return issueFaults(issue, path, { schema, value });
    });
}

interface Asked {
  readonly schema: z.ZodType;
  readonly value: unknown;
}

function issueFaults(issue: z.core.$ZodIssue, path: Steps, asked: Asked): readonly Fault[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => unknownField(asked.schema, [...path, key]));
  // a choice whose outer shape fits: what is wrong stands further in
  const inner = issue.code === "invalid_union" ? issue.errors.find(standsInside) : undefined;
  if (inner !== undefined)
    return inner.flatMap((one) => issueFaults(one, [...path, ...steps(one)], asked));
  const found = valueAt(asked.value, path);
  if (issue.code === "invalid_key")
    return [faultOfKey(path, issue.issues[0]?.message ?? issue.message)];
  return [faultAt(path, wording(issue, found), hintOf(issue, found))];
}

function standsInside(issues: readonly z.core.$ZodIssue[]): boolean {
  return issues.length > 0 && issues.every(({ path }) => path.length > 0);
}

function steps({ path }: z.core.$ZodIssue): Steps {
  return path.map((part) => (typeof part === "number" ? part : String(part)));
}

function noDocument(value: unknown, what: string): string {
  const found = value === null || value === undefined ? "it is empty" : `it is ${named(value)}`;
  return `${found}, not ${what}`;
}

function wording(issue: z.core.$ZodIssue, found: unknown): string {
  if (found === undefined) return "it is missing";
  switch (issue.code) {
    case "invalid_type":
      return mistyped(WORDS[issue.expected] ?? issue.expected, found);
    case "invalid_union":
      return unionFault(issue.message, found);
    case "too_small":
      return typeof found === "number" ? `it must be at least ${issue.minimum}` : issue.message;
    case "too_big":
      return typeof found === "number" ? `it must be at most ${issue.maximum}` : issue.message;
    case "invalid_value":
      return `${JSON.stringify(found)} is none of ${issue.values.map(String).join(", ")}`;
    case "custom":
    case "invalid_key":
    case "invalid_element":
    case "invalid_format":
    case "not_multiple_of":
    case "unrecognized_keys":
      return issue.message;
  }
}

/** A union without words of its own is plain data. */
function unionFault(message: string, found: unknown): string {
  if (found === "") return "it is empty";
  if (message !== "Invalid input") return mistyped(message, found);
  return "it holds what JSON cannot: use text, numbers, true, false, null, lists and fields";
}

function mistyped(wanted: string, found: unknown): string {
  return `expected ${wanted}, got ${named(found)}`;
}

const WORDS: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "fields",
  record: "fields",
  string: "text",
};

function hintOf(issue: z.core.$ZodIssue, found: unknown): string | undefined {
  if (issue.code === "invalid_type" && issue.expected === "string" && issue.path.includes("env"))
    return "Put it in quotes: the value of an environment variable is text.";
  if (issue.code !== "invalid_value" || typeof found !== "string") return undefined;
  const near = nearest(found, issue.values.map(String));
  return near === undefined ? undefined : `Did you mean "${near}"?`;
}

function unknownField(schema: z.ZodType, path: Steps): Fault {
  const field = String(path.at(-1));
  const known = fieldsAt(schema, path.slice(0, -1));
  const guesses = SYNONYMS.get(field.toLowerCase().replaceAll(/[_-]/g, "")) ?? [];
  const near = guesses.find((guess) => known.includes(guess)) ?? nearest(field, known);
  const hint = near === undefined ? `Use one of ${known.join(", ")}.` : `Did you mean "${near}"?`;
  return faultOfKey(path, `unknown field "${field}"`, hint);
}

/** The fields that a schema knows at a place. */
function fieldsAt(schema: z.ZodType, path: Steps): readonly string[] {
  let here: unknown = bare(schema);
  for (const part of path) {
    if (here instanceof z.ZodObject) here = bare(here.shape[part]);
    else if (here instanceof z.ZodArray) here = bare(here.element);
    else if (here instanceof z.ZodRecord) here = bare(here.valueType);
    else return [];
  }
  if (here instanceof z.ZodRecord)
    return here.keyType instanceof z.ZodEnum ? here.keyType.options.map(String) : [];
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}

/** A schema without its default, and without its permission to be missing. */
function bare(schema: unknown): unknown {
  let here = schema;
  while (here instanceof z.ZodDefault || here instanceof z.ZodOptional) here = here.unwrap();
  return here;
}

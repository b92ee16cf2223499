/**
 * Strict JSON back into the values that machine code sees: the other half of `encode.ts`.
 *
 * 1. It always copies: machine code never gets hold of a record.
 * 2. A ref comes from the table of refs, so it is the object that the machine holds already.
 */
import { matchesState } from "xstate";
import type { StateValue } from "xstate";
import type { Json } from "../../events/json.ts";
import { put, REF, TAG } from "./encode.ts";
import type { Ref } from "./refs.ts";

/** Finds the ref of an address. */
export type RefOf = (address: string, id: string) => Ref;

type JsonRecord = { readonly [key: string]: Json };

/** The value that an encoded one stands for. */
export function decode(value: Json, refOf: RefOf): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isArray(value)) return value.map((item) => decode(item, refOf));
  if (TAG in value) return untag(value, refOf);
  if (value[REF] === 1) return refOf(text(value["addr"]), text(value["id"]));
  return decodeFields(value, refOf);
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function decodeFields(value: JsonRecord, refOf: RefOf): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) put(out, key, decode(value[key] ?? null, refOf));
  return out;
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function untag(tagged: JsonRecord, refOf: RefOf): unknown {
  const { [TAG]: tag, ...fields } = tagged;
  switch (text(tag)) {
    case "undefined":
      return undefined;
    case "number":
      return Number(fields["value"]);
    case "bigint":
      return BigInt(text(fields["value"]));
    case "date":
      return new Date(fields["value"] === null ? Number.NaN : text(fields["value"]));
    case "error":
      return errorOf(fields, refOf);
    case "snapshot":
      return snapshotOf(decodeFields(fields, refOf));
    case "plain-snapshot":
      return { output: undefined, error: undefined, ...decodeFields(fields, refOf) };
    default:
      return untagEntries(tag, fields["value"] ?? [], refOf);
  }
}

function untagEntries(tag: Json | undefined, value: Json, refOf: RefOf): unknown {
  if (tag === "set") return new Set(listOf(value, refOf));
  const entries = listOf(value, refOf).filter((pair) => Array.isArray(pair));
  if (tag === "map") return new Map(entries.map(([key, item]): [unknown, unknown] => [key, item]));
  const out: Record<string, unknown> = {};
  for (const [key, item] of entries) put(out, String(key), item);
  return out;
}

function listOf(value: Json, refOf: RefOf): unknown[] {
  return isArray(value) ? value.map((item) => decode(item, refOf)) : [];
}

/** Without a stack: where it was decoded says nothing. */
function errorOf(fields: JsonRecord, refOf: RefOf): Error {
  const { name, message, ...facts } = fields;
  const error = new Error(text(message));
  if (name !== error.name) hide(error, "name", text(name));
  hide(error, "stack", `${text(name)}: ${text(message)}`);
  Object.assign(error, decodeFields(facts, refOf));
  if ("data" in facts && !("hint" in facts)) Object.assign(error, { hint: undefined });
  return error;
}

function hide(error: Error, key: string, value: string): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true });
}

/** A machine's snapshot as its parent sees it: it can be asked, not stepped. */
function snapshotOf(fields: Record<string, unknown>): object {
  const tags = fields["tags"] instanceof Set ? fields["tags"] : new Set();
  return {
    output: undefined,
    error: undefined,
    ...fields,
    tags,
    matches: (value: StateValue) => matchesState(value, fields["value"] as StateValue), // it was encoded from one
    hasTag: (tag: string) => tags.has(tag),
    can: () => false,
    getMeta: () => ({}),
  };
}

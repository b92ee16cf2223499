/**
 * A value as one text that depends on nothing but what it says: keys are sorted, refs are
 * addresses, errors are name, message and code. Total: whatever a context holds has a text, and
 * what has no meaning outside the process (functions, symbols) has only its sort.
 *
 * 1. A part longer than a line stands in its whole as its digest, and is remembered by its object:
 *    what two states share costs nothing the second time (A13).
 * 2. What is remembered is frozen, in production too: changed in place it would keep its old text,
 *    so the change throws where it is made. What cannot be frozen (Map, Set, Date, instances) is
 *    never remembered, nor is what holds it.
 */
import { hash } from "node:crypto";
import { isRef } from "./refs.ts";

/** Longest text of a part that stands in its whole as it is, in characters. */
const LINE = 64;

const known = new WeakMap<object, string>();
let written = 0;
let unfreezable = 0;

export function canonical(value: unknown): string {
  return write(value, []);
}

/** Characters written so far in this process: what a text has cost is the difference. */
export function canonicalCost(): number {
  return written;
}

function write(value: unknown, above: readonly object[]): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Object.is(value, -0) ? "0" : String(value);
    case "boolean":
      return value ? "true" : "false";
    case "undefined":
      return "undefined";
    case "bigint":
      return `${value}n`;
    case "object":
      return value === null ? "null" : writeObject(value, above);
    case "function":
    case "symbol":
      return typeof value;
  }
}

function writeObject(value: object, above: readonly object[]): string {
  if (isRef(value)) return `@${JSON.stringify(value.sessionId)}`;
  const before = known.get(value);
  if (before !== undefined) return before;
  if (above.includes(value)) {
    unfreezable++; // the text depends on where the cycle was entered
    return "cycle";
  }
  const mark = unfreezable;
  const text = writeParts(value, [...above, value]);
  written += text.length;
  if (text.length <= LINE) return text;
  const short = `#${hash("sha256", text, "base64url")}`;
  if (mark === unfreezable) known.set(Object.freeze(value), short);
  return short;
}

function writeParts(value: object, here: readonly object[]): string {
  if (Array.isArray(value)) return `[${Array.from(value, (item) => write(item, here)).join()}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return writeRecord(value, here);
  unfreezable++;
  return writeInstance(value, here);
}

function writeRecord(value: object, above: readonly object[]): string {
  // Every key of an object indexes it; Object.entries would make an array a key.
  const record = value as Readonly<Record<string, unknown>>;
  let text = "{";
  for (const key of sortedKeys(record)) text += `${JSON.stringify(key)}:${write(record[key], above)},`;
  return `${text}}`;
}

function sortedKeys(record: object): readonly string[] {
  const keys = Object.keys(record);
  for (let i = 1; i < keys.length; i++) if (String(keys[i - 1]) > String(keys[i])) return keys.sort();
  return keys;
}

function writeInstance(value: object, above: readonly object[]): string {
  if (value instanceof Error) {
    const code: unknown = "code" in value ? value.code : undefined;
    return `!${JSON.stringify([value.name, value.message, code])}`;
  }
  // An actor of another XState system: all that can be said of it is that it is one.
  if ("sessionId" in value && "send" in value) return "actor";
  if (value instanceof Date) return `date${value.getTime()}`;
  if (value instanceof Map) return `map${write(Array.from(value), above)}`;
  if (value instanceof Set) return `set${write(Array.from(value), above)}`;
  return `${value.constructor.name}${writeRecord(value, above)}`;
}

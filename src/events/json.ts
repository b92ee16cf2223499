/**
 * Strict JSON: what a record may hold (L7).
 *
 * Anything that `JSON.stringify` would drop, change or choke on is refused with the
 * path where it stands: nothing is ever silently changed on its way to the log.
 */
import { TroupeError } from "../errors.ts";

/** A value that JSON can hold without loss. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * Proves that a value is strict JSON.
 *
 * @param place how the value is called in the message: the path starts with it.
 * @throws {@link TroupeError} `JSON_INVALID` with the path of the first offending value.
 */
export function assertJson(value: unknown, place = "value"): asserts value is Json {
  check(value, [place], []);
}

/** Keys and indexes down from the name of the whole. */
type Path = (string | number)[];

function check(value: unknown, path: Path, above: object[]): void {
  switch (typeof value) {
    case "string":
    case "boolean":
      return;
    case "number":
      if (Number.isFinite(value)) return; // -0 is 0: the encoder of events makes it so before a machine sees it
      throw refused(path, String(value));
    case "object":
      if (value === null) return;
      return checkObject(value, path, above);
    case "bigint":
    case "function":
    case "symbol":
    case "undefined":
      throw refused(path, typeof value === "undefined" ? "undefined" : `a ${typeof value}`);
  }
}

function checkObject(value: object, path: Path, above: object[]): void {
  if (above.includes(value)) throw refused(path, "a cycle");
  above.push(value);
  if (Array.isArray(value)) checkArray(value, path, above);
  else checkRecord(value, path, above);
  above.pop();
}

function checkArray(value: readonly unknown[], path: Path, above: object[]): void {
  const { length } = Object.keys(value);
  if (length < value.length) throw refused(path, "an array with holes");
  if (length > value.length) throw refused(path, "an array with further properties");
  for (let i = 0; i < value.length; i++) {
    path.push(i);
    check(value[i], path, above);
    path.pop();
  }
}

function checkRecord(value: object, path: Path, above: object[]): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw refused(path, `an instance of ${nameOf(prototype)}`);
  const keys = Object.keys(value);
  if (keys.length < Reflect.ownKeys(value).length) {
    const symbols = Object.getOwnPropertySymbols(value).length > 0;
    throw refused(path, symbols ? "a symbol key" : "an object with hidden properties");
  }
  for (const key of keys) {
    path.push(key);
    check((value as Readonly<Record<string, unknown>>)[key], path, above); // one of its own keys
    path.pop();
  }
}

function nameOf(prototype: unknown): string {
  const made: unknown =
    typeof prototype === "object" && prototype !== null
      ? Reflect.get(prototype, "constructor")
      : undefined;
  return typeof made === "function" && made.name !== "" ? made.name : "a nameless class";
}

function refused([name = "", ...path]: Readonly<Path>, what: string): TroupeError {
  const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`));
  const place = `${name}${steps.join("")}`;
  return new TroupeError("JSON_INVALID", `"${place}" is ${what}, which JSON cannot hold`, {
    hint: "Send plain JSON: an ISO string for a Date, an array or object for a Map or Set, null or no key for undefined.",
    data: { path: place },
  });
}

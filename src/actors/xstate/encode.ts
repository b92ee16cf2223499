/**
 * Values of machines as strict JSON, and back.
 *
 * 1. `decode(encode(x))` equals `x`: refs, errors and snapshots are tagged objects; a plain
 *    object that looks like a tag is tagged itself, so nothing from outside can pass for one.
 * 2. Events are strict (L7): what JSON cannot hold is refused with its path.
 * 3. Contexts are loose: `undefined`, NaN, Date, Map, Set and BigInt are tagged, since a context is
 *    not recorded but cached. What has no faithful copy (functions, class instances) is refused.
 */
import { TroupeError } from "../../errors.ts";
import type { Json } from "../../events/json.ts";
import { isRef } from "./refs.ts";

/** The key that makes an object a tag. */
export const TAG = "troupe$";
/** XState's own mark of a ref. */
export const REF = "xstate$$type";

interface Walk {
  readonly loose: boolean;
  readonly path: string[];
  readonly above: Set<object>;
}

/** @throws {@link TroupeError} `JSON_INVALID` with the path of what JSON cannot hold. */
export function encode(value: unknown, place: string): Json {
  return walk(value, { loose: false, path: [place], above: new Set() });
}

/** @throws {@link TroupeError} `JSON_INVALID` with the path of what has no faithful copy. */
export function encodeLoose(value: unknown, place: string): Json {
  return walk(value, { loose: true, path: [place], above: new Set() });
}

/** An error as a tag. Never fails: what is not JSON about it is left out. */
export function encodeError(error: unknown): Json {
  if (error instanceof Error) return errorTag(error);
  try {
    return encode(error, "error");
  } catch {
    return errorTag(new Error(String(error)));
  }
}

/** A snapshot for the eyes of a parent: what `xstate.snapshot.<id>` carries. */
export function encodeSnapshot(snapshot: object, place: string): Json {
  const {
    _subscription: _,
    _nodes,
    machine: _machine,
    historyValue: _history,
    ...rest
  } = {
    _subscription: undefined,
    _nodes: undefined,
    machine: undefined,
    historyValue: undefined,
    ...snapshot,
  };
  const shown = Object.entries(rest).filter(([, v]) => v !== undefined && typeof v !== "function");
  const out: Record<string, Json> = { [TAG]: _nodes === undefined ? "plain-snapshot" : "snapshot" };
  for (const [key, item] of shown)
    out[key] = key === "error" ? encodeError(item) : encodeLoose(item, `${place}.${key}`);
  return out;
}

function walk(value: unknown, at: Walk): Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value)) return value === 0 ? 0 : value; // JSON text knows no -0
      return at.loose ? { [TAG]: "number", value: String(value) } : refuse(at, String(value));
    case "undefined":
      return at.loose ? { [TAG]: "undefined" } : refuse(at, "undefined");
    case "bigint":
      return at.loose ? { [TAG]: "bigint", value: String(value) } : refuse(at, "a bigint");
    case "object":
      return value === null ? null : walkObject(value, at);
    case "function":
    case "symbol":
      return refuse(at, `a ${typeof value}`);
  }
}

function walkObject(value: object, at: Walk): Json {
  if (isRef(value)) return { [REF]: 1, id: value.id, addr: value.sessionId };
  if (value instanceof Error) return errorTag(value);
  if (at.above.has(value)) return refuse(at, "a cycle");
  at.above.add(value);
  const json = Array.isArray(value) ? walkArray(value, at) : walkRecord(value, at);
  at.above.delete(value);
  return json;
}

function walkArray(value: readonly unknown[], at: Walk): Json {
  return Array.from(value, (item, index) => step(item, `[${index}]`, at));
}

function walkRecord(value: object, at: Walk): Json {
  if ("_nodes" in value && "machine" in value) return encodeSnapshot(value, at.path.join(""));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return walkInstance(value, at);
  if (Object.getOwnPropertySymbols(value).length > 0) return refuse(at, "a symbol key");
  if (TAG in value || (REF in value && value[REF] === 1))
    return { [TAG]: "plain", value: walkArray(Object.entries(value), at) };
  const out: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value)) put(out, key, step(item, `.${key}`, at));
  return out;
}

function walkInstance(value: object, at: Walk): Json {
  if (at.loose && value instanceof Date) return { [TAG]: "date", value: value.toJSON() };
  if (at.loose && value instanceof Map)
    return { [TAG]: "map", value: walkArray(Array.from(value), at) };
  if (at.loose && value instanceof Set)
    return { [TAG]: "set", value: walkArray(Array.from(value), at) };
  return refuse(at, `an instance of ${value.constructor.name}`);
}

/** Sets a key for what it is: an own `__proto__`, which JSON.parse can make, stays a key. */
export function put(out: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") out[key] = value;
  else Object.defineProperty(out, key, { value, enumerable: true, writable: true, configurable: true });
}

function step(value: unknown, key: string, at: Walk): Json {
  at.path.push(key);
  const json = walk(value, at);
  at.path.pop();
  return json;
}

function errorTag(error: Error): Json {
  const out: Record<string, Json> = { [TAG]: "error", name: error.name, message: error.message };
  for (const key of ["code", "hint", "data"] as const) {
    const item: unknown = key in error ? error[key as keyof Error] : undefined; // keyof Error names no extra fields
    if (item === undefined) continue;
    try {
      out[key] = encode(item, key);
    } catch {
      // L7 speaks of name, message, code and data: what of them is no JSON cannot be kept.
    }
  }
  return out;
}

function refuse(at: Walk, what: string): never {
  const place = at.path.join("");
  throw new TroupeError("JSON_INVALID", `"${place}" is ${what}, which JSON cannot hold`, {
    hint: at.loose
      ? "Keep only data in a context: no functions and no class instances."
      : "Send plain JSON: an ISO string for a Date, an array or object for a Map or Set, null or no key for undefined.",
    data: { path: place },
  });
}

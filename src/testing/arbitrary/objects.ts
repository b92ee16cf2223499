/** Objects and records. A key that may be missing sometimes is; `__proto__` is none that a log could hold. */
import fc, { type Arbitrary } from "fast-check";
import type { z } from "zod";
import { Absent, TooDeep, under, unmade, type Path } from "./fault.ts";
import { jsonValues } from "./json.ts";
import type { Make } from "./make.ts";

const PLAIN = { noNullPrototype: true } as const;
/** Keys of a record. */
const MOST_KEYS = 5;

export function objectsOf(
  { _zod: { def } }: z.core.$ZodObject,
  path: Path,
  make: Make,
): Arbitrary<object> {
  const fields: Record<string, Arbitrary<unknown>> = {};
  const required: string[] = [];
  for (const [key, schema] of Object.entries(def.shape)) {
    const values = fieldOf(schema, under(path, key), make);
    if (values === undefined) continue;
    fields[key] = values;
    if (schema._zod.optin === undefined || isInherited(key)) required.push(key);
  }
  const known = fc.record(fields, { ...PLAIN, requiredKeys: required });
  const more = moreOf(def, path, make);
  if (more === undefined) return known;
  const others = fc.dictionary(keysBeside(Object.keys(def.shape)), more, { ...PLAIN, maxKeys: 2 });
  return fc.tuple(known, others).map(([own, other]) => ({ ...other, ...own }));
}

/** Zod takes `toString` for given in any object: such a key is never left out. */
function isInherited(key: string): boolean {
  return key in {};
}

/** Undefined where it is always missing. */
function fieldOf(schema: z.core.$ZodType, path: Path, make: Make): Arbitrary<unknown> | undefined {
  try {
    return make(schema, path);
  } catch (error) {
    const optional = schema._zod.optin !== undefined;
    if (optional && (error instanceof TooDeep || error instanceof Absent)) return undefined;
    throw error;
  }
}

/** Values of the keys that the schema does not name; undefined where there should be none. */
function moreOf(
  { catchall }: z.core.$ZodObjectDef,
  path: Path,
  make: Make,
): Arbitrary<unknown> | undefined {
  const type = catchall?._zod.def.type;
  if (catchall === undefined || type === "never") return undefined;
  return type === "unknown" || type === "any" ? jsonValues() : make(catchall, under(path, "*"));
}

function keysBeside(named: readonly string[]): Arbitrary<string> {
  const taken = new Set([...named, "__proto__"]);
  return fc.string({ minLength: 1, maxLength: 5 }).filter((key) => !taken.has(key));
}

export function recordsOf(
  { _zod: { def } }: z.core.$ZodRecord,
  path: Path,
  make: Make,
): Arbitrary<object> {
  const { keyType, valueType } = def;
  const values = (): Arbitrary<unknown> => make(valueType, under(path, "*"));
  const named = keyType._zod.values;
  if (named === undefined) return freeRecords(make(keyType, `${path}{key}`), values);
  const keys = [...named].map(String);
  const requiredKeys = "partial" in def && def.partial === true ? keys.filter(isInherited) : keys;
  return fc.record(Object.fromEntries(keys.map((key) => [key, values()])), { ...PLAIN, requiredKeys });
}

function freeRecords(keys: Arbitrary<unknown>, values: () => Arbitrary<unknown>): Arbitrary<object> {
  const usable = keys.map(String).filter((key) => key !== "__proto__");
  try {
    return fc.dictionary(usable, values(), { ...PLAIN, maxKeys: MOST_KEYS });
  } catch (error) {
    if (error instanceof TooDeep) return fc.constant({});
    throw error;
  }
}

/** Both sides at once: fields of both where they are objects. */
export function intersectionsOf(
  { _zod: { def } }: z.core.$ZodIntersection,
  path: Path,
  make: Make,
): Arbitrary<unknown> {
  return fc.tuple(make(def.left, path), make(def.right, path)).map(([left, right]) => {
    if (!isObject(left) || !isObject(right)) return left;
    return { ...left, ...right };
  });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What JSON has nothing for. */
export function unsupported(schema: z.core.$ZodType, path: Path): never {
  throw unmade(path, `it is a ${schema._zod.def.type}, and events are JSON`);
}

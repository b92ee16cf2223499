/** Reading by a schema without loss: zod leaves a key `__proto__` out of a record in silence (L7). */
import { z } from "zod";
import { assertJson, type Json } from "./json.ts";

/** Strict JSON, kept as it is: where `z.json()` would lose something that has to come back. */
export const AnyJson = z.custom<Json>(isJson, "Expected JSON");

function isJson(value: unknown): boolean {
  try {
    assertJson(value);
    return true;
  } catch {
    return false; // or too deep for the stack, which no log could hold either
  }
}

const LOST = "__proto__";

type Read<T> =
  | { readonly success: true; readonly data: T; readonly error?: undefined }
  | { readonly success: false; readonly data?: undefined; readonly error: z.ZodError };

/** As `schema.safeParse`, but what would vanish is a fault. */
export function parseWhole<T>(schema: z.ZodType<T>, value: unknown): Read<T> {
  const result = schema.safeParse(value);
  const path = result.success ? lostIn(value, result.data) : undefined;
  if (path === undefined) return result;
  const message = `"${LOST}" cannot be kept: use another key`;
  return { success: false, error: new z.ZodError([{ code: "custom", path, message }]) };
}

/** Where it stands in what was given and not in what was read of it. */
function lostIn(given: unknown, read: unknown): PropertyKey[] | undefined {
  if (given === read || !isObject(given) || !isObject(read)) return undefined; // another value was made of it
  if (Object.hasOwn(given, LOST) && !Object.hasOwn(read, LOST)) return [LOST];
  for (const [key, value] of Object.entries(given)) {
    const path = isObject(value) ? lostIn(value, Reflect.get(read, key)) : undefined;
    if (path !== undefined) return [Array.isArray(given) ? Number(key) : key, ...path];
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/**
 * What a value in a context is, in words: of JSON its type; of what else a context may hold, an actor, an
 * error, or the name of its class. Pure.
 */
import { isRef } from "./xstate/refs.ts";

export const NULL = "null";
export const OBJECT = "an object";

/** As a part of a sentence: `a number`, `an array`, `a Map`. Undefined where there is no value. */
export function typeOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (value === null) return NULL;
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? classOf(value) : `a ${typeof value}`;
}

/** All of these are objects to JSON alone. */
function classOf(value: object): string {
  if (isRef(value)) return "an actor";
  if (value instanceof Error) return "an error";
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return OBJECT;
  const { name } = Object(value.constructor) as { readonly name?: unknown }; // whatever it is
  return typeof name === "string" && name !== "" ? `a ${name}` : "a value of its own class";
}

/**
 * Strict mode: what catches an impure machine while it is written.
 *
 * 1. Contexts and events are frozen through and through, so changing them in place throws.
 * 2. Every step runs twice; the first differing path of state or effects is named.
 */
import { TroupeError } from "../../errors.ts";
import { remembered } from "./canonical.ts";
import type { Identity, Stepped } from "./contract.ts";
import { hashedView } from "./hash.ts";
import { fields } from "./events.ts";
import { isRef } from "./refs.ts";

/** Freezes plain objects and arrays, all the way down; refs, dates, maps and instances stay as they are. */
export function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value) || isRef(value))
    return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === null || Array.isArray(value);
  if (!plain) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
  return value;
}

/** @throws {@link TroupeError} `MACHINE_IMPURE` naming the first path in which two runs of a step differ. */
export function assertSame(actor: Identity, first: Stepped, second: Stepped): void {
  const one = hashedView(first.state, first.effects);
  const two = hashedView(second.state, second.effects);
  if (isAlike(one, two, DEEP)) return;
  const path = differingPath(one, two, "");
  if (path === undefined) return;
  throw new TroupeError(
    "MACHINE_IMPURE",
    `"${actor.address}" steps differently when the same step runs again: ${path}`,
    {
      hint: "Take time, chance and ids from the event or from an activity: guards, assigns and inputs must only read their arguments.",
      data: { address: actor.address, path },
    },
  );
}

/** How deep the quick look goes. */
const DEEP = 20;

/** A quick look that needs no texts: true only where their texts would be the same, but not always then. */
function isAlike(one: unknown, two: unknown, depth: number): boolean {
  if (one === two) return true;
  if (depth === 0 || !walkable(one) || !walkable(two)) return isSameRef(one, two);
  if (Array.isArray(one) !== Array.isArray(two)) return false;
  const [left, right, keys] = [fields(one), fields(two), Object.keys(one)];
  if (keys.length !== Object.keys(two).length) return false;
  return keys.every((key) => Object.hasOwn(two, key) && isAlike(left[key], right[key], depth - 1));
}

function isSameRef(one: unknown, two: unknown): boolean {
  if (typeof one !== "object" || typeof two !== "object" || one === null || two === null) return false;
  return isRef(one) && isRef(two) && one.sessionId === two.sessionId;
}

/** The first path, in order of keys, at which two values differ; undefined where they are the same. */
export function differingPath(one: unknown, two: unknown, path: string): string | undefined {
  if (remembered(one, undefined) === remembered(two, one)) return undefined;
  if (!walkable(one) || !walkable(two)) return path;
  const [left, right] = [fields(one), fields(two)];
  for (const key of [...new Set([...Object.keys(left), ...Object.keys(right)])].sort()) {
    const place = Array.isArray(one) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    const found = differingPath(left[key], right[key], place);
    if (found !== undefined) return found;
  }
  return path;
}

function walkable(value: unknown): value is object {
  if (typeof value !== "object" || value === null || isRef(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

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

/** The first path, in order of keys, at which two values differ. */
function differingPath(one: unknown, two: unknown, path: string): string | undefined {
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

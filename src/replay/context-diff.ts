/**
 * What a step changed in a context, by path.
 *
 * 1. What both share is not looked into, so it costs what changed, not what is there (A13).
 * 2. Where a whole part is new or gone, that part is the change, not everything in it.
 */
import type { Json } from "../events/json.ts";
import { brief, hasParts, jsonOf } from "./brief.ts";

/** One place in which two contexts differ. */
export interface ChangedPath {
  /** As code would write it: `tasks.build.attempts[1]`. Empty: the whole. */
  readonly path: string;
  readonly type: "added" | "removed" | "changed";
  /** Not of what was added. Cut where it is large, and says so. */
  readonly was?: Json;
  /** Not of what was removed. Cut where it is large, and says so. */
  readonly is?: Json;
}

export interface ContextDiff {
  /** The first of them, in the order of the context. */
  readonly changes: readonly ChangedPath[];
  /** How many more there are. */
  readonly more: number;
}

/** So many changes are told. */
const MOST = 100;

/** @param before undefined where there was none. */
export function contextDiff(before: unknown, after: unknown): ContextDiff {
  const changes: ChangedPath[] = [];
  let more = 0;
  compare("", before ?? {}, after ?? {}, (make) => {
    if (changes.length < MOST) changes.push(make());
    else more++;
  });
  return { changes, more };
}

type Tell = (make: () => ChangedPath) => void;

function compare(path: string, was: unknown, is: unknown, tell: Tell): void {
  if (was === is || Object.is(was, is)) return;
  if (hasParts(was) && hasParts(is) && Array.isArray(was) === Array.isArray(is))
    return compareParts(path, was, is, tell);
  if (!isSame(was, is)) tell(() => ({ path, type: "changed", was: brief(was), is: brief(is) }));
}

function compareParts(path: string, was: object, is: object, tell: Tell): void {
  const below = (key: string): string => (Array.isArray(is) ? `${path}[${key}]` : under(path, key));
  for (const [key, old] of Object.entries(was))
    if (Object.hasOwn(is, key)) compare(below(key), old, Reflect.get(is, key), tell);
    else tell(() => ({ path: below(key), type: "removed", was: brief(old) }));
  for (const [key, value] of Object.entries(is))
    if (!Object.hasOwn(was, key)) tell(() => ({ path: below(key), type: "added", is: brief(value) }));
}

/** What has no parts is the same if it reads the same: an error, a date, a ref of two actors of one address. */
function isSame(was: unknown, is: unknown): boolean {
  if (hasParts(was) || hasParts(is) || typeof was !== typeof is || typeof was !== "object")
    return false;
  return JSON.stringify(jsonOf(was)) === JSON.stringify(jsonOf(is));
}

function under(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

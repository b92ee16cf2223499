/**
 * Where two JSON values of two runs differ, by path. Pure.
 *
 * - 1. What names the run itself is the same in both: its id, and addresses and paths in which its
 *      id stands behind a slash (`task/r1:a`, `runs/r1`).
 * - 2. A number whose name says that it is a time (`at`, `…At`, `…Ms`, and the same in small letters
 *      behind `_`) is the same as any other: two runs never take the same time.
 */
import type { Json, JsonObject } from "../events/json.ts";

/** A place in which two values differ; a side that has nothing there is absent. */
export interface Difference {
  /** From the name of the whole: `input.output.exitCode`, `state.RUNNING[0]`. */
  readonly path: string;
  readonly a?: Json;
  readonly b?: Json;
}

/** Who two values belong to, and what counts. */
export interface Comparing {
  /** Ids of the runs. */
  readonly runs: readonly [string, string];
  /** Whether times count, too. */
  readonly times: boolean;
}

/** Most differences of two values that are listed. */
const MOST = 50;

/** All places in which two values differ, in the order of the first; the first 50 of them. */
export function differencesOf(
  path: string,
  [a, b]: readonly [Json | undefined, Json | undefined],
  comparing: Comparing,
): readonly Difference[] {
  const found: Difference[] = [];
  compare({ found, ...comparing }, path, a, b);
  return found;
}

interface Walk extends Comparing {
  readonly found: Difference[];
}

function compare(walk: Walk, path: string, a: Json | undefined, b: Json | undefined): void {
  if (a === b || walk.found.length >= MOST) return;
  if (Array.isArray(a) && Array.isArray(b)) return compareItems(walk, path, a, b);
  if (isObject(a) && isObject(b)) return compareFields(walk, path, a, b);
  if (isSame(walk, path, a, b)) return;
  walk.found.push({ path, ...(a !== undefined && { a }), ...(b !== undefined && { b }) });
}

function compareItems(walk: Walk, path: string, a: readonly Json[], b: readonly Json[]): void {
  for (let at = 0; at < Math.max(a.length, b.length); at++)
    compare(walk, `${path}[${at}]`, a[at], b[at]);
}

/** A key that is an address of one run stands for the same of the other. */
function compareFields(walk: Walk, path: string, a: JsonObject, b: JsonObject): void {
  const [one, other] = walk.runs;
  const left = new Map(Object.keys(b).map((key) => [nameless(key, other), key]));
  for (const key of Object.keys(a)) {
    const same = Object.hasOwn(b, key) ? key : left.get(nameless(key, one));
    if (same !== undefined) left.delete(nameless(same, other));
    compare(walk, `${path}.${key}`, a[key], same === undefined ? undefined : b[same]);
  }
  for (const key of left.values()) compare(walk, `${path}.${key}`, undefined, b[key]);
}

function isSame(walk: Walk, path: string, a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a === "string" && typeof b === "string") return isSameText(a, b, walk.runs);
  return !walk.times && typeof a === "number" && typeof b === "number" && isTime(path);
}

/** A folder may be called as a run is, so that its name may, but need not, stand for the other's. */
function isSameText(a: string, b: string, [one, other]: Comparing["runs"]): boolean {
  if (a === one) return b === other;
  const [first = "", ...rest] = a
    .split(named(one))
    .map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&"));
  if (rest.length === 0) return false;
  const either = `/(?:${one}|${other})${BEHIND}`;
  return new RegExp(`^${[first, ...rest].join(either)}$`, "s").test(b);
}

const TIME = /(^|[._])(at|ms|time|duration|timestamp)(\[[0-9]+\])?$|[a-z0-9](At|Ms)(\[[0-9]+\])?$/;

function isTime(path: string): boolean {
  return TIME.test(path);
}

/** A text without the id of its run. */
export function nameless(text: string, run: string): string {
  if (!text.includes(run)) return text;
  if (text === run) return "*";
  return text.replaceAll(named(run), "/*");
}

/** What goes on behind a run's id is another id. */
const BEHIND = "(?![A-Za-z0-9_~-])";

function named(run: string): RegExp {
  return new RegExp(`/${run}${BEHIND}`, "g");
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Values of machines as JSON for people: whatever a context holds, and never more of it than fits.
 *
 * - What JSON cannot hold stands as Troupe writes it down: refs, errors, dates as tagged objects.
 * - What is left out says so in its place: `…` and how much there is.
 */
import { encodeLoose } from "../actors/xstate/encode.ts";
import type { Json } from "../events/json.ts";

/** About how many characters of a value are shown, unless more are asked for. */
const ROOM = 2_000;
/** So deep may what is shown be nested. */
const DEEPEST = 32;

interface Left {
  room: number;
}

/** @param room about how many characters of its JSON are kept. `Infinity`: all. */
export function brief(value: unknown, room: number = ROOM): Json {
  return shown(value, { room }, 0);
}

/** Whether a value has parts that are values of their own: a plain object or a list. */
export function hasParts(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What has no parts, whole. */
export function jsonOf(value: unknown): Json {
  try {
    return encodeLoose(value, "value");
  } catch {
    return `[${typeof value === "object" ? (value?.constructor?.name ?? "object") : typeof value}]`;
  }
}

function shown(value: unknown, left: Left, depth: number): Json {
  if (typeof value === "string") return text(value, left);
  if (!hasParts(value)) return leaf(value, left, depth);
  if (depth >= DEEPEST) return "…";
  left.room -= 2;
  return Array.isArray(value) ? list(value, left, depth) : record(value, left, depth);
}

function text(value: string, left: Left): string {
  const room = Math.max(0, left.room);
  left.room -= value.length + 3;
  if (value.length <= Math.max(room, 8)) return value;
  return `${value.slice(0, room).replace(/[\uD800-\uDBFF]$/, "")}… (${value.length} characters)`;
}

function leaf(value: unknown, left: Left, depth: number): Json {
  const json = jsonOf(value);
  if (hasParts(json)) return shown(json, left, depth + 1);
  left.room -= String(json).length + 1;
  return json;
}

function list(value: readonly unknown[], left: Left, depth: number): Json {
  const items: Json[] = [];
  for (const item of value) {
    if (left.room <= 0) return [...items, `… (${value.length - items.length} more)`];
    items.push(shown(item, left, depth + 1));
  }
  return items;
}

function record(value: object, left: Left, depth: number): Json {
  const entries = Object.entries(value);
  const out: [string, Json][] = [];
  for (const [key, item] of entries) {
    if (left.room <= 0) {
      out.push(["…", `(${entries.length - out.length} more)`]);
      break;
    }
    left.room -= key.length + 4;
    out.push([key, shown(item, left, depth + 1)]);
  }
  return Object.fromEntries(out);
}

/**
 * A value as one text that depends on nothing but what it says: keys have no order, refs are
 * addresses, errors are name, message and code. Total: whatever a context holds has a text, and
 * what has no meaning outside the process (functions, symbols) has only its sort.
 *
 * 1. A plain array or record whose content is longer than {@link SMALL} stands in the text of
 *    what holds it as a sum of its members (`marks.ts`). Whether it does depends on the value only.
 * 2. `remembered` keeps that sum with the object, and makes it for a new object from that of the
 *    one whose place it takes: what two states share costs nothing, and a change costs the
 *    members that changed and one look at each that did not (A13). The text is the same.
 * 3. What is kept is frozen, in production too, with the small parts that stand in it: changed in
 *    place it would keep its old text. Not so arrays and records of more than {@link WIDE} members:
 *    strict mode freezes them; in production one that was changed in place has its old text, and
 *    a load, which writes the last state anew, finds that (`REPLAY_DIVERGED`).
 * 4. What may change in place by right (dates, maps, sets, instances) and all that holds it is
 *    not kept: it is written anew each time.
 */
import { hexOf, markOfText, minus, moved, plus, ZERO } from "./marks.ts";
import type { Mark } from "./marks.ts";
import { keyText, primitiveText, sorted } from "./primitive.ts";
import { isRef } from "./refs.ts";

/** The text of a value, from all of it. */
export function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return primitiveText(value);
  return write(value, undefined, { nodes: undefined, above: [], fluid: 0, left: Infinity });
}

/**
 * The text of a value, from what is new in it.
 *
 * @param before what stood in its place in the state before.
 * @param budget about how many characters may be looked at.
 * @returns undefined where that is not enough.
 */
export function remembered(
  value: unknown,
  before: unknown,
  budget: number = Infinity,
): string | undefined {
  try {
    return write(value, before, { nodes: known, above: [], fluid: 0, left: budget });
  } catch (error) {
    if (error === SPENT) return undefined;
    throw error;
  }
}

/** Characters up to which an array or record stands in its parent's text as it is. */
const SMALL = 256;
/** Members up to which an array or record is frozen. */
const WIDE = 64;
const SPENT = new Error("spent");

/** An array or record as its members come to. */
interface Node {
  readonly sum: Mark;
  readonly count: number;
  /** Length of all members' texts. */
  readonly size: number;
}
type Items = readonly unknown[];
type Fields = Readonly<Record<string, unknown>>;

interface Walk {
  readonly nodes: WeakMap<object, Node & { readonly text: string }> | undefined;
  /** The objects that hold this one. */
  readonly above: object[];
  /** How often something was met that may not be kept. */
  fluid: number;
  left: number;
}

const known: NonNullable<Walk["nodes"]> = new WeakMap();

function write(value: unknown, before: unknown, walk: Walk): string {
  return typeof value === "object" && value !== null
    ? writeObject(value, before, walk)
    : primitiveText(value);
}

function writeObject(value: object, before: unknown, walk: Walk): string {
  const kept = walk.nodes?.get(value);
  if (kept !== undefined) return kept.text;
  if (isRef(value)) return `@${JSON.stringify(value.sessionId)}`;
  if (walk.above.includes(value)) {
    walk.fluid++;
    return "cycle";
  }
  walk.above.push(value);
  const text = isPlain(value) ? writePlain(value, before, walk) : writeInstance(value, walk);
  walk.above.pop();
  return text;
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function writePlain(value: object, before: unknown, walk: Walk): string {
  const fluid = walk.fluid;
  const was = typeof before === "object" && before !== null ? walk.nodes?.get(before) : undefined;
  const made = Array.isArray(value)
    ? writeItems(value, Array.isArray(before) ? before : [], { walk, was })
    : writeFields(fieldsOf(value), fieldsOf(before), { walk, was });
  if (walk.fluid === fluid) return keep(value, made, walk);
  return typeof made === "string" ? made : textOf(value, made);
}

/** Notes what a container comes to, and sees to it that it stays true. */
function keep(value: object, made: Node | string, { nodes }: Walk): string {
  const small = typeof made === "string";
  if (nodes !== undefined && (small || made.count <= WIDE)) Object.freeze(value);
  if (small) return made;
  const text = textOf(value, made);
  nodes?.set(value, { ...made, text });
  return text;
}

function textOf(value: object, { sum, count, size }: Node): string {
  return `${Array.isArray(value) ? "[" : "{"}#${count}:${size}:${hexOf(sum)}`;
}

/** A record's fields; an array or anything else has none. */
function fieldsOf(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return value as Fields; // every key of an object indexes it
}

interface Writing {
  readonly walk: Walk;
  /** What is kept of the one before. */
  readonly was: Node | undefined;
}

type Known = Writing & { readonly was: Node };

function member(value: unknown, before: unknown, walk: Walk): string {
  const text = write(value, before, walk);
  walk.left -= text.length + 1;
  if (walk.left < 0) throw SPENT;
  return text;
}

function look(count: number, walk: Walk): void {
  walk.left -= count >> 4;
  if (walk.left < 0) throw SPENT;
}

function writeItems(now: Items, before: Items, { walk, was }: Writing): Node | string {
  if (was !== undefined && was.count === before.length) {
    const node =
      now.length === before.length
        ? replaced(now, before, { walk, was })
        : spliced(now, before, { walk, was });
    if (node.size > SMALL) return node;
  }
  look(now.length, walk);
  const texts: string[] = [];
  let size = 0;
  for (let i = 0; i < now.length; i++) {
    const text = member(now[i], before[i], walk);
    size += text.length;
    texts.push(text);
  }
  if (size <= SMALL) return `[${texts.join()}]`;
  return { sum: sumOf(texts, 0), count: now.length, size };
}

function lengthOf(texts: readonly string[]): number {
  let length = 0;
  for (const text of texts) length += text.length;
  return length;
}

/** Σ mark(i)·R^(from + i). */
function sumOf(texts: readonly string[], from: number): Mark {
  let sum = ZERO;
  for (let i = texts.length - 1; i >= 0; i--) sum = plus(moved(sum, 1), markOfText(texts[i] ?? ""));
  return moved(sum, from);
}

/** As many items as before. */
function replaced(now: Items, before: Items, { walk, was }: Known): Node {
  look(now.length, walk);
  let { sum, size } = was;
  for (let i = 0; i < now.length; i++) {
    if (now[i] === before[i]) continue;
    const out = member(before[i], undefined, walk);
    const put = member(now[i], before[i], walk);
    if (out === put) continue;
    sum = plus(sum, moved(minus(markOfText(put), markOfText(out)), i));
    size += put.length - out.length;
  }
  return { sum, size, count: now.length };
}

/** One stretch gives way to another, and what follows moves. */
function spliced(now: Items, before: Items, { walk, was }: Known): Node {
  const most = Math.min(now.length, before.length);
  look(most, walk);
  let head = 0;
  while (head < most && now[head] === before[head]) head++;
  let tail = 0;
  while (tail < most - head && now.at(-1 - tail) === before.at(-1 - tail)) tail++;
  const texts = (items: Items): string[] => items.map((item) => member(item, undefined, walk));
  const out = texts(before.slice(head, before.length - tail));
  const put = texts(now.slice(head, now.length - tail));
  const gone = sumOf(out, head);
  const follows =
    tail <= head
      ? sumOf(texts(before.slice(before.length - tail)), before.length - tail)
      : minus(minus(was.sum, gone), sumOf(texts(before.slice(0, head)), 0));
  const stays = minus(minus(was.sum, gone), follows);
  return {
    sum: plus(plus(stays, sumOf(put, head)), moved(follows, now.length - before.length)),
    size: was.size + lengthOf(put) - lengthOf(out),
    count: now.length,
  };
}

function writeFields(now: Fields, before: Fields, { walk, was }: Writing): Node | string {
  const keys = Object.keys(now);
  if (was !== undefined) {
    const node = changed(now, before, { walk, was, keys });
    if (node !== undefined && node.size > SMALL) return node;
  }
  look(keys.length, walk);
  const texts: string[] = [];
  let size = 0;
  for (const key of keys) {
    const text = `${keyText(key)}:${member(now[key], before[key], walk)}`;
    size += text.length;
    texts.push(text);
  }
  if (size <= SMALL) return `{${sorted(texts).join()}}`;
  let sum = ZERO;
  for (const text of texts) sum = plus(sum, markOfText(text));
  return { sum, size, count: keys.length };
}

function field(
  key: string,
  value: unknown,
  { walk, before }: { readonly walk: Walk; readonly before: unknown },
): string {
  return `${keyText(key)}:${member(value, before, walk)}`;
}

/** Undefined where the one before is no longer what is kept of it. */
function changed(
  now: Fields,
  before: Fields,
  { walk, was, keys }: Known & { readonly keys: readonly string[] },
): Node | undefined {
  look(keys.length, walk);
  const node = { sum: was.sum, size: was.size, count: was.count };
  let both = 0;
  for (const key of keys) {
    const had = Object.hasOwn(before, key);
    if (had) both++;
    if (had && now[key] === before[key]) continue;
    if (had) exchange(node, field(key, before[key], { walk, before: undefined }), -1);
    exchange(node, field(key, now[key], { walk, before: had ? before[key] : undefined }), 1);
  }
  const gone = both < was.count ? Object.keys(before).filter((key) => !Object.hasOwn(now, key)) : [];
  for (const key of gone) exchange(node, field(key, before[key], { walk, before: undefined }), -1);
  return node.count === keys.length ? node : undefined;
}

/** Puts a field in, or takes it out. */
function exchange(node: { sum: Mark; size: number; count: number }, text: string, by: 1 | -1): void {
  const mark = markOfText(text);
  node.sum = by > 0 ? plus(node.sum, mark) : minus(node.sum, mark);
  node.size += by * text.length;
  node.count += by;
}

function writeInstance(value: object, walk: Walk): string {
  walk.fluid++;
  if (value instanceof Error) {
    const code: unknown = "code" in value ? value.code : undefined;
    return `!${JSON.stringify([value.name, value.message, code])}`;
  }
  // An actor of another XState system: all that can be said of it is that it is one.
  if ("sessionId" in value && "send" in value) return "actor";
  if (value instanceof Date) return `date${value.getTime()}`;
  if (value instanceof Map) return `map${write(Array.from(value), undefined, walk)}`;
  if (value instanceof Set) return `set${write(Array.from(value), undefined, walk)}`;
  const inner = { ...walk, nodes: undefined }; // its fields may change in place: nothing of them is kept
  const own = writePlain({ ...value }, undefined, inner);
  walk.left = inner.left;
  return `${value.constructor.name}${own}`;
}

/**
 * Whether a context has the shape that another version of its kind begins with. Pure.
 *
 * 1. What both versions begin with is compared; of the context that an actor has, only where they differ.
 *    So where both begin alike, nothing is ever found, whatever actors have made of it since.
 * 2. Keys are compared, and types of values, in objects within objects too: JSON's, and what else a context
 *    may hold, as dates, maps and actors. A null that the later version begins with stands for any type; an
 *    empty object for any keys, unless it is the context itself.
 * 3. A key whose value is undefined is not there.
 */
import { NULL, OBJECT, typeOf } from "./value-type.ts";

/** How a context differs. Paths are joined by dots. */
export interface ShapeFault {
  /** What the later version begins with, and the context has not. */
  readonly lacks: readonly string[];
  /** What the earlier version began with, the context still has, and the later one does not begin with. */
  readonly unknown: readonly string[];
  /** What is of another type than the later version begins with. */
  readonly types: readonly { readonly path: string; readonly is: string; readonly begins: string }[];
}

interface Beginnings {
  /** What the earlier version begins with. */
  readonly before: object;
  /** What the later one begins with. */
  readonly after: object;
}

/** @returns undefined where nothing differs. */
export function shapeFault(context: object, { before, after }: Beginnings): ShapeFault | undefined {
  const found = { lacks: [], unknown: [], types: [] };
  compareObjects(found, [], { before, after, now: context });
  const { lacks, unknown, types } = found;
  return lacks.length + unknown.length + types.length === 0 ? undefined : found;
}

/** As a part of a sentence whose subject is the actor. */
export function shapeText({ lacks, unknown, types }: ShapeFault, version: string): string {
  const parts: string[] = [];
  if (lacks.length > 0)
    parts.push(`its context lacks ${listed(lacks.map(quoted))}, which version ${version} begins with`);
  if (unknown.length > 0)
    parts.push(
      `version ${version} does not begin with ${listed(unknown.map(quoted))}, which its context has`,
    );
  for (const { path, is, begins } of types.slice(0, MOST))
    parts.push(
      `${quoted(path)} of its context is ${is}, where version ${version} begins with ${begins}`,
    );
  if (types.length > MOST) parts.push(`and ${types.length - MOST} more are of another type`);
  return parts.join("; ");
}

/** The paths that differ. */
export function pathsOf({ lacks, unknown, types }: ShapeFault): readonly string[] {
  return [...lacks, ...unknown, ...types.map(({ path }) => path)];
}

/** So many paths are named. */
const MOST = 5;

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, MOST);
  return paths.length > MOST ? `${shown.join(", ")} and ${paths.length - MOST} more` : shown.join(", ");
}

function quoted(path: string): string {
  return JSON.stringify(path);
}

interface Three<T> {
  readonly before: T;
  readonly after: T;
  readonly now: T;
}

interface Found {
  readonly lacks: string[];
  readonly unknown: string[];
  readonly types: { readonly path: string; readonly is: string; readonly begins: string }[];
}

function compareObjects(
  found: Found,
  path: readonly string[],
  { before, after, now }: Three<object>,
): void {
  for (const key of new Set([...Object.keys(after), ...Object.keys(before)]))
    compareValues(found, [...path, key], {
      before: own(before, key),
      after: own(after, key),
      now: own(now, key),
    });
}

function compareValues(
  found: Found,
  path: readonly string[],
  { before, after, now }: Three<unknown>,
): void {
  const [was, begins, is] = [typeOf(before), typeOf(after), typeOf(now)];
  const name = path.join(".");
  if (was === begins) compareMembers(found, path, { before, after, now });
  else if (begins === undefined) {
    if (is !== undefined) found.unknown.push(name);
  } else if (is === undefined) found.lacks.push(name);
  else if (begins === is) compareMembers(found, path, { before: NONE, after, now });
  else if (begins !== NULL) found.types.push({ path: name, is, begins });
}

/** What stands in for members of a value that had none to compare. */
const NONE = Object.freeze({});

/** Where all are objects of data. An object that begins empty is filled by actors: any keys may be there. */
function compareMembers(
  found: Found,
  path: readonly string[],
  { before, after, now }: Three<unknown>,
): void {
  if ((before === NONE || isFilled(before)) && isFilled(after) && isFilled(now))
    compareObjects(found, path, { before: Object(before) as object, after, now });
}

/** A key that every object inherits is not its own. */
function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? Reflect.get(object, key) : undefined;
}

/** An object of data, with keys. A ref to an actor, a date or a map is one value. */
function isFilled(value: unknown): value is object {
  return typeOf(value) === OBJECT && Object.keys(Object(value)).length > 0;
}

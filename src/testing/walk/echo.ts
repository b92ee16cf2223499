/**
 * Events that name what the actor knows: a guard that compares an id of the event with one of the
 * context is never met by chance, so texts and numbers of the context take the place of made ones.
 */
import { parseWhole } from "../../events/whole.ts";
import type { Place } from "./place.ts";
import type { Stage } from "./stage.ts";

type Leaf = string | number;
type Keys = readonly string[];

/** Values that are looked at, at most. */
const MOST_LEAVES = 200;
const DEEPEST = 6;

/** Texts and numbers that an actor knows: of its context, keys included. */
export function knownIn({ fold: { state } }: Place): readonly Leaf[] {
  const { snapshot } = state;
  const found = new Set<Leaf>();
  if ("context" in snapshot)
    for (const [keys, leaf] of leavesOf(snapshot.context)) {
      found.add(leaf);
      for (const key of keys) found.add(key);
    }
  return [...found];
}

/** Places in an event where something known could stand: all texts and numbers but its type. */
export function openings(event: unknown): readonly (readonly [keys: Keys, leaf: Leaf])[] {
  return leavesOf(event).filter(([keys]) => keys.length > 1 || keys[0] !== "type");
}

/** The event with something known in one place; undefined where its kind would not take it. */
export function echoed(
  { kind }: Stage,
  event: unknown,
  [keys, leaf]: readonly [keys: Keys, leaf: Leaf],
  known: Leaf,
): unknown {
  if (typeof known !== typeof leaf || known === leaf) return undefined;
  const other = replaced(event, keys, known);
  return parseWhole(kind.events, other).success ? other : undefined;
}

function leavesOf(value: unknown): readonly (readonly [Keys, Leaf])[] {
  const found: (readonly [Keys, Leaf])[] = [];
  const visit = (at: unknown, keys: Keys): void => {
    if (found.length >= MOST_LEAVES || keys.length > DEEPEST) return;
    if (typeof at === "string" || typeof at === "number") found.push([keys, at]);
    else if (typeof at === "object" && at !== null)
      for (const [key, item] of Object.entries(at)) visit(item, [...keys, key]);
  };
  visit(value, []);
  return found;
}

function replaced(value: unknown, [key, ...rest]: Keys, by: Leaf): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((item: unknown, index) =>
      String(index) === key ? replaced(item, rest, by) : item,
    );
  const fields = Object(value) as Readonly<Record<string, unknown>>; // it has the key
  return { ...fields, [key]: replaced(fields[key], rest, by) };
}

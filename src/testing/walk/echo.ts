/**
 * Events that name what the actor knows: a guard that compares an id of the event with one of the
 * context is never met by chance, so texts and numbers of the context, and of what the actor has
 * said to others, take the place of made ones.
 */
import { parseWhole } from "../../events/whole.ts";
import { contextOf } from "../../actors/xstate/context.ts";
import type { NumberedEffect } from "../../actors/advance.ts";
import type { Move } from "./move.ts";
import type { Place } from "./place.ts";
import type { Stage } from "./stage.ts";

export type Leaf = string | number;
type Keys = readonly string[];
/** A word to the actor. */
export type Said = Extract<Move, { does: "send" | "hear" }>;

/** Values that are looked at, at most. */
const MOST_LEAVES = 200;
const DEEPEST = 6;

/** Texts and numbers that an actor knows: of its context, keys included, and of what it has said. */
export function knownIn({ fold: { state }, said }: Place): readonly Leaf[] {
  const found = new Set<Leaf>(said);
  for (const [keys, leaf] of leavesOf(contextOf(state.snapshot))) {
    found.add(leaf);
    for (const key of keys) found.add(key);
  }
  return [...found];
}

/** Of what an actor has said, so many texts and numbers are known to others. */
const MOST_SAID = 40;

/** What others know of an actor after a step: the last that it sent and gave to what it started. */
export function saidBy(before: readonly Leaf[], effects: readonly NumberedEffect[]): readonly Leaf[] {
  const fresh = effects.flatMap(({ effect }) => {
    if (effect.type === "send") return openings(effect.event);
    return effect.type === "start" ? leavesOf(effect.child.input) : [];
  });
  const leaves = fresh.map(([, leaf]) => leaf).filter((leaf) => !before.includes(leaf));
  return leaves.length === 0 ? before : [...leaves, ...before].slice(0, MOST_SAID);
}

/** Places in an event where something known could stand: all texts and numbers but its type. */
export function openings(event: unknown): readonly (readonly [keys: Keys, leaf: Leaf])[] {
  return leavesOf(event).filter(([keys]) => keys.length > 1 || keys[0] !== "type");
}

/**
 * The event with something known in one place; undefined where that is of another type, or the
 * event is for the border and its kind would not take it.
 */
export function echoed(
  { kind }: Stage,
  { does, event }: Said,
  [keys, leaf]: readonly [keys: Keys, leaf: Leaf],
  known: Leaf,
): Said | undefined {
  if (typeof known !== typeof leaf || known === leaf) return undefined;
  const other = replaced(event, keys, known);
  if (does === "hear") return { does, event: { ...event, ...Object(other) } };
  return parseWhole(kind.events, other).success ? { does, event: other } : undefined;
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

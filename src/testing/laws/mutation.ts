/** What a step changes of what it was given: where it stands, named as its author would. */
import { readingStepper } from "../../actors/client.ts";
import { canonical } from "../../actors/xstate/canonical.ts";
import { contextOf } from "../../actors/xstate/context.ts";
import { isRef } from "../../actors/xstate/refs.ts";
import { differingPath } from "../../actors/xstate/strict.ts";
import type { Move } from "../walk/move.ts";
import { move, type Place } from "../walk/place.ts";
import type { Stage } from "../walk/stage.ts";
import { stopsOf, type Stop, type Walk } from "../walk/walks.ts";
import type { Broken } from "./report.ts";

/** What the engine says to whoever changes what is frozen. */
export const FROZEN =
  /object is not extensible|read only property|Cannot (?:add|delete|define|redefine) property/;
const PROPERTY = /property '?([^',\s]+)/;

/** The path that a step tried to change: it does so again, with nothing frozen. Undefined where the error says something else. */
function whatChanges(
  stage: Stage,
  { fold, ...place }: Place,
  one: Move,
  error: unknown,
): string | undefined {
  if (!(error instanceof TypeError) || !FROZEN.test(error.message)) return undefined;
  const { snapshot } = fold.state;
  const context = contextOf(snapshot);
  const thawed = thaw(context);
  const state = { ...fold.state, snapshot: { ...snapshot, context: thawed } };
  const loose = { ...stage, stepper: readingStepper(stage.kinds) };
  move(loose, { ...place, fold: { ...fold, state } }, one);
  const path = differingPath(context, thawed, "context");
  return path ?? `event.${PROPERTY.exec(error.message)?.[1] ?? "?"}`;
}

/** A copy that may be changed: of plain objects and arrays, all the way down. */
function thaw(value: unknown): unknown {
  if (typeof value !== "object" || value === null || isRef(value)) return value;
  if (Array.isArray(value)) return value.map(thaw);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, thaw(item)]));
}

/** A context as text, by key: what cannot be frozen shows here that it was changed. */
export type Image = ReadonlyMap<string, string>;

export function imageOf({ fold: { state } }: Place): Image {
  const context = contextOf(state.snapshot);
  if (typeof context !== "object" || context === null) return new Map();
  return new Map(Object.entries(context).map(([key, value]) => [key, canonical(value)]));
}

/** The first path at which a place is no longer what it was. */
function changedSince(image: Image, place: Place): string | undefined {
  const now = imageOf(place);
  const key = [...now.keys()].find((name) => now.get(name) !== image.get(name));
  return key === undefined ? undefined : `context.${key}`;
}

/** @param image of the context before the step, as it was when that came to be. */
export function inPlace(
  stage: Stage,
  { move: one, before, moved }: Stop,
  image: Image | undefined,
): Broken | undefined {
  if (one === undefined || before === undefined) return undefined;
  const thrown = moved.place?.fold.state.snapshot.error;
  const at = whatChanges(stage, before, one, thrown) ?? (image && changedSince(image, before));
  if (at === undefined) return undefined;
  return {
    what: `a step changes its ${at.startsWith("event") ? "event" : "context"} in place`,
    at,
    hint: "Return new objects and arrays: [...list, item] in place of list.push(item).",
  };
}

/** The first step of a walk that changes what it is given; undefined where none does. */
export function inPlaceIn(stage: Stage, walk: Walk): Broken | undefined {
  let image: Image | undefined;
  for (const stop of stopsOf(stage, walk)) {
    const broken = inPlace(stage, stop, image);
    if (broken !== undefined) return broken;
    image = stop.moved.place && imageOf(stop.moved.place);
  }
  return undefined;
}

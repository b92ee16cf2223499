/**
 * A state with other values at some places of its context.
 *
 * 1. Pure, and along the way to a place only: all else is shared with the state before.
 * 2. No transition is taken: the machine sees the values at its next event.
 */
import { TroupeError } from "../../errors.ts";
import type { State } from "./contract.ts";
import { put } from "./encode.ts";
import { isRef } from "./refs.ts";

export interface ValueAt {
  /** Keys, and indexes of arrays, down from the context; at least one. All but the last must be there. */
  readonly path: readonly string[];
  readonly value: unknown;
}

/** @throws {@link TroupeError} `INPUT_INVALID` naming the part of a path that is not there. */
export function withValues(state: State, values: readonly ValueAt[], address: string): State {
  if (values.length === 0) return state;
  const { snapshot } = state;
  if (!("context" in snapshot)) throw noPlace(address, [], "it has no context");
  let { context }: { context: unknown } = snapshot;
  for (const { path, value } of values) context = placed(context, { path, value, address, depth: 0 });
  return { ...state, snapshot: Object.assign({ ...snapshot }, { context }) };
}

interface Placing extends ValueAt {
  readonly address: string;
  /** How many parts of the path lie above. */
  readonly depth: number;
}

function placed(into: unknown, placing: Placing): unknown {
  const { path, depth, address, value } = placing;
  const key = path[depth] ?? "";
  const last = depth === path.length - 1;
  const members = membersOf(into);
  if (members === undefined) throw noPlace(address, path.slice(0, depth), "it has no members");
  const known = Object.keys(members).includes(key); // of an array its length is no member
  if (!known && (!last || isList(members))) throw unknownPart(placing, members);
  const below = Object.getOwnPropertyDescriptor(members, key)?.value as unknown; // own data, whatever the key is called
  const member = last ? value : placed(below, { ...placing, depth: depth + 1 });
  if (isList(members)) return members.with(Number(key), member);
  const copy: Record<string, unknown> = Object.fromEntries(Object.entries(members));
  put(copy, key, member);
  return copy;
}

/** Of plain objects and arrays alone: what else there is has no members that could be set. */
function membersOf(value: unknown): object | readonly unknown[] | undefined {
  if (typeof value !== "object" || value === null || isRef(value)) return undefined;
  if (isList(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? value : undefined;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function unknownPart({ address, path, depth }: Placing, members: object): TroupeError {
  const there = isList(members)
    ? `an array of ${members.length}`
    : Object.keys(members).slice(0, 20).join(", ") || "nothing";
  return noPlace(address, path.slice(0, depth + 1), `there is ${there}`);
}

function noPlace(address: string, path: readonly string[], why: string): TroupeError {
  const place = ["context", ...path].join(".");
  return new TroupeError("INPUT_INVALID", `"${address}" has no place "${place}" to set: ${why}`, {
    hint: "Look at the actor's context with `troupe replay`, and name a place whose parent is there.",
    data: { address, path: place },
  });
}

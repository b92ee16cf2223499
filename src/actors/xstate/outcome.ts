/**
 * What a step comes to: the new state, its effects, and the word to the parent.
 */
import { isMachineSnapshot } from "xstate";
import type { AnyMachineSnapshot, Snapshot } from "xstate";
import { hasEnded, knownAfter, NONE_KNOWN } from "./child-snapshots.ts";
import type { Effect, Identity, State, Stepped } from "./contract.ts";
import { effectsOf } from "./effects.ts";
import type { EffectParts } from "./effects.ts";
import { NO_INCARNATIONS } from "./incarnations.ts";
import { noticeOf } from "./events.ts";
import { isRef } from "./refs.ts";
import type { Ref, RefTable } from "./refs.ts";
import { takenOf } from "./taken.ts";
import type { Turn } from "./turn.ts";

/** The outcome of a step that ran to its end. */
export function steppedOf(turn: Turn, snapshot: Snapshot<unknown>, parts: EffectParts): Stepped {
  const state = {
    snapshot,
    incarnations: turn.incarnations,
    childSnapshots: turn.state === undefined ? NONE_KNOWN : knownAfter(turn.state, turn.stopped),
  };
  const effects = effectsOf(turn, parts);
  const taken = takenOf(turn.transitions);
  const handled = taken.length > 0 || !isMachineSnapshot(snapshot) || snapshot.status !== "active";
  return {
    state,
    handled,
    effects: withNotice(turn.actor, effects, snapshot),
    ...(turn.lookups !== undefined && { lookups: turn.lookups }),
    taken,
  };
}

/** The outcome of a step that ended the actor without its machine's doing: nothing of it is kept. */
export function endedOf(
  turn: Turn,
  end: { readonly status: "error" | "stopped"; readonly error?: unknown },
): Stepped {
  const before = turn.state?.snapshot;
  const snapshot = ended(before, end);
  const state: State = {
    snapshot,
    incarnations: turn.state?.incarnations ?? NO_INCARNATIONS,
    childSnapshots: NONE_KNOWN,
  };
  return {
    state,
    handled: true,
    effects: withNotice(turn.actor, stopsOf(turn), snapshot),
    ...(turn.lookups !== undefined && { lookups: turn.lookups }),
    taken: [],
  };
}

function ended(
  before: Snapshot<unknown> | undefined,
  { status, error }: { readonly status: "error" | "stopped"; readonly error?: unknown },
): Snapshot<unknown> {
  return status === "stopped"
    ? { ...before, status, output: undefined, error: undefined }
    : { ...before, status, output: undefined, error };
}

function stopsOf({ state }: Turn): Effect[] {
  if (state === undefined || !isMachineSnapshot(state.snapshot)) return [];
  const children: readonly (Ref | undefined)[] = Object.values(state.snapshot.children);
  return children.flatMap((child) =>
    child === undefined || hasEnded(state, child.sessionId)
      ? []
      : [{ type: "stop", child: child.sessionId }],
  );
}

function withNotice(
  actor: Identity,
  effects: Effect[],
  snapshot: Snapshot<unknown>,
): readonly Effect[] {
  const event = actor.parent === undefined ? undefined : noticeOf(actor, snapshot);
  if (actor.parent !== undefined && event !== undefined)
    effects.push({ type: "send", to: actor.parent.address, event });
  return effects;
}

/**
 * Puts the children of a step into the table of refs. Where an address had a ref already (the
 * step ran before, or a replay meets what others still hold), that one takes the new one's place.
 */
export function interned(turn: Turn, snapshot: Snapshot<unknown>, refs: RefTable): Snapshot<unknown> {
  const replaced = new Map<unknown, Ref>();
  for (const { actor } of turn.born) {
    const older = refs.intern(actor);
    if (older === undefined) continue;
    older._parent ??= actor._parent;
    older.src ??= actor.src;
    replaced.set(actor, older);
  }
  if (replaced.size === 0) return snapshot;
  if (!isMachineSnapshot(snapshot)) return snapshot;
  return withRefs(snapshot, replaced, turn.state?.snapshot);
}

function withRefs(
  snapshot: AnyMachineSnapshot,
  replaced: ReadonlyMap<unknown, Ref>,
  before: Snapshot<unknown> | undefined,
): AnyMachineSnapshot {
  const { context, children, output } = snapshot;
  return {
    ...snapshot,
    context: replace(context, replaced, partOf(before, "context")),
    children: replace(children, replaced, undefined),
    output: replace(output, replaced, undefined),
  };
}

/**
 * A copy where it must be, the value itself where nothing in it changes.
 *
 * @param before what stood in its place before the step: what is still there cannot hold what the
 * step has made, and is not looked through (A13).
 */
function replace<T>(value: T, replaced: ReadonlyMap<unknown, Ref>, before: unknown): T {
  const other = replaced.get(value);
  if (other !== undefined) return other as T; // a ref for a ref
  if (typeof value !== "object" || value === null || value === before || isRef(value)) return value;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    const copy = items.map((item, index) => replace(item, replaced, partOf(before, index)));
    return copy.some((item, index) => item !== items[index]) ? (copy as T) : value; // same items, refs swapped
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).map(
    ([key, item]: [string, unknown]) =>
      [key, item, replace(item, replaced, partOf(before, key))] as const,
  );
  if (entries.every(([, before, after]) => before === after)) return value;
  return Object.fromEntries(entries.map(([key, , after]) => [key, after])) as T; // same fields, refs swapped
}

function partOf(whole: unknown, key: string | number): unknown {
  return typeof whole === "object" && whole !== null ? Reflect.get(whole, key) : undefined;
}

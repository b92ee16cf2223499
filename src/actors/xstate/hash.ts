/**
 * The state hash: what a replay must meet again at every record.
 *
 * 1. It covers status, value, context, output, error, history, children and the effects of the
 *    step. Not: tags, nodes, the machine, session ids, delays (they may be random and stand in
 *    the record).
 * 2. It is the same before and after persisting, in every order of keys, on every machine.
 * 3. Children are kept incrementally: a step that starts none costs the same with ten and with
 *    thousands (A13).
 */
import { hash as digest } from "node:crypto";
import { isMachineSnapshot } from "xstate";
import type { AnyMachineSnapshot } from "xstate";
import { canonical } from "./canonical.ts";
import type { Effect, HashOptions, State } from "./contract.ts";
import { encode } from "./encode.ts";
import type { Ref } from "./refs.ts";

/** Lower-case hex, 16 characters. */
export function hashOf(
  state: State,
  effects: readonly Effect[],
  { context = true }: HashOptions = {},
): string {
  const hashed = context ? state : { ...state, snapshot: { ...state.snapshot, context: undefined } };
  return digest("sha256", textOf(hashed, effects), "hex").slice(0, 16);
}

function textOf(state: State, effects: readonly Effect[]): string {
  const { snapshot } = state;
  const self = isMachineSnapshot(snapshot) ? machineText(snapshot) : canonical(snapshot);
  const asked = effects.length === 0 ? "" : canonical(effects.map(hashedEffect));
  return `${self}|${asked}`;
}

function machineText(snapshot: AnyMachineSnapshot): string {
  const { status, value, context, output, error } = snapshot;
  const children = childrenText(snapshot.children);
  const own = canonical([status, value, context, output, error]);
  return `${own}|${canonical(hashedHistory(snapshot))}|${children}`;
}

/** A snapshot and its effects as plain data: what the hash says, for naming a difference. */
export function hashedView(state: State, effects: readonly Effect[]): Record<string, unknown> {
  const { snapshot } = state;
  if (!isMachineSnapshot(snapshot)) return { ...snapshot, effects: effects.map(hashedEffect) };
  const { status, value, context, output, error, children } = snapshot;
  const history = hashedHistory(snapshot);
  const asked = effects.map(hashedEffect);
  return { status, value, context, output, error, history, children, effects: asked };
}

function hashedHistory(snapshot: AnyMachineSnapshot): Record<string, readonly string[]> {
  const entries = Object.entries(snapshot.historyValue);
  return Object.fromEntries(entries.map(([key, nodes]) => [key, nodes.map((node) => node.id).sort()]));
}

function hashedEffect(effect: Effect): unknown {
  if (effect.type === "action") return [effect.type, effect.name, jsonOrNothing(effect.params)];
  if (effect.type === "timer") return [effect.type, effect.timer, effect.to, effect.event];
  return effect;
}

function jsonOrNothing(params: unknown): unknown {
  if (params === undefined) return undefined;
  try {
    return encode(params, "params");
  } catch {
    return undefined;
  }
}

type Children = Readonly<Record<string, Ref | undefined>>;
type Mark = readonly [number, number];

const seen = new WeakMap<Children, string>();
const marks = new WeakMap<Ref, Mark>();

/** XState never changes its children object, it makes another. The order of children says nothing. */
function childrenText(children: Children): string {
  const before = seen.get(children);
  if (before !== undefined) return before;
  let [high, low] = [0, 0];
  for (const key of Object.keys(children)) {
    const ref = children[key];
    const mark = key === ref?.id ? markOf(ref) : markOfText(`${key} ${ref?.sessionId}`);
    high ^= mark[0];
    low ^= mark[1];
  }
  const text = `${high},${low}`;
  seen.set(children, text);
  return text;
}

function markOf(ref: Ref): Mark {
  const before = marks.get(ref);
  if (before !== undefined) return before;
  const mark = markOfText(`${ref.id} ${ref.sessionId}`);
  marks.set(ref, mark);
  return mark;
}

function markOfText(text: string): Mark {
  const bytes = digest("sha256", text, "buffer");
  return [bytes.readInt32BE(0), bytes.readInt32BE(4)];
}

/**
 * The state hash: what a replay must meet again at every record.
 *
 * 1. It covers status, value, context, output, error, history, children and the effects of the
 *    step. Not: tags, nodes, the machine, session ids, delays (they may be random and stand in
 *    the record).
 * 2. It is the same before and after persisting, in every order of keys, on every machine, and
 *    whether it was made from the whole state (`hashOf`) or from what is new in it (`hashSince`).
 * 3. It costs what the step changed (A13): contexts by what two of them share (`canonical.ts`),
 *    children by what stands in their object. Where too much of a context is new, it is left out,
 *    and the answer says so.
 */
import { hash as digest } from "node:crypto";
import { isMachineSnapshot } from "xstate";
import type { Snapshot } from "xstate";
import { canonical, remembered } from "./canonical.ts";
import { contextOf } from "./context.ts";
import type { Effect, HashedState, HashOptions, Since, State } from "./contract.ts";
import { encode } from "./encode.ts";
import { markOfText, plus, ZERO, type Mark } from "./marks.ts";
import type { Ref } from "./refs.ts";

/** Lower-case hex, 16 characters. */
export function hashOf(
  state: State,
  effects: readonly Effect[],
  { context = true }: HashOptions = {},
): string {
  return seal(state, effects, context ? canonical(contextOf(state.snapshot)) : undefined);
}

/** The same, at the cost of what is new. */
export function hashSince(
  state: State,
  effects: readonly Effect[],
  { before, budget }: Since,
): HashedState {
  const was = contextOf(before);
  const context = budget === 0 ? undefined : remembered(contextOf(state.snapshot), was, budget);
  return { hash: seal(state, effects, context), whole: context !== undefined };
}

/** @param context its text; undefined leaves it out. */
function seal({ snapshot }: State, effects: readonly Effect[], context: string = "-"): string {
  const asked = effects.length === 0 ? "" : canonical(effects.map(hashedEffect));
  return digest("sha256", `${ownText(snapshot)}|${context}|${asked}`, "hex").slice(0, 16);
}

function ownText(snapshot: Snapshot<unknown>): string {
  if (!isMachineSnapshot(snapshot)) return canonical({ ...snapshot, context: undefined });
  const { status, value, output, error } = snapshot;
  const own = `${status}|${canonical(value)}|${canonical(output)}|${canonical(error)}`;
  return `${own}|${historyText(snapshot.historyValue)}|${childrenText(snapshot.children)}`;
}

/** A snapshot and its effects as plain data: what the hash says, for naming a difference. */
export function hashedView(state: State, effects: readonly Effect[]): Record<string, unknown> {
  const { snapshot } = state;
  if (!isMachineSnapshot(snapshot)) return { ...snapshot, effects: effects.map(hashedEffect) };
  const { status, value, context, output, error, children } = snapshot;
  const history = hashedHistory(snapshot.historyValue);
  const asked = effects.map(hashedEffect);
  return { status, value, context, output, error, history, children, effects: asked };
}

type History = Readonly<Record<string, readonly { readonly id: string }[]>>;

function historyText(history: History): string {
  return Object.keys(history).length === 0 ? "{}" : canonical(hashedHistory(history));
}

function hashedHistory(history: History): Record<string, readonly string[]> {
  const entries = Object.entries(history);
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

/** Children up to which remembering costs more than looking again. */
const FEW = 8;
const seen = new WeakMap<Children, string>();
const marks = new WeakMap<Ref, Mark>();

/** XState never changes its children object, it makes another. The order of children says nothing. */
function childrenText(children: Children): string {
  const before = seen.get(children);
  if (before !== undefined) return before;
  const keys = Object.keys(children);
  const many = keys.length > FEW;
  let sum = ZERO;
  for (const key of keys) {
    const ref = children[key];
    const own = many && key === ref?.id;
    sum = plus(sum, own ? markOf(ref) : markOfText(`${key} ${ref?.sessionId}`));
  }
  const text = sum.join();
  if (many) seen.set(children, text);
  return text;
}

function markOf(ref: Ref): Mark {
  const before = marks.get(ref);
  if (before !== undefined) return before;
  const mark = markOfText(`${ref.id} ${ref.sessionId}`);
  marks.set(ref, mark);
  return mark;
}

/**
 * From what a step noted to what it asks for.
 *
 * 1. Custom actions and logs stand first, then the rest in the order of the step: XState runs
 *    the first kind at once and defers the second.
 * 2. The start of an actor stands before what is sent to it, also where an entry action sends first.
 * 3. A child started and stopped in one step leaves no effect.
 * 4. An immediate `raise` was consumed inside the step and is no effect.
 * 5. Same step, same list: nothing here asks for time or chance.
 */
import { TroupeError } from "../../errors.ts";
import { actAs } from "./acting.ts";
import type { ChildStart, Effect } from "./contract.ts";
import { hasEnded } from "./child-snapshots.ts";
import { encode } from "./encode.ts";
import { encodeEvent, fields } from "./events.ts";
import type { Fields } from "./events.ts";
import { hostEffect } from "./host-effects.ts";
import type { RawAction } from "./internals.ts";
import { isRef } from "./refs.ts";
import type { Ref } from "./refs.ts";
import type { Born, Turn } from "./turn.ts";

export interface EffectParts {
  readonly logger: (...args: unknown[]) => void;
  /** Says something once for a machine. */
  readonly warn: (logic: object, message: string) => void;
}

/** The effects of a step, without the notices to its parent. */
export function effectsOf(turn: Turn, parts: EffectParts): Effect[] {
  if (turn.notes.length === 0) return [];
  const first: Effect[] = [];
  const rest: Effect[] = [];
  const gone = turn.stopped;
  turn.notes.forEach((note, index) => {
    const effect = effectOf(note, { ...parts, turn, gone, index });
    if (effect?.type === "action") first.push(effect);
    else if (effect !== undefined) rest.push(effect);
  });
  return [...first, ...startsFirst(rest)];
}

interface Place extends EffectParts {
  readonly turn: Turn;
  readonly gone: readonly string[];
  readonly index: number;
}

function effectOf(note: Turn["notes"][number], at: Place): Effect | undefined {
  switch (note.type) {
    case "born":
      if (at.gone.includes(note.born.address)) return undefined;
      return { type: "start", child: childStart(note.born) };
    case "stop":
      return stopOf(note.address, at);
    case "send":
      return { type: "send", to: note.to, event: encodeEvent(note.event, `event to ${note.to}`) };
    case "emit":
      return { type: "emit", event: encodeEvent(note.event, "emitted event") };
    case "action":
      if (note.strayed === true) at.warn(at.turn.actor.logic, strayedSend(at.turn));
      return actionEffect(note.action, at);
  }
}

function stopOf(address: string, { turn }: Place): Effect | undefined {
  if (turn.born.some((born) => born.address === address)) return undefined;
  const ended = turn.state !== undefined && hasEnded(turn.state, address);
  return ended ? undefined : { type: "stop", child: address };
}

function childStart({ actor, address, src, logicType }: Born): ChildStart {
  const { input, systemId } = actor.options;
  return {
    address,
    id: actor.id,
    src,
    logicType,
    ...(input !== undefined && { input: encode(input, `input of child "${actor.id}"`) }),
    ...(systemId !== undefined && { systemId }),
    syncSnapshot: actor._syncSnapshot === true,
  };
}

function actionEffect(action: RawAction, at: Place): Effect | undefined {
  const params = fields(action.params);
  switch (action.type) {
    case "xstate.spawnChild": // noted at birth, whichever way the child was made
      if (params["id"] === undefined) at.warn(at.turn.actor.logic, namelessChild(at.turn));
      return undefined;
    case "xstate.stopChild": // noted when it was met
      return undefined;
    case "xstate.sendTo":
      return sendEffect(params, at);
    case "xstate.raise":
      return typeof params["delay"] === "number" ? timerEffect(params, at.turn.self, at) : undefined;
    case "xstate.cancel":
      return { type: "cancel", timer: String(params["sendId"]) };
    case "xstate.emit":
      return { type: "emit", event: encodeEvent(params["event"], "emitted event") };
    case "xstate.log":
      return logEffect(params, at.logger);
    default:
      return hostEffect(action, at.turn.actor.address) ?? customEffect(action, at.turn.actor.address);
  }
}

function sendEffect(params: Fields, at: Place): Effect {
  const to = target(params["to"], at.turn);
  if (typeof params["delay"] === "number") return timerEffect(params, to, at);
  const event = escalated(params["event"], at.turn);
  return { type: "send", to: to.sessionId, event: encodeEvent(event, `event to ${to.sessionId}`) };
}

function namelessChild({ actor }: Turn): string {
  return `spawnChild without an id in ${actor.address}: XState files the child under "undefined", where the next one replaces it`;
}

function strayedSend({ actor }: Turn): string {
  return `sendTo in ${actor.address} found no target, so XState sends to the actor itself`;
}

/** XState's old way to fail: `sendParent({ type: "xstate.error", data })`. */
function escalated(event: unknown, { self }: Turn): unknown {
  if (fields(event)["type"] !== "xstate.error") return event;
  return { type: `xstate.error.actor.${self.id}`, error: fields(event)["data"], actorId: self.id };
}

function timerEffect(params: Fields, to: Ref, { turn, index }: Place): Effect {
  const id = params["id"];
  return {
    type: "timer",
    timer: typeof id === "string" ? id : `${turn.seq}.${index}`,
    to: to.sessionId,
    event: encodeEvent(params["event"], "delayed event"),
    delayMs: Number(params["delay"]),
  };
}

function target(to: unknown, turn: Turn): Ref {
  if (typeof to === "object" && to !== null && isRef(to)) return to;
  throw new TroupeError(
    "MACHINE_UNSUPPORTED",
    `"${turn.actor.id}" sends to something that is no actor of this host`,
    {
      hint: "Send to a child, the parent, an actor of the system, or a ref that came in an event.",
      data: { address: turn.actor.address },
    },
  );
}

function logEffect(params: Fields, logger: EffectParts["logger"]): Effect {
  const { label, value } = params;
  const run = () => (label ? logger(label, value) : logger(value));
  return { type: "action", name: "xstate.log", params: { label, value }, run };
}

function customEffect({ type, params, info, exec }: RawAction, address: string): Effect {
  const run = () => actAs({ address }, () => exec?.(info, params));
  return params === undefined
    ? { type: "action", name: type, run }
    : { type: "action", name: type, params, run };
}

/** The starts in front of the first send to whom they start; all else stays where it is. */
function startsFirst(effects: readonly Effect[]): readonly Effect[] {
  if (!effects.some(({ type }) => type === "start")) return effects;
  const later = new Map<string, Effect>();
  for (const effect of effects)
    if (effect.type === "start" && !later.has(effect.child.address))
      later.set(effect.child.address, effect);
  const ordered = new Set<Effect>();
  for (const effect of effects) {
    const start = effect.type === "send" ? later.get(effect.to) : undefined;
    if (start !== undefined) ordered.add(start); // one that stands there already stays there
    ordered.add(effect);
  }
  return [...ordered];
}

/**
 * The transitions of a step as text, `source -> event -> targets`: for the record, and for coverage.
 * A transition without a target says "-"; an eventless one says "always".
 */
import type { RawTransition } from "./internals.ts";

const texts = new WeakMap<RawTransition, string>();

export function takenOf(transitions: readonly RawTransition[]): readonly string[] {
  return transitions.filter(hasEffect).map(transitionText);
}

/** A forbidden transition (no target, no action) only keeps its ancestors from taking the event. */
function hasEffect({ target, actions, reenter }: RawTransition): boolean {
  return target !== undefined || actions.length > 0 || reenter;
}

/** One transition, as records name it. */
export function transitionText(transition: RawTransition): string {
  const before = texts.get(transition);
  if (before !== undefined) return before;
  const { source, eventType, target } = transition;
  const event = eventType === null || eventType === "" ? "always" : eventType;
  const text = `${source.id} -> ${event} -> ${target?.map((node) => node.id).join(",") ?? "-"}`;
  texts.set(transition, text);
  return text;
}

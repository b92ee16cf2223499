/**
 * Every feature of XState 5 that a user can write, as data: a machine, and what happens to it.
 * Whoever runs machines runs these, and must end where plain XState ends.
 */
import type { AnyActorLogic, AnyActorRef, Snapshot } from "xstate";
import type { JsonObject } from "../../src/events/json.ts";
import { actionFeatures } from "./xstate-features-actions.ts";
import { timingFeatures } from "./xstate-features-timing.ts";
import { stateFeatures } from "./xstate-features-states.ts";
import { transitionFeatures } from "./xstate-features-transitions.ts";
import { invokeFeatures } from "./xstate-features-invokes.ts";
import { spawnFeatures } from "./xstate-features-spawns.ts";
import { refFeatures } from "./xstate-features-refs.ts";
import { promiseFeatures } from "./xstate-features-promises.ts";
import { sourceFeatures } from "./xstate-features-sources.ts";
import { failureFeatures } from "./xstate-features-failures.ts";

/** What happens next. Between two of these everything settles. */
export type Act =
  /** An event to the root, or to a child by the ids on the way to it. */
  | { readonly send: { readonly type: string } & JsonObject; readonly to?: readonly string[] }
  /** Milliseconds of (virtual) time. */
  | { readonly pass: number }
  /** The root is stopped from outside. */
  | { readonly stop: true };

export interface Feature {
  readonly name: string;
  /** A new machine each time; `trace` is for its custom actions. */
  readonly logic: (trace: (what: string) => void) => AnyActorLogic;
  readonly input?: JsonObject;
  readonly script: readonly Act[];
  /** Runs only with strict mode off: the machine uses chance or a clock on purpose. */
  readonly impure?: true;
}

export const features: readonly Feature[] = [
  ...actionFeatures,
  ...timingFeatures,
  ...stateFeatures,
  ...transitionFeatures,
  ...invokeFeatures,
  ...spawnFeatures,
  ...refFeatures,
  ...promiseFeatures,
  ...sourceFeatures,
  ...failureFeatures,
];

/** What can be seen of an actor from outside. */
export interface Seen {
  readonly status: string;
  readonly value: unknown;
  readonly context: unknown;
  readonly output: unknown;
  readonly error: unknown;
  readonly children: readonly string[];
}

/** A snapshot as plain data: refs by id, errors by message. */
export function seen(snapshot: Snapshot<unknown>): Seen {
  const { status, value, context, output, error, children }: Partial<Seen> = snapshot;
  const ids = Object.keys(typeof children === "object" ? children : {}).sort();
  return {
    status: String(status),
    value,
    context: plain(context),
    output: plain(output),
    error: plain(error),
    children: ids,
  };
}

/** Data with refs as `{ ref: id }` and errors as `{ error: message }`. */
export function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return { error: value.message, name: value.name };
  if (isRef(value)) return { ref: value.id };
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Date || value instanceof Map || value instanceof Set) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function isRef(value: object): value is AnyActorRef {
  return "sessionId" in value && "send" in value && "ref" in value;
}

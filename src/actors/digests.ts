/**
 * Digests of a context's top-level keys, so that a replay that diverges can name the path:
 * each record holds those that its step changed.
 */
import type { Snapshot } from "xstate";
import { canonical, remembered } from "./xstate/canonical.ts";
import { contextOf } from "./xstate/context.ts";
import { hexOf, markOfText } from "./xstate/marks.ts";

/** By key; null says that the key is gone. */
export type Digests = Readonly<Record<string, string | null>>;

/** Digests of the keys in which two states' contexts differ; keys that share their value by reference cost nothing. */
export function changedDigests(
  before: Snapshot<unknown> | undefined,
  after: Snapshot<unknown>,
): Digests | undefined {
  const old = keysOf(before);
  const now = keysOf(after);
  const changed: Record<string, string | null> = {};
  for (const [key, value] of Object.entries(now))
    if (!(key in old) || old[key] !== value) changed[key] = digest(remembered(value, old[key]));
  for (const key of Object.keys(old)) if (!(key in now)) changed[key] = null;
  return Object.keys(changed).length === 0 ? undefined : changed;
}

/** Keys of the context whose digests are not the recorded ones, sorted. */
export function differingKeys(
  recorded: ReadonlyMap<string, string>,
  replayed: Snapshot<unknown>,
): readonly string[] {
  const now = keysOf(replayed);
  const keys = new Set([...recorded.keys(), ...Object.keys(now)]);
  return [...keys]
    .filter((key) => (key in now ? digest(canonical(now[key])) : undefined) !== recorded.get(key))
    .sort();
}

/** Adds a record's digests to those before it. */
export function noteDigests(known: Map<string, string>, digests: Digests | undefined): void {
  for (const [key, value] of Object.entries(digests ?? {})) {
    if (value === null) known.delete(key);
    else known.set(key, value);
  }
}

/** A state's context as a record of its top-level keys; empty where it has none. */
function keysOf(snapshot: Snapshot<unknown> | undefined): Readonly<Record<string, unknown>> {
  const context = contextOf(snapshot);
  return typeof context === "object" && context !== null ? { ...context } : {};
}

function digest(text: string = ""): string {
  return hexOf(markOfText(text)).slice(0, 8);
}

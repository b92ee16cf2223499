/**
 * Digests of a context's top-level keys, so that a replay that diverges can name the path:
 * each record holds those that its step changed.
 */
import { hash } from "node:crypto";
import type { Snapshot } from "xstate";
import { canonical, canonicalCost } from "./xstate/canonical.ts";

/** By key; null says that the key is gone. */
export type Digests = Readonly<Record<string, string | null>>;

/** Digests of the keys in which two states' contexts differ; keys that share their value by reference cost nothing. */
export function changedDigests(
  before: Snapshot<unknown> | undefined,
  after: Snapshot<unknown>,
): Digests | undefined {
  const old = before === undefined ? {} : contextOf(before);
  const now = contextOf(after);
  const changed: Record<string, string | null> = {};
  for (const [key, value] of Object.entries(now))
    if (!(key in old) || old[key] !== value) changed[key] = digest(value);
  for (const key of Object.keys(old)) if (!(key in now)) changed[key] = null;
  return Object.keys(changed).length === 0 ? undefined : changed;
}

/** Keys of the context whose digests are not the recorded ones, sorted. */
export function differingKeys(
  recorded: ReadonlyMap<string, string>,
  replayed: Snapshot<unknown>,
): readonly string[] {
  const now = contextOf(replayed);
  const keys = new Set([...recorded.keys(), ...Object.keys(now)]);
  return [...keys]
    .filter((key) => (key in now ? digest(now[key]) : undefined) !== recorded.get(key))
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
function contextOf(snapshot: Snapshot<unknown>): Readonly<Record<string, unknown>> {
  const context: unknown = "context" in snapshot ? snapshot.context : undefined;
  return typeof context === "object" && context !== null ? { ...context } : {};
}

function digest(value: unknown): string {
  return hash("sha256", canonical(value), "hex").slice(0, 8);
}

/** A13: a context that writes more than this anew in a step, in characters, is left out of the next hashes. */
const HEAVY = 16_384;
/** So many records after a heavy one are light; then one is weighed again. */
const REST = 64;

/**
 * Which records of a live actor hash their context. One that costs little at each step, because
 * its states share what they do not change, is hashed at every record.
 */
export class Scales {
  #lightTo = 0;
  /** The state that the last digests led to. */
  #digested: Snapshot<unknown> | undefined;
  #start = 0;

  /** Whether the record with this seq leaves the context out. Called before its step. */
  light(seq: number): boolean {
    this.#start = canonicalCost();
    return seq <= this.#lightTo;
  }

  /** Digests for a record, unless it is light; weighs what step and digests have cost. */
  digests(seq: number, after: Snapshot<unknown>): Digests | undefined {
    if (seq <= this.#lightTo) return undefined;
    const digests = changedDigests(this.#digested, after);
    this.#digested = after;
    if (canonicalCost() - this.#start > HEAVY) this.#lightTo = seq + REST;
    return digests;
  }

  /** The actor was loaded: nothing is known of what its records say. */
  reset(): void {
    this.#digested = undefined;
  }
}

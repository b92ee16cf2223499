/**
 * Which code a state fits: what one version of a kind persisted says nothing to another.
 */
import { createHash } from "node:crypto";
import type { AnyActorLogic } from "xstate";
import type { KindCode } from "./versions.ts";

/** Raise it when the shape of `ActorContent`, or the meaning of a persisted state, changes. */
export const CONTENT_VERSION = 2;

const keys = new WeakMap<KindCode, string>();

/** Hash of the version, its upcast, the machine's structure and the source text of its implementations. */
export function codeKey(kind: KindCode): string {
  const known = keys.get(kind);
  if (known !== undefined) return known;
  const hash = createHash("sha256").update(`${CONTENT_VERSION}\n${kind.version}\n`);
  describe(kind.machine, hash, new Set());
  if (kind.upcast !== undefined) describe(kind.upcast, hash, new Set());
  const key = hash.digest("hex").slice(0, 32);
  keys.set(kind, key);
  return key;
}

/** Hash of a value's structure and of the source text of its functions: 8 hex characters. */
export function sourceKey(value: unknown): string {
  const hash = createHash("sha256");
  describe(value, hash, new Set());
  return hash.digest("hex").slice(0, 8);
}

function describe(value: unknown, hash: { update(text: string): unknown }, seen: Set<object>): void {
  if (typeof value === "function") hash.update(`f${value.toString()}`);
  if ((typeof value !== "object" && typeof value !== "function") || value === null) {
    if (typeof value !== "function") hash.update(`${typeof value}:${String(value)};`);
    return;
  }
  if (seen.has(value)) return;
  seen.add(value);
  const part = isMachine(value)
    ? { config: value.config, implementations: value.implementations }
    : value;
  for (const key of Object.keys(part).sort()) {
    hash.update(`${key}=`);
    describe(Reflect.get(part, key), hash, seen);
  }
}

function isMachine(
  value: object,
): value is AnyActorLogic & { config: unknown; implementations: unknown } {
  return "config" in value && "implementations" in value;
}

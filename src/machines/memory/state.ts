/**
 * An external memory as it stands, and what its commands make of it. Pure.
 *
 * - Sorted maps: a step costs the same at ten entries and at ten thousand (A13).
 * - `dues` has one key for each entry that expires, and no other.
 */
import type { Refusal } from "../../errors.ts";
import type { MemoryCommand, MemoryInput } from "../../events/memory/commands.ts";
import { ENTRY_LIMIT, MEMORY_LIMIT, VALUE_LIMIT } from "../../events/memory/commands.ts";
import type { MemoryFact } from "../../events/memory/facts.ts";
import type { Json } from "../../events/json.ts";
import { payloadFault } from "../../events/payload-limit.ts";
import { first, get, put, sorted, without, type Sorted } from "../sorted.ts";

/** What is remembered under a key. */
export interface MemoryEntry {
  readonly value: Json;
  readonly tags: readonly string[];
  /** Epoch ms. */
  readonly storedAt: number;
  /** Epoch ms; absent: never. */
  readonly expiresAt?: number;
  readonly by?: string;
}

export interface MemoryState {
  readonly name: string;
  readonly entries: Sorted<string, MemoryEntry>;
  /** What expires, by time, then by key. */
  readonly dues: Sorted<string, string>;
  /** Of all entries. */
  readonly bytes: number;
  /** What the timer is set to, epoch ms; null where it is not set. */
  readonly alarmAt: number | null;
}

/** What follows from an event. */
export interface MemoryStep {
  readonly state: MemoryState;
  readonly facts: readonly MemoryFact[];
}

export function emptyMemory({ name }: MemoryInput): MemoryState {
  return { name, entries: sorted(), dues: sorted(), bytes: 0, alarmAt: null };
}

/** Why a command is not taken; undefined where it is. @param at epoch ms. */
export function faultOf(before: MemoryState, command: MemoryCommand, at: number): Refusal | undefined {
  const { state } = expired(before, at);
  const known = get(state.entries, command.key);
  if (command.type === "DELETE") return known === undefined ? missing(command.key) : undefined;
  const { key, value } = command;
  const large = payloadFault(`the value of "${key}"`, value, VALUE_LIMIT);
  if (large !== undefined) return large;
  const entries = state.entries.size + (known === undefined ? 1 : 0);
  const bytes = state.bytes - sizeOf(key, known) + sizeOf(key, command);
  if (entries <= ENTRY_LIMIT && bytes <= MEMORY_LIMIT) return undefined;
  return {
    code: "MEMORY_FULL",
    message: `memory "${state.name}" is full: "${key}" would make it ${entries} entries of ${bytes} bytes, more than ${ENTRY_LIMIT} of ${MEMORY_LIMIT}`,
    hint: "Delete what is not needed, or put with a ttlMs.",
    data: { entries, bytes },
  };
}

function missing(key: string): Refusal {
  const hint = "Search for what is there.";
  return {
    code: "MEMORY_KEY_UNKNOWN",
    message: `nothing is remembered as "${key}"`,
    hint,
    data: { key },
  };
}

/** @param command has no fault. @param at epoch ms. */
export function told(before: MemoryState, command: MemoryCommand, at: number): MemoryStep {
  const { state, facts } = expired(before, at);
  const cleared = forget(state, command.key);
  const { key, by } = command;
  const who = by === undefined ? {} : { by };
  if (command.type === "DELETE")
    return {
      state: cleared,
      facts: [...facts, { type: "memory.deleted", v: 1, data: { key, ...who } }],
    };
  const { value, tags, ttlMs } = command;
  const expires = ttlMs === undefined ? {} : { expiresAt: at + ttlMs };
  const entry: MemoryEntry = { value, tags, storedAt: at, ...expires, ...who };
  const bytes = Buffer.byteLength(JSON.stringify(value));
  const said = { key, bytes, tags: [...tags], ...expires, ...who };
  return {
    state: remember(cleared, key, entry),
    facts: [...facts, { type: "memory.stored", v: 1, data: said }],
  };
}

/** What is over by a time is forgotten. */
export function expired(before: MemoryState, at: number): MemoryStep {
  let state = before;
  const keys: string[] = [];
  for (;;) {
    const [due, key] = first(state.dues) ?? [];
    if (due === undefined || key === undefined || timeOf(due) > at) break;
    keys.push(key);
    state = forget(state, key);
  }
  return { state, facts: keys.length === 0 ? [] : [{ type: "memory.expired", v: 1, data: { keys } }] };
}

/** When something expires next, epoch ms. */
export function nextDue({ dues }: MemoryState): number | undefined {
  const [due] = first(dues) ?? [];
  return due === undefined ? undefined : timeOf(due);
}

function remember(state: MemoryState, key: string, entry: MemoryEntry): MemoryState {
  const { expiresAt } = entry;
  return {
    ...state,
    entries: put(state.entries, key, entry),
    ...(expiresAt !== undefined && { dues: put(state.dues, dueKey(expiresAt, key), key) }),
    bytes: state.bytes + sizeOf(key, entry),
  };
}

function forget(state: MemoryState, key: string): MemoryState {
  const entry = get(state.entries, key);
  if (entry === undefined) return state;
  const { expiresAt } = entry;
  return {
    ...state,
    entries: without(state.entries, key),
    ...(expiresAt !== undefined && { dues: without(state.dues, dueKey(expiresAt, key)) }),
    bytes: state.bytes - sizeOf(key, entry),
  };
}

/** Bytes of an entry, as JSON; of none, 0. */
function sizeOf(key: string, entry: Pick<MemoryEntry, "value" | "tags"> | undefined): number {
  return entry === undefined ? 0 : Buffer.byteLength(JSON.stringify([key, entry.value, entry.tags]));
}

/** As many as a safe integer can have. */
const DIGITS = 16;

function dueKey(at: number, key: string): string {
  return `${String(at).padStart(DIGITS, "0")} ${key}`;
}

function timeOf(due: string): number {
  return Number(due.slice(0, DIGITS));
}

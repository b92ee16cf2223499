/**
 * A shared context as it stands: values with their versions, locks with those who wait for them,
 * and what falls due. Pure.
 *
 * 1. Nothing here is as long as the context is large but sorted maps, so a step costs the same
 *    at ten keys and at a million (A13).
 * 2. `claims` and `dues` say of every lock and every place in line no more and no less than
 *    `locks` does: they are its indexes by owner and by time.
 */
import type { ContextInput } from "../../events/context/commands.ts";
import type { Json } from "../../events/json.ts";
import { sorted, type Sorted } from "../sorted.ts";

/** The value of a key. */
export interface ContextValue {
  readonly value: Json;
  /** The version of the whole context when it was written, so that no key has a version twice, deleted or not. */
  readonly version: number;
  /** An agent or a person. */
  readonly updatedBy: string;
  /** Epoch ms. */
  readonly updatedAt: number;
}

/** A key that is locked. */
export interface Lease {
  readonly owner: string;
  readonly fence: number;
  readonly ttlMs: number;
  /** When it lapses, epoch ms. */
  readonly until: number;
  /** Those who wait, by ticket: first come, first served. */
  readonly line: Sorted<number, Waiter>;
}

export interface Waiter {
  readonly owner: string;
  readonly ttlMs: number;
  /** When it gives up, epoch ms. */
  readonly until: number;
}

/** A lease that lapses, or a waiter (by its ticket) that gives up. */
export interface Due {
  readonly key: string;
  readonly ticket?: number;
}

export interface ContextState {
  readonly run: string;
  readonly announce: boolean;
  /** One more with each update. */
  readonly version: number;
  readonly values: Sorted<string, ContextValue>;
  readonly locks: Sorted<string, Lease>;
  /** By owner, then by key: its ticket, or {@link HELD}. */
  readonly claims: Sorted<string, Sorted<string, number>>;
  /** By {@link dueKey}. */
  readonly dues: Sorted<string, Due>;
  /** What the timer is set to, epoch ms: no later than what falls due next; null where it is not set. */
  readonly alarmAt: number | null;
  /** The last fence that was given: the next is greater, whatever became of its lock. */
  readonly fence: number;
  /** The last ticket. */
  readonly ticket: number;
}

/** In place of a ticket: it has the lock. Less than every ticket. */
export const HELD = 0;

/** Who wrote the values that a context begins with. */
export const BEGINNING = "start";

/** @param at epoch ms. */
export function opened({ run, announce, values }: ContextInput, at: number): ContextState {
  const version = Object.keys(values).length === 0 ? 0 : 1;
  const written = { version, updatedBy: BEGINNING, updatedAt: at };
  return {
    run,
    announce,
    version,
    values: sorted(Object.entries(values).map(([key, value]) => [key, { value, ...written }])),
    locks: sorted(),
    claims: sorted(),
    dues: sorted(),
    alarmAt: null,
    fence: 0,
    ticket: 0,
  };
}

/** Orders what falls due by its time; at one time leases come before waiters, who may still get them. */
export function dueKey(until: number, number: number, who: "lease" | "waiter"): string {
  return `${digits(until)} ${who} ${digits(number)}`;
}

/** When something falls due, epoch ms. */
export function timeOf(due: string): number {
  return Number(due.slice(0, DIGITS));
}

/** As many as a safe integer can have. */
const DIGITS = 16;

function digits(number: number): string {
  return String(number).padStart(DIGITS, "0");
}

/**
 * Why a command is not taken: what its sender is told, and what the machine's guard asks as well,
 * since messages between actors are not refused. Pure.
 *
 * - A write of a locked key needs the lock's fence; one that carries a fence needs the lock, also
 *   where nobody holds it any more (T-R4).
 */
import type { Refusal } from "../../errors.ts";
import { entryOf } from "../../events/entry.ts";
import type { CommandOf, ContextCommand } from "../../events/context/commands.ts";
import { payloadFault } from "../../events/payload-limit.ts";
import { get } from "../sorted.ts";
import { settle } from "./locks.ts";
import { HELD, type ContextState } from "./state.ts";
import { Turn } from "./turn.ts";

/** @param at epoch ms. */
export function faultOf(state: ContextState, command: ContextCommand, at: number): Refusal | undefined {
  const turn = new Turn(state, at);
  switch (command.type) {
    case "SET":
      return writeFault(turn, command) ?? payloadFault(`the value of "${command.key}"`, command.value);
    case "DELETE":
      return writeFault(turn, command) ?? missingFault(turn, command.key);
    case "UPDATE":
      return updateFault(turn, command);
    case "RENEW":
    case "RELEASE":
      return leaseFault(turn, command);
    case "LEAVE":
      return waitFault(turn, command);
    case "UNLOCK":
      return heldFault(turn, command.key);
    case "ACQUIRE":
      return undefined;
  }
}

function writeFault(
  turn: Turn,
  { key, expected, fence }: Pick<CommandOf<"DELETE">, "key" | "expected" | "fence">,
): Refusal | undefined {
  return fenceFault(turn, key, fence) ?? staleFault(turn, key, expected);
}

function updateFault(
  turn: Turn,
  { changes, expected, fences = {} }: CommandOf<"UPDATE">,
): Refusal | undefined {
  for (const key of new Set([...Object.keys(changes), ...Object.keys(fences)])) {
    const fault = fenceFault(turn, key, entryOf(fences, key));
    if (fault !== undefined) return fault;
  }
  const { version } = turn.state;
  if (expected !== undefined && expected !== version)
    return conflict(`the context is at version ${version}, not ${expected}`, { expected, version });
  return payloadFault("what an UPDATE writes", changes);
}

function fenceFault(turn: Turn, key: string, fence: number | undefined): Refusal | undefined {
  settle(turn, key);
  const lease = turn.lease(key);
  if (lease?.fence === fence) return undefined;
  const holder = lease === undefined ? {} : { holder: lease.owner, until: lease.until };
  if (fence === undefined)
    return {
      code: "LOCK_HELD",
      message: `"${key}" is locked by "${lease?.owner}"`,
      hint: "Acquire the lock, and write with its fence.",
      data: { key, ...holder },
    };
  return lost(key, { fence, ...holder });
}

function lost(
  key: string,
  held: { readonly fence: number; readonly holder?: string; readonly until?: number },
): Refusal {
  const now = held.holder === undefined ? "nobody holds it" : `"${held.holder}" holds it`;
  return {
    code: "LEASE_LOST",
    message: `lease ${held.fence} of "${key}" is over: ${now}`,
    hint: "Acquire the lock again, read the value again, and decide again.",
    data: { key, ...held },
  };
}

function staleFault(turn: Turn, key: string, expected: number | undefined): Refusal | undefined {
  const present = get(turn.state.values, key);
  const version = present?.version ?? 0;
  if (expected === undefined || expected === version) return undefined;
  const value = present === undefined ? {} : { value: present.value };
  const stands = present === undefined ? "there is no such key" : `it is at version ${version}`;
  return conflict(`"${key}" was expected at version ${expected}, and ${stands}`, {
    key,
    expected,
    version,
    ...value,
  });
}

function conflict(message: string, data: NonNullable<Refusal["data"]>): Refusal {
  const hint = "Decide again with the present version and value.";
  return { code: "CONTEXT_CONFLICT", message, hint, data };
}

function missingFault(turn: Turn, key: string): Refusal | undefined {
  if (get(turn.state.values, key) !== undefined) return undefined;
  return {
    code: "CONTEXT_KEY_UNKNOWN",
    message: `there is no key "${key}"`,
    hint: "Look at the keys that are there.",
    data: { key },
  };
}

function leaseFault(
  turn: Turn,
  { key, owner, fence }: CommandOf<"RELEASE"> | CommandOf<"RENEW">,
): Refusal | undefined {
  settle(turn, key);
  const lease = turn.lease(key);
  if (lease?.fence === fence && lease.owner === owner) return undefined;
  if (lease === undefined) return lost(key, { fence });
  const { owner: holder, until } = lease;
  if (holder === owner) return lost(key, { fence, holder, until });
  return {
    code: "LOCK_NOT_OWNED",
    message: `"${key}" is locked by "${holder}", not by "${owner}"`,
    hint: "Wait for the lock, or let an operator take it away with UNLOCK.",
    data: { key, owner, holder, until },
  };
}

function waitFault(turn: Turn, { key, owner }: CommandOf<"LEAVE">): Refusal | undefined {
  const ticket = turn.claim(owner, key);
  if (ticket !== undefined && ticket !== HELD) return undefined;
  const hint = ticket === HELD ? "Release it." : "Do nothing.";
  return { message: `"${owner}" does not wait for "${key}"`, hint, data: { key, owner } };
}

function heldFault(turn: Turn, key: string): Refusal | undefined {
  settle(turn, key);
  if (turn.lease(key) !== undefined) return undefined;
  return {
    code: "LOCK_NOT_OWNED",
    message: `nobody holds a lock of "${key}"`,
    hint: "Do nothing.",
    data: { key },
  };
}

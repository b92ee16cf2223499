/**
 * One step under way: what it was given and what it has noted so far. It lives for the length
 * of one synchronous call; nothing of it is kept but what the step returns.
 */
import type { TroupeError } from "../../errors.ts";
import type { Identity, LogicType, State, SystemDirectory } from "./contract.ts";
import { NO_INCARNATIONS, type Counting, type Incarnations } from "./incarnations.ts";
import type { RawAction, RawActor, RawTransition } from "./internals.ts";
import type { Ref } from "./refs.ts";

/** A child that came to be in this step. */
export interface Born {
  readonly actor: RawActor;
  readonly address: string;
  readonly src: string;
  readonly logicType: LogicType;
}

/** What happened, in the order in which it did. */
export type Noted =
  | { readonly type: "action"; readonly action: RawAction; readonly strayed?: boolean }
  | { readonly type: "born"; readonly born: Born }
  | { readonly type: "stop"; readonly address: string }
  | { readonly type: "send"; readonly to: string; readonly event: unknown }
  | { readonly type: "emit"; readonly event: unknown };

export interface Turn {
  readonly actor: Identity;
  readonly self: Ref;
  readonly seq: number;
  /** Before the step; undefined in the first. */
  readonly state: State | undefined;
  readonly directory: SystemDirectory;
  notes: Noted[];
  readonly born: Born[];
  /** Addresses of children stopped in this step. */
  readonly stopped: string[];
  /** System ids given in this step, if any. */
  booked: Map<string, Ref> | undefined;
  incarnations: Incarnations;
  /** The same, once it is this step's own. */
  counted: Counting | undefined;
  lookups: Record<string, string | null> | undefined;
  readonly transitions: RawTransition[];
  /** A fault of the machine's build: thrown to the host, where XState would swallow it. */
  fault: TroupeError | undefined;
}

/** Holds the step under way, if there is one. */
export interface Turns {
  now: Turn | undefined;
}

export function newTurn(
  actor: Identity,
  self: Ref,
  at: Pick<Turn, "seq" | "state" | "directory">,
): Turn {
  return {
    actor,
    self,
    seq: at.seq,
    state: at.state,
    directory: at.directory,
    notes: [],
    born: [],
    stopped: [],
    booked: undefined,
    incarnations: at.state?.incarnations ?? NO_INCARNATIONS,
    counted: undefined,
    lookups: undefined,
    transitions: [],
    fault: undefined,
  };
}

/** Notes that a child is stopped: its system ids, and those below it, are free at once. */
export function noteStop(turn: Turn, child: Ref): void {
  const address = child.sessionId;
  if (!isUnder(address, turn.actor.address) || address === turn.actor.address)
    throw new Error(
      `Cannot stop child actor ${child.id} of ${turn.actor.id} because it is not a child`,
    );
  if (turn.stopped.includes(address)) return;
  turn.stopped.push(address);
  for (const [systemId, ref] of turn.booked ?? [])
    if (isUnder(ref.sessionId, address)) turn.booked?.delete(systemId);
  turn.notes.push({ type: "stop", address });
}

/** Who has a system id, as this step sees it. */
export function lookUp(turn: Turn, systemId: string): string | undefined {
  const booked = turn.booked?.get(systemId);
  if (booked !== undefined) return booked.sessionId;
  const address = turn.directory.get(systemId);
  (turn.lookups ??= {})[systemId] = address ?? null;
  return address !== undefined && isStopped(turn, address) ? undefined : address;
}

/** Who has which system id, as this step sees it. */
export function lookUpAll(turn: Turn): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const lookups = (turn.lookups ??= {});
  for (const [systemId, address] of Object.entries(turn.directory.all())) {
    lookups[systemId] = address;
    if (!isStopped(turn, address)) found.set(systemId, address);
  }
  for (const [systemId, ref] of turn.booked ?? []) found.set(systemId, ref.sessionId);
  return found;
}

function isStopped(turn: Turn, address: string): boolean {
  return turn.stopped.some((above) => isUnder(address, above));
}

/** Whether an address is another or lies below it. Kinds may differ on the way down. */
function isUnder(address: string, above: string): boolean {
  const path = address.slice(address.indexOf("/") + 1);
  const prefix = above.slice(above.indexOf("/") + 1);
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === ":");
}

/** What an actor is between two records, and what can be read off it. */
import type { Json } from "../events/json.ts";
import type { Born, RecordBody, RecordedEvent } from "../events/record.ts";
import type { Mark } from "./causes.ts";
import { Timers } from "./timers.ts";
import { CommandWindow } from "./window.ts";
import type { ChildStart, Identity, State } from "./xstate/contract.ts";

/** An effect that someone else must still take: it stays until its receiver has recorded it. */
export type Owed =
  | { readonly type: "send"; readonly id: string; readonly to: string; readonly event: RecordedEvent }
  | { readonly type: "start"; readonly id: string; readonly child: ChildStart }
  | { readonly type: "stop"; readonly id: string; readonly child: string };

/** A custom action that has not surely run. Only those of the last append are ever in doubt. */
export interface OwedAction {
  readonly id: string;
  readonly name: string;
  readonly run: () => void;
}

/** A promise, callback or observable that this actor has running. */
export interface OpenResident {
  /** Effect id of its start: the idempotency key within the actor. */
  readonly id: string;
  readonly child: ChildStart;
  /** Epoch ms of the record that started it. */
  readonly startedAt: number;
  readonly failures: number;
  readonly recoveries: number;
  /** A retry waits until then (epoch ms). */
  readonly retryAt?: number;
}

/** A whole actor that was written down. */
export interface Kept {
  readonly seq: number;
  /** Characters of its content. */
  readonly bytes: number;
}

/** One actor between two records. Mutable: whoever cannot append drops it and loads anew (A4). */
export interface Fold {
  readonly identity: Identity;
  /** The version of its kind whose code moves it. */
  readonly version: string;
  readonly born: Born;
  readonly correlation: string;
  readonly bornCause: string | undefined;
  seq: number;
  at: number;
  state: State;
  readonly outbox: Map<string, Owed>;
  readonly actions: Map<string, OwedAction>;
  /** By XState's send id: a new timer of the same name replaces the old one. */
  readonly timers: Timers;
  /** By address. */
  readonly residents: Map<string, OpenResident>;
  /** System ids of residents, by address. */
  readonly named: Map<string, string>;
  /** By sender: the last effect of it that arrived. */
  readonly watermarks: Map<string, Mark>;
  /** The last checkpoint among its records. */
  checkpoint: Kept | undefined;
  /** The last snapshot that was made of it, or that it was loaded from. */
  stored: Kept | undefined;
  /** Ids of commands that were recorded (A9). */
  readonly commands: CommandWindow;
  /** Of a fork's actor: the seq of its `troupe.forked`. */
  forked: number | undefined;
}

/** An actor right before its first record. */
export function newFold(
  born: Pick<Fold, "identity" | "version" | "born" | "correlation" | "bornCause" | "state">,
): Fold {
  return {
    ...born,
    seq: 0,
    at: 0,
    outbox: new Map(),
    actions: new Map(),
    timers: new Timers(),
    residents: new Map(),
    named: new Map(),
    watermarks: new Map(),
    checkpoint: undefined,
    stored: undefined,
    commands: new CommandWindow(),
    forked: undefined,
  };
}

/** Addresses of the children that a state holds, by id. */
function childrenOf({ snapshot }: State): Readonly<Record<string, string>> {
  if (!("children" in snapshot) || typeof snapshot.children !== "object" || snapshot.children === null)
    return {};
  const children: Record<string, string> = {};
  for (const [id, ref] of Object.entries(snapshot.children)) {
    const address: unknown =
      typeof ref === "object" && ref !== null ? Reflect.get(ref, "sessionId") : undefined;
    if (typeof address === "string") children[id] = address;
  }
  return children;
}

/** XState makes another object when its children change, so it is looked through once. */
const living = new WeakMap<object, ReadonlySet<string>>();

/** Addresses of the children that a state holds. */
export function livingIn(state: State): ReadonlySet<string> {
  const key = "children" in state.snapshot ? state.snapshot.children : undefined;
  const known = typeof key === "object" && key !== null ? living.get(key) : undefined;
  if (known !== undefined) return known;
  const addresses = new Set(Object.values(childrenOf(state)));
  if (typeof key === "object" && key !== null) living.set(key, addresses);
  return addresses;
}

/** What would have to go on if the owner died now. */
export function owesOf(fold: Fold): number {
  return fold.outbox.size + fold.actions.size + fold.residents.size + fold.timers.size;
}

/** Whether an effect of this sender has arrived already. */
export function hasArrived(fold: Fold, sender: string, { seq, index }: Mark): boolean {
  const mark = fold.watermarks.get(sender);
  return mark !== undefined && (seq < mark.seq || (seq === mark.seq && index <= mark.index));
}

/** Status of the actor's snapshot. */
export function statusOf(fold: Fold): RecordBody["status"] {
  return fold.state.snapshot.status;
}

/** State value of a machine; null for other logic. */
export function valueOf(state: State): Json {
  const value: unknown = "value" in state.snapshot ? state.snapshot.value : null;
  return value as Json; // XState's state values are strings and objects of them
}

/** Whether a child lives in its parent's stream. */
export function isResident(child: Pick<ChildStart, "logicType">): boolean {
  return child.logicType !== "machine" && child.logicType !== "transition";
}

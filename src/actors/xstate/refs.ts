/**
 * Actor refs: what machine code holds of other actors.
 *
 * 1. One object per address for as long as anybody holds it, so `context.me === self`.
 *    A root's table lives as long as one of its refs is held, and holds all but a few of them
 *    weakly: a host that lives for ever does not fill up.
 * 2. A ref never runs anything: `send` and `getSnapshot` go to the host, whichever way the
 *    ref was made.
 * 3. The `Actor` that XState makes for a new child becomes its ref, unless the address has one.
 */
import type { Snapshot } from "xstate";
import { parseAddress, rootOf } from "../../events/address.ts";

/** The shape that XState takes for an actor ref. */
export interface Ref {
  id: string;
  sessionId: string;
  ref: Ref;
  system: RefSystem;
  src: unknown;
  _parent: Ref | undefined;
  send(event: unknown): void;
  _send(event: unknown): void;
  getSnapshot(): Snapshot<unknown>;
  getPersistedSnapshot(): Snapshot<unknown>;
  toJSON(): { readonly xstate$$type: 1; readonly id: string; readonly addr: string };
  subscribe(): { unsubscribe(): void };
  on(): { unsubscribe(): void };
  start(): unknown;
  _stop(): unknown;
}

/** Where the calls on refs go. */
export interface RefHost {
  readonly send: (to: string, event: unknown) => void;
  readonly snapshot: (ref: Ref) => Snapshot<unknown>;
  /** The system that actors of this root see. */
  readonly system: (root: string) => RefSystem;
}

/** The refs of one root by address; those after the first few are held weakly. */
export type Refs = Map<string, Ref | WeakRef<Ref>>;

/** What all refs of one root hold: so a root that nobody holds takes its table along. */
export interface RefSystem {
  readonly refs: Refs;
  /** The same for one resident, whose sends go its own way. */
  readonly relayedBy: (relay: Relay) => RefSystem;
}

/** How XState hands an event from one actor to another. */
export type Relay = (source: unknown, target: Ref, event: unknown) => void;

export interface RefTable {
  /** The ref of an address; `id` names it where the table does not know it yet. */
  readonly of: (address: string, id?: string) => Ref;
  /** A new ref beside the table: one run of a resident is one object. */
  readonly fresh: (address: string, id: string) => Ref;
  /** Turns an `Actor` under construction into a ref, not yet in the table. */
  readonly dress: (actor: Ref, address: string) => void;
  /** Puts a ref into the table. @returns the one that stood there before, if it is another. */
  readonly intern: (ref: Ref) => Ref | undefined;
}

const unsubscribed = { unsubscribe() {} };

function toJSON(this: Ref): ReturnType<Ref["toJSON"]> {
  return { xstate$$type: 1, id: this.id, addr: this.sessionId };
}

function subscribe(): typeof unsubscribed {
  return unsubscribed;
}

function itself(this: Ref): Ref {
  return this;
}

/** Whether a value is a ref of ours. Actors of a foreign XState system are not, nor copies of a ref. */
export function isRef(value: object): value is Ref {
  if (!("sessionId" in value) || !("toJSON" in value) || !("ref" in value)) return false;
  return value.toJSON === toJSON && value.ref === value;
}

/** Refs of one root up to which all live as long as anybody holds one of them. */
const FEW = 64;

/** A host makes one for every promise that it runs, so they share what they can. */
class OwnRef implements Ref {
  id: string;
  sessionId: string;
  ref: Ref = this;
  system: RefSystem;
  src: unknown = undefined;
  _parent: Ref | undefined = undefined;
  send: Ref["send"];
  readonly #host: RefHost;
  declare toJSON: Ref["toJSON"];
  declare subscribe: Ref["subscribe"];
  declare on: Ref["on"];
  declare start: Ref["start"];
  declare _stop: Ref["_stop"];

  // oxlint-disable-next-line max-params -- who it is, and where its calls go
  constructor(address: string, id: string, system: RefSystem, host: RefHost) {
    this.id = id;
    this.sessionId = address;
    this.system = system;
    this.#host = host;
    this.send = (event) => host.send(address, event); // may be taken off the ref, as XState's may
  }
  _send(event: unknown): void {
    this.send(event);
  }
  getSnapshot(): Snapshot<unknown> {
    return this.#host.snapshot(this);
  }
  getPersistedSnapshot(): Snapshot<unknown> {
    return this.#host.snapshot(this);
  }
}
Object.assign(OwnRef.prototype, { toJSON, subscribe, on: subscribe, start: itself, _stop: itself });

export function createRefTable(host: RefHost): RefTable {
  const gone = new FinalizationRegistry<{ readonly address: string; readonly refs: WeakRef<Refs> }>(
    ({ address, refs }) => {
      const table = refs.deref();
      const left = table?.get(address);
      if (left instanceof WeakRef && left.deref() === undefined) table?.delete(address);
    },
  );

  function snapshot(this: Ref): Snapshot<unknown> {
    return host.snapshot(this);
  }

  const dress = (actor: Ref, address: string): void => {
    actor.sessionId = address;
    actor.send = actor._send = (event) => host.send(address, event);
    actor.getSnapshot = actor.getPersistedSnapshot = snapshot;
    actor.toJSON = toJSON;
    actor.subscribe = actor.on = subscribe;
    actor.start = actor._stop = itself;
  };

  const find = (refs: Refs, address: string): Ref | undefined => {
    const known = refs.get(address);
    return known instanceof WeakRef ? known.deref() : known;
  };

  const put = (refs: Refs, ref: Ref): void => {
    const address = ref.sessionId;
    if (refs.size < FEW) {
      refs.set(address, ref);
      return;
    }
    refs.set(address, new WeakRef(ref));
    gone.register(ref, { address, refs: new WeakRef(refs) });
  };

  return {
    fresh: (address, id) => new OwnRef(address, id, host.system(rootOf(address)), host),
    dress,
    of(address, id) {
      const system = host.system(rootOf(address));
      const known = find(system.refs, address);
      if (known !== undefined) return known;
      const ref = new OwnRef(address, id ?? idOf(address), system, host);
      put(system.refs, ref);
      return ref;
    },
    intern(ref) {
      const { refs } = host.system(rootOf(ref.sessionId));
      const known = find(refs, ref.sessionId);
      if (known === undefined) put(refs, ref);
      return known === ref ? undefined : known;
    },
  };
}

/** The id that an address tells: right but for ids that had to be made fit. */
function idOf(address: string): string {
  const { root, path } = parseAddress(address);
  const part = path.at(-1) ?? root;
  return part.replace(/~[0-9]+$/, "");
}

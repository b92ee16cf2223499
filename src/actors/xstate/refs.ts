/**
 * Actor refs: what machine code holds of other actors.
 *
 * 1. One object per address for as long as anybody holds it, so `context.me === self`.
 *    The table itself holds them weakly: a host that lives for ever does not fill up.
 * 2. A ref never runs anything: `send` and `getSnapshot` go to the host, whichever way the
 *    ref was made.
 * 3. The `Actor` that XState makes for a new child becomes its ref, unless the address has one.
 */
import type { Snapshot } from "xstate";
import { parseAddress } from "../../events/address.ts";

/** The shape that XState takes for an actor ref. */
export interface Ref {
  id: string;
  sessionId: string;
  ref: Ref;
  system: unknown;
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
  readonly system: (root: string) => unknown;
}

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

const refs = new WeakSet<object>();
const unsubscribed = { unsubscribe() {} };

// One function each for all refs: a host makes one ref for every promise that it runs.
function toJSON(this: Ref): ReturnType<Ref["toJSON"]> {
  return { xstate$$type: 1, id: this.id, addr: this.sessionId };
}

function subscribe(): typeof unsubscribed {
  return unsubscribed;
}

function itself(this: Ref): Ref {
  return this;
}

/** Whether a value is a ref of ours. Actors of a foreign XState system are not. */
export function isRef(value: object): value is Ref {
  return "sessionId" in value && refs.has(value);
}

export function createRefTable(host: RefHost): RefTable {
  const table = new Map<string, WeakRef<Ref>>();
  const gone = new FinalizationRegistry<string>((address) => {
    if (table.get(address)?.deref() === undefined) table.delete(address);
  });

  function snapshot(this: Ref): Snapshot<unknown> {
    return host.snapshot(this);
  }

  const dress = (ref: Ref, address: string): void => {
    ref.sessionId = address;
    ref.send = ref._send = (event) => host.send(address, event);
    ref.getSnapshot = ref.getPersistedSnapshot = snapshot;
    ref.toJSON = toJSON;
    ref.subscribe = ref.on = subscribe;
    ref.start = ref._stop = itself;
    refs.add(ref);
  };

  const fresh = (address: string, id: string): Ref => {
    // The methods are set by `dress` on the next line; XState reads `ref` and the rest as data.
    const ref = { id, src: undefined, _parent: undefined } as unknown as Ref;
    ref.ref = ref;
    ref.system = host.system(parseAddress(address).root);
    dress(ref, address);
    return ref;
  };

  const put = (ref: Ref): void => {
    table.set(ref.sessionId, new WeakRef(ref));
    gone.register(ref, ref.sessionId);
  };

  return {
    fresh,
    dress,
    of(address, id) {
      const known = table.get(address)?.deref();
      if (known !== undefined) return known;
      const ref = fresh(address, id ?? idOf(address));
      put(ref);
      return ref;
    },
    intern(ref) {
      const known = table.get(ref.sessionId)?.deref();
      if (known === undefined) put(ref);
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

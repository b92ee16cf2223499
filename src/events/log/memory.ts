/**
 * The log in memory: for tests and simulation. The laws of log.ts hold, but for the disk in
 * L3: what is written lives as long as its {@link MemoryStore}. No operation waits for a
 * timer or for I/O, so a run on it depends on nothing but the order of its promises.
 */
import { WrongSequenceError } from "../../errors.ts";
import { assertAppendable } from "./admit.ts";
import { assertPartition, formatCut, parseCut } from "./cut.ts";
import { closed, owned } from "./faults.ts";
import {
  SWEEP_GRACE_MS,
  type EventLog,
  type LogOptions,
  type NewRecord,
  type Recorded,
  type Scanned,
  type ScanOptions,
} from "./log.ts";
import { memoryCommands } from "./memory-commands.ts";
import {
  memoryStore,
  put,
  sweep,
  type MemoryOwner,
  type MemoryStore,
  type StoredRecord,
} from "./memory-store.ts";
import { sealer, type Sealer } from "./payload.ts";

export interface MemoryLogOptions extends LogOptions {
  /** Where the records lie; share it between handles. Default: a store of its own. */
  readonly store?: MemoryStore;
  /** Partitions of a store of its own. Default 1. */
  readonly partitions?: number;
  /** The clock of the payloads' age (L9), in epoch ms. Default `Date.now`. */
  readonly now?: () => number;
}

/** Opens a log in memory. */
export function memoryLog(options: MemoryLogOptions = {}): EventLog {
  const { partitions = 1, store = memoryStore({ partitions }), now = Date.now } = options;
  const url = "memory:";
  const seals = sealer(options);
  let open = true;
  let mine: MemoryOwner | undefined;
  const assertOpen = () => {
    if (!open) throw closed(url);
  };
  const release = (owner: MemoryOwner | undefined) => {
    if (owner !== undefined && store.owner === owner) store.owner = undefined;
    if (mine === owner) mine = undefined;
    store.changed.ring();
  };
  const handle = {
    url,
    store,
    get isOpen() {
      return open;
    },
    get owner() {
      return mine;
    },
  };

  return {
    url,
    partitions: store.partitions,
    codec: options.codec,
    commands: memoryCommands(handle),
    snapshots: {
      async get(stream) {
        assertOpen();
        const stored = store.snapshots.get(stream);
        return stored && { ...stored, data: seals.unsealInline(stored.data) };
      },
      async put(stream, { seq, key, data }) {
        assertOpen();
        store.snapshots.set(stream, { seq, key, data: seals.sealInline(data) });
      },
    },
    async append(stream, records, { expected }) {
      assertOpen();
      if (records.length === 0) return expected;
      assertAppendable(stream, records);
      const sealed = records.map((record) => ({ record, sealed: seals.seal(record.body) }));
      const stood = store.streams.get(stream) ?? [];
      if (stood.length === expected) {
        for (const { record, sealed: body } of sealed) {
          put(store, stream, record, body);
          if (body.ref !== undefined) store.payloadsAt.set(body.ref, now());
        }
        store.changed.ring();
      } else if (!stands(stood, records, expected)) {
        throw new WrongSequenceError(stream, expected, stood.length);
      }
      return expected + records.length;
    },
    async tip(stream) {
      assertOpen();
      return store.streams.get(stream)?.length ?? 0;
    },
    async *read(stream, { after = 0, to = Number.POSITIVE_INFINITY } = {}) {
      assertOpen();
      const stood = store.streams.get(stream) ?? [];
      for (const stored of stood.slice(after, Math.max(after, Math.min(to, stood.length))))
        yield unsealed(stored, store, seals);
    },
    async *scan(asked = {}) {
      assertOpen();
      yield* scan(handle, seals, asked);
    },
    async end() {
      assertOpen();
      return formatCut(store.sizes);
    },
    async idsAt(position) {
      assertOpen();
      const cut = parseCut(position, store.partitions);
      return cut.map((at, p) => {
        // most cuts lie near the end
        const found = store.records.findLast((one) => one.partition === p && one.number === at);
        return found?.envelope.id ?? null;
      });
    },
    async claim({ owner: name }) {
      assertOpen();
      if (store.owner !== undefined) throw owned(url, store.owner.name);
      store.epoch += 1;
      const owner: MemoryOwner = { name, epoch: store.epoch };
      store.owner = mine = owner;
      store.changed.ring();
      // nothing can take a memory log away from its owner
      const lost = new AbortController().signal;
      return { epoch: owner.epoch, lost, [Symbol.asyncDispose]: async () => release(owner) };
    },
    async sweepPayloads({ graceMs = SWEEP_GRACE_MS } = {}) {
      assertOpen();
      return sweep(store, now() - graceMs);
    },
    async [Symbol.asyncDispose]() {
      open = false;
      release(mine);
    },
  };
}

/** L4: whether these records stand right behind `expected`. */
function stands(
  stood: readonly StoredRecord[],
  records: readonly NewRecord[],
  expected: number,
): boolean {
  return records.every(({ id }, i) => stood[expected + i]?.envelope.id === id);
}

async function* scan(
  handle: { readonly store: MemoryStore; readonly isOpen: boolean },
  seals: Sealer,
  { after, partition, live = false, signal = new AbortController().signal }: ScanOptions,
): AsyncGenerator<Scanned, void, undefined> {
  const { store } = handle;
  assertPartition(partition, store.partitions);
  const cut = parseCut(after, store.partitions);
  const last = live ? Number.POSITIVE_INFINITY : store.records.length;
  const goesOn = () => !signal.aborted && (!live || handle.isOpen);
  for (let next = 0; goesOn() && next < last;) {
    if (next === store.records.length) await store.changed.wait({ signal });
    for (const stored of store.records.slice(next, last)) {
      next += 1;
      if (!advance(cut, stored, partition)) continue;
      yield { ...unsealed(stored, store, seals), position: formatCut(cut) };
      if (!goesOn()) return;
    }
  }
}

/** Moves the cut behind a record; false where it lay there already, or in another partition. */
function advance(cut: number[], { partition, number }: StoredRecord, only?: number): boolean {
  if (only !== undefined && partition !== only) return false;
  if (number <= (cut[partition] ?? 0)) return false;
  cut[partition] = number;
  return true;
}

function unsealed(stored: StoredRecord, store: MemoryStore, seals: Sealer): Recorded {
  const { stream, seq, envelope, sealed } = stored;
  const { ref } = sealed;
  const data = ref === undefined ? sealed.data : (store.payloads.get(ref) ?? sealed.data);
  return { ...envelope, stream, seq, body: seals.unseal(data, ref) };
}

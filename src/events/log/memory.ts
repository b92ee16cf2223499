/**
 * The log in memory: for tests and simulation. The laws of log.ts hold, but for the disk in
 * L3: what is written lives as long as its {@link MemoryStore}. No operation waits for a
 * timer or for I/O, so a run on it depends on nothing but the order of its promises.
 */
import { WrongSequenceError } from "../../errors.ts";
import { assertAppendable } from "./admit.ts";
import { ARCHIVE_FILES, ARCHIVED, notArchived, runArchived } from "./archived.ts";
import {
  idsWithArchives,
  sayEnds,
  scanWithArchives,
  type OwnScan,
  type OwnScanOptions,
} from "./archived-scan.ts";
import { assertPartition, formatCut, parseCut } from "./cut.ts";
import { closed, owned } from "./faults.ts";
import { archivesOf } from "./file/archives.ts";
import {
  SWEEP_GRACE_MS,
  type EventLog,
  type LogOptions,
  type NewRecord,
  type Recorded,
  type Scanned,
} from "./log.ts";
import { memoryCommands } from "./memory-commands.ts";
import { memoryMembers } from "./memory-members.ts";
import { memoryWork } from "./memory-work.ts";
import {
  memoryStore,
  purge,
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
  /** Whether hosts share the partitions among them, as on JetStream. Default false: one host at a time. */
  readonly shared?: boolean;
}

/** Opens a log in memory. */
export function memoryLog(options: MemoryLogOptions = {}): EventLog {
  const { partitions = 1, store = memoryStore({ partitions }), now = Date.now } = options;
  const url = "memory:";
  const seals = sealer(options);
  let open = true;
  const mine = new Set<MemoryOwner>();
  const joined = new Set<string>();
  const assertOpen = () => {
    if (!open) throw closed(url);
  };
  const release = (owner: MemoryOwner) => {
    store.owners.forEach((one, p) => {
      if (one === owner) store.owners[p] = undefined;
    });
    mine.delete(owner);
    store.changed.ring();
  };
  const leave = (id: string) => {
    if (joined.delete(id)) store.hosts.delete(id);
    store.changed.ring();
  };
  const handle = {
    url,
    store,
    get isOpen() {
      return open;
    },
    owns: (owner: MemoryOwner) => mine.has(owner),
  };

  const work = memoryWork(handle);
  const archivedAt = (stream: string) => store.streams.get(stream)?.at(-1)?.envelope.type === ARCHIVED;
  const tip: EventLog["tip"] = async (stream) => {
    assertOpen();
    return store.streams.get(stream)?.length ?? 0;
  };
  const read: EventLog["read"] = async function* (stream, range = {}) {
    const { after = 0, to = Number.POSITIVE_INFINITY } = range;
    assertOpen();
    if (archivedAt(stream)) throw runArchived(stream);
    const stood = store.streams.get(stream) ?? [];
    for (const stored of stood.slice(after, Math.max(after, Math.min(to, stood.length))))
      yield unsealed(stored, store, seals);
  };
  const { codec, archives: folder } = options;
  const archives = archivesOf({ read, tip, codec, folders: folder === undefined ? [] : [folder] });
  const own: OwnScan = async function* (asked = {}) {
    assertOpen();
    yield* scan(handle, seals, asked);
  };
  const ids: EventLog["idsAt"] = async (position) => {
    assertOpen();
    const cut = parseCut(position, store.partitions);
    return cut.map((at, p) => {
      // most cuts lie near the end
      const found = store.records.findLast((one) => one.partition === p && one.number === at);
      return found === undefined || found.gone === true ? null : found.envelope.id;
    });
  };

  return {
    url,
    partitions: store.partitions,
    codec,
    commands: memoryCommands(handle),
    ...(options.shared === true && {
      members: memoryMembers(store, {
        entered(id) {
          assertOpen();
          joined.add(id);
        },
        left: leave,
      }),
      work,
    }),
    snapshots: {
      async get(stream) {
        assertOpen();
        const stored = store.snapshots.get(stream);
        return stored && { ...stored, data: seals.unsealInline(stored.data) };
      },
      async put(stream, { seq, key, data }) {
        assertOpen();
        store.snapshots.set(stream, { seq, key, data: seals.sealInline(data, "snapshot", { stream }) });
      },
    },
    async append(stream, records, { expected }) {
      assertOpen();
      if (records.length === 0) return expected;
      assertAppendable(stream, records);
      const sealed = records.map((record) => ({ record, sealed: seals.seal(record.body, { stream }) }));
      const stood = store.streams.get(stream) ?? [];
      if (archivedAt(stream) && !stands(stood, records, expected)) throw runArchived(stream);
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
    tip,
    read,
    scan: scanWithArchives(own, { partitions: store.partitions, url }, archives),
    async end() {
      assertOpen();
      return formatCut(store.sizes);
    },
    idsAt: idsWithArchives(ids, store, archives),
    async purge(stream) {
      assertOpen();
      if (stream === ARCHIVE_FILES) return;
      if (!archivedAt(stream)) throw notArchived(stream);
      purge(store, stream);
    },
    async claim({ owner: name, partition }) {
      assertOpen();
      assertPartition(partition, store.partitions);
      const asked = store.owners.flatMap((_, p) => (p === (partition ?? p) ? [p] : []));
      for (const p of asked) {
        const other = store.owners[p];
        if (other !== undefined) throw owned(url, other.name);
      }
      const epoch = 1 + Math.max(...asked.map((p) => store.epochs[p] ?? 0));
      const owner: MemoryOwner = { name, epoch };
      for (const p of asked) {
        store.epochs[p] = epoch;
        store.owners[p] = owner;
      }
      mine.add(owner);
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
      work.close();
      for (const owner of mine) release(owner);
      for (const id of joined) leave(id);
      store.changed.ring();
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
  options: OwnScanOptions,
): AsyncGenerator<Scanned, void, undefined> {
  const { store } = handle;
  const { after, partition, live = false, signal = new AbortController().signal } = options;
  assertPartition(partition, store.partitions);
  const cut = parseCut(after, store.partitions);
  const last = live ? Number.POSITIVE_INFINITY : store.records.length;
  sayEnds(options, [...store.sizes]);
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

/** Moves the cut behind a record; false where it lay there already, in another partition, or is gone. */
function advance(cut: number[], { partition, number, gone }: StoredRecord, only?: number): boolean {
  if (only !== undefined && partition !== only) return false;
  if (number <= (cut[partition] ?? 0)) return false;
  cut[partition] = number;
  return gone !== true;
}

function unsealed(stored: StoredRecord, store: MemoryStore, seals: Sealer): Recorded {
  const { stream, seq, envelope, sealed, body } = stored;
  if (body !== undefined) return { ...envelope, stream, seq, body };
  const { ref } = sealed;
  const data = ref === undefined ? sealed.data : (store.payloads.get(ref) ?? sealed.data);
  return { ...envelope, stream, seq, body: seals.unseal(data, { stream }, ref) };
}

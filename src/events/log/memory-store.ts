/**
 * What a memory log holds, shared by all handles on it: give one store to two
 * `memoryLog`s, and they see the same log as two processes see one file.
 */
import { partitionOf, rootOf } from "../address.ts";
import type { JsonObject } from "../json.ts";
import { bell, type Bell } from "./bell.ts";
import type { Command, HostFacts, NewRecord, Swept } from "./log.ts";
import type { Answer } from "./answer.ts";
import type { MemoryWorker } from "./memory-work.ts";
import type { Sealed } from "./payload.ts";

/** A record at rest: its body is sealed. */
export interface StoredRecord {
  readonly stream: string;
  readonly seq: number;
  readonly partition: number;
  /** 1, 2, 3, … within the partition. */
  readonly number: number;
  readonly envelope: Omit<NewRecord, "body">;
  readonly sealed: Sealed;
  /** In place of what is sealed, where it was only read: handed out as it is. */
  readonly body?: JsonObject;
  /** Purged: it has only its place. */
  readonly gone?: true;
}

/** An owner that lives now: of one partition, or of several. */
export interface MemoryOwner {
  readonly name: string;
  readonly epoch: number;
  /** Answers commands, once it serves. Never rejects. */
  serve?: ((command: Command) => Promise<Answer>) | undefined;
}

/** Opaque to users: hand it to {@link memoryLog}. */
export interface MemoryStore {
  readonly partitions: number;
  /** All records in the order they were written. */
  readonly records: StoredRecord[];
  readonly streams: Map<string, StoredRecord[]>;
  /** How many records each partition holds. */
  readonly sizes: number[];
  /** Bodies stored apart, by hash. */
  readonly payloads: Map<string, Uint8Array>;
  /** When each of them was stored last, in epoch ms. */
  readonly payloadsAt: Map<string, number>;
  readonly snapshots: Map<
    string,
    { readonly seq: number; readonly key: string; readonly data: Uint8Array }
  >;
  /** Rings at each append, claim, serve and release, and when a host comes, changes or goes. */
  readonly changed: Bell;
  /** By partition: the greatest epoch that was given out. */
  readonly epochs: number[];
  /** By partition. */
  readonly owners: (MemoryOwner | undefined)[];
  /** By id. */
  readonly hosts: Map<string, HostFacts>;
  /** Who serves labels. */
  readonly workers: Set<MemoryWorker>;
}

/** Makes an empty store. Default: one partition. */
export function memoryStore({ partitions = 1 }: { readonly partitions?: number } = {}): MemoryStore {
  return {
    partitions,
    records: [],
    streams: new Map(),
    sizes: Array.from({ length: partitions }, () => 0),
    payloads: new Map(),
    payloadsAt: new Map(),
    snapshots: new Map(),
    changed: bell(),
    epochs: Array.from({ length: partitions }, () => 0),
    owners: Array.from({ length: partitions }, () => undefined),
    hosts: new Map(),
    workers: new Set(),
  };
}

/** Puts a record behind the last one of its stream. */
export function put(store: MemoryStore, stream: string, record: NewRecord, sealed: Sealed): void {
  const { body: _, ...envelope } = record;
  const inline = sealed.ref === undefined ? sealed : { data: NOTHING, ref: sealed.ref };
  if (sealed.ref !== undefined && !store.payloads.has(sealed.ref))
    store.payloads.set(sealed.ref, sealed.data);
  place(store, stream, { envelope, sealed: inline });
}

/** The same of one that was read and is not to be changed: nothing is sealed. */
export function putRead(store: MemoryStore, stream: string, { body, ...envelope }: NewRecord): void {
  place(store, stream, { envelope, sealed: { data: NOTHING }, body });
}

const NOTHING = new Uint8Array();

function place(
  store: MemoryStore,
  stream: string,
  content: Pick<StoredRecord, "envelope" | "sealed" | "body">,
): void {
  const partition = partitionOf(rootOf(stream), store.partitions);
  const number = (store.sizes[partition] ?? 0) + 1;
  const stood = store.streams.get(stream) ?? [];
  const stored: StoredRecord = { stream, seq: stood.length + 1, partition, number, ...content };
  store.sizes[partition] = number;
  store.records.push(stored);
  stood.push(stored);
  store.streams.set(stream, stood);
}

/** Removes the records of a stream but for its last, which keeps its place, and its snapshot. */
export function purge(store: MemoryStore, stream: string): void {
  const stood = store.streams.get(stream) ?? [];
  const left = stood.map((one, i): StoredRecord => {
    if (i === stood.length - 1) return one;
    return { ...one, sealed: { data: new Uint8Array() }, gone: true };
  });
  const places = new Map(stood.map((one, i) => [one, left[i] ?? one]));
  for (const [i, one] of store.records.entries()) store.records[i] = places.get(one) ?? one;
  store.streams.set(stream, left);
  store.snapshots.delete(stream);
}

/** Removes the payloads that were stored up to a time, and that no record refers to (L9). */
export function sweep({ records, payloads, payloadsAt }: MemoryStore, upTo: number): Swept {
  const marked = new Set(records.map(({ sealed }) => sealed.ref));
  const swept = { removed: 0, bytes: 0 };
  for (const [ref, data] of payloads) {
    if (marked.has(ref) || (payloadsAt.get(ref) ?? 0) > upTo) continue;
    payloads.delete(ref);
    payloadsAt.delete(ref);
    swept.removed += 1;
    swept.bytes += data.byteLength;
  }
  return { ...swept, kept: payloads.size };
}

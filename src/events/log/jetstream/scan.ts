/**
 * Reads the partitions: one after another up to where they ended when it began, or all at
 * once and for ever.
 */
import { ARCHIVED } from "../archived.ts";
import { assertPartition, formatCut, parseCut } from "../cut.ts";
import { sayEnds, type OwnScanOptions } from "../archived-scan.ts";
import type { Position, Recorded, Scanned } from "../log.ts";
import type { Bodies } from "./bodies.ts";
import { assertOpen, partitionStream, reach, type Link } from "./link.ts";
import { toEnvelope } from "./message.ts";
import { merge } from "./merge.ts";
import { tail, type TailOptions } from "./tail.ts";

/** The number of the last message of each partition. */
export async function endOf(link: Link): Promise<readonly number[]> {
  const partitions = Array.from({ length: link.partitions }, (_, p) => p);
  return Promise.all(partitions.map((partition) => lastIn(link, partition)));
}

/** The ids of the messages at a cut. @throws {@link TroupeError} `LOG_INCOMPATIBLE`, `LOG_CORRUPT`, `LOG_UNREACHABLE`. */
export async function idsAt(link: Link, position: Position): Promise<readonly (string | null)[]> {
  return Promise.all(
    parseCut(position, link.partitions).map(async (at, partition) => {
      if (at === 0) return null;
      const name = partitionStream(link.name, partition);
      const message = await reach(link, () => link.jsm.streams.getMessage(name, { seq: at }));
      if (message === null) return null;
      const { subject, header, data } = message;
      return toEnvelope(link, { subject, headers: header, data, at }).id;
    }),
  );
}

/** Reads behind a cut. @throws {@link TroupeError} `LOG_INCOMPATIBLE`, `USAGE`, `LOG_CORRUPT`, `LOG_UNREACHABLE`. */
export async function* scan(
  link: Link,
  bodies: Bodies,
  options: OwnScanOptions,
): AsyncGenerator<Scanned, void, undefined> {
  const { after, partition, live = false, signal } = options;
  assertOpen(link);
  assertPartition(partition, link.partitions);
  const cut = parseCut(after, link.partitions);
  const asked = partition === undefined ? cut.map((_, p) => p) : [partition];
  const left = new AbortController();
  const stopped = () => signal?.aborted === true;
  const signals = signal === undefined ? [] : [signal];
  const over = AbortSignal.any([left.signal, link.closing, ...signals]);
  const ends = live ? undefined : await endOf(link);
  sayEnds(options, ends);
  const sources = asked.map((p) => {
    const last = ends?.[p];
    const own = { partition: p, after: cut[p] ?? 0, signal: over };
    return records(link, bodies, last === undefined ? own : { ...own, last });
  });
  try {
    yield* walk(live ? merge(sources) : chain(sources), cut, stopped);
  } finally {
    left.abort();
  }
  if (!stopped() && ends !== undefined && isShort(asked, cut, ends)) assertOpen(link);
}

/** Moves the cut along. */
async function* walk(
  sources: AsyncIterable<Met>,
  cut: number[],
  stopped: () => boolean,
): AsyncGenerator<Scanned, void, undefined> {
  for await (const { record, at, partition } of sources) {
    if (stopped()) return;
    cut[partition] = at;
    yield { ...record, position: formatCut(cut) };
    if (stopped()) return;
  }
}

/** Whether a scan did not come to its end: closing the log cut it, and it must not look complete. */
function isShort(asked: readonly number[], cut: readonly number[], ends: readonly number[]): boolean {
  return asked.some((p) => (cut[p] ?? 0) < (ends[p] ?? 0));
}

/** A record, and where it was met. */
interface Met {
  readonly record: Recorded;
  readonly at: number;
  readonly partition: number;
}

async function* records(
  link: Link,
  bodies: Bodies,
  options: TailOptions,
): AsyncGenerator<Met, void, undefined> {
  const { partition } = options;
  for await (const { subject, headers, data, seq: at } of tail(link, options)) {
    const envelope = toEnvelope(link, { subject, headers, data, at });
    if (envelope.type !== ARCHIVED) link.marks.note(envelope.stream, { seq: envelope.seq, at });
    yield { record: await bodies.open(envelope, data), at, partition };
  }
}

async function* chain<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T, void, undefined> {
  for (const source of sources) yield* source;
}

async function lastIn(link: Link, partition: number): Promise<number> {
  const name = partitionStream(link.name, partition);
  return (await reach(link, () => link.jsm.streams.info(name))).state.last_seq;
}

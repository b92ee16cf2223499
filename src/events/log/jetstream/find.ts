/**
 * Finds the records of one actor.
 *
 * - 1. The tip is asked of the stream's leader: direct reads may come from a copy that lags.
 * - 2. What is read is gapless or `LOG_CORRUPT`; a copy that lags makes a read slower, not shorter.
 * - 3. At most {@link CONCURRENCY} direct reads of one partition are under way at a time, in
 *      one handle: the server answers more of them too late for the client.
 * - 4. Records far from any known place are reached by way of the actor's checkpoints.
 */
import type { StoredMsg } from "@nats-io/jetstream";
import { TroupeError } from "../../../errors.ts";
import { actorFilter, partitionOfAddress, recordSubject } from "../../subjects.ts";
import { ARCHIVED, runArchived } from "../archived.ts";
import { reach, partitionStream, type Link } from "./link.ts";
import type { Mark } from "./marks.ts";
import { toEnvelope, type Envelope, type Incoming } from "./message.ts";

/** Most records fetched at once. */
const BATCH = 256;
const CONCURRENCY = 4;

/** A record with its place. */
export interface Found extends Incoming {
  readonly envelope: Envelope;
}

/** The last record of an actor. Notes its mark. */
export async function lastOf(link: Link, stream: string): Promise<Found | undefined> {
  const last = { last_by_subj: actorFilter(link, stream) };
  const message = await reach(link, () => link.jsm.streams.getMessage(home(link, stream), last));
  if (message === null) return undefined;
  const found = toFound(link, message);
  const { seq } = found.envelope;
  const known = link.marks.before(stream, Number.POSITIVE_INFINITY);
  if (seq <= known.seq && found.at > known.at) throw gap(stream, known, seq);
  if (found.envelope.type !== ARCHIVED) link.marks.note(stream, { seq, at: found.at });
  return found;
}

/** The records of an actor from `first` to `to`, which must not lie behind `tip`, its last one. */
export async function* recordsOf(
  link: Link,
  stream: string,
  { first, to, tip }: { readonly first: number; readonly to: number; readonly tip: Found },
): AsyncGenerator<Found, void, undefined> {
  let mark = await before(link, stream, first, tip);
  while (mark.seq < to) {
    for (const found of await some(link, stream, { mark, count: Math.min(BATCH, to - mark.seq) })) {
      const { seq } = found.envelope;
      if (seq !== mark.seq + 1) throw gap(stream, mark, seq);
      mark = { seq, at: found.at };
      if (seq === tip.envelope.seq && mark.at !== tip.at) throw gap(stream, mark, seq);
      if (seq >= first) yield found;
    }
    link.marks.note(stream, mark);
  }
}

/** @throws {@link TroupeError} `RUN_ARCHIVED` where records are gone because they were archived while they were read. */
export async function* unlessArchived(
  link: Link,
  stream: string,
  records: AsyncIterable<Found>,
): AsyncGenerator<Found, void, undefined> {
  try {
    yield* records;
  } catch (error) {
    const looks = TroupeError.is(error, "LOG_CORRUPT");
    if (looks && (await lastOf(link, stream))?.envelope.type === ARCHIVED) throw runArchived(stream);
    throw error;
  }
}

/** A mark right before a record, or the nearest before it that can be had without reading all that lies between. */
async function before(link: Link, stream: string, first: number, tip: Found): Promise<Mark> {
  const known = link.marks.before(stream, first - 1);
  if (first - known.seq <= BATCH) return known;
  if (tip.envelope.seq === first) return rightBefore({ seq: first, at: tip.at });
  const rolled = await checkpointsOf(link, stream, first);
  const nearest = rolled.findLast(({ seq }) => seq > known.seq && seq <= first);
  return nearest === undefined ? known : rightBefore(nearest);
}

/** What is read behind it starts with the record of the mark. */
function rightBefore({ seq, at }: Mark): Mark {
  return { seq: seq - 1, at: at - 1 };
}

/** Places of actors' checkpoints, where loads start (A14): they have a subject of their own. */
const checkpoints = new WeakMap<Link, Map<string, readonly Mark[]>>();
/** Actors of which they are remembered. */
const REMEMBERED = 100;

/** At least those up to `to`, oldest first; a copy that lags may know fewer. */
async function checkpointsOf(link: Link, stream: string, to: number): Promise<readonly Mark[]> {
  const own = checkpoints.get(link) ?? new Map<string, readonly Mark[]>();
  checkpoints.set(link, own);
  let found = own.get(stream) ?? [];
  const filter = recordSubject(link, stream, "troupe.checkpoint");
  for (let last = found.at(-1); last === undefined || last.seq < to; last = found.at(-1)) {
    const query = { seq: (last?.at ?? 0) + 1, next_by_subj: filter, batch: BATCH };
    const name = home(link, stream);
    const some = await gated(link, name, () => reach(link, () => direct(link, name, query)));
    const marks = some.map((message) => toFound(link, message));
    found = [...found, ...marks.map(({ envelope, at }) => ({ seq: envelope.seq, at }))];
    if (some.length < BATCH) break;
  }
  own.delete(stream);
  own.set(stream, found);
  for (const oldest of own.keys()) if (own.size > REMEMBERED) own.delete(oldest);
  return found;
}

async function some(
  link: Link,
  stream: string,
  { mark, count }: { readonly mark: Mark; readonly count: number },
): Promise<readonly Found[]> {
  const name = home(link, stream);
  const filter = actorFilter(link, stream);
  const next = { seq: mark.at + 1, next_by_subj: filter };
  const query = { ...next, batch: count };
  const found = await gated(link, name, () => reach(link, () => direct(link, name, query)));
  if (found.length > 0) return found.map((message) => toFound(link, message));
  const message = await reach(link, () => link.jsm.streams.getMessage(name, next));
  if (message === null) throw gap(stream, mark, undefined);
  return [toFound(link, message)];
}

/** Messages as any copy of the stream has them, from a number on. */
export async function direct(
  link: Link,
  name: string,
  query: { readonly seq: number; readonly next_by_subj: string; readonly batch: number },
): Promise<readonly StoredMsg[]> {
  try {
    const found = link.jsm.direct.getBatch(name, query).then((messages) => Array.fromAsync(messages));
    const got = await link.unlessDropped(found, `$JS.API.DIRECT.GET.${name}`);
    if (got === undefined) throw new Error("the connection was lost");
    return got;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === 404) return [];
    throw error;
  }
}

/** Work under way, by connection and stream; what waits is called when a place is free. */
const gates = new WeakMap<Link, Map<string, { busy: number; readonly waiting: (() => void)[] }>>();

async function gated<T>(link: Link, name: string, work: () => Promise<T>): Promise<T> {
  const own = gates.get(link) ?? new Map<string, { busy: number; readonly waiting: (() => void)[] }>();
  gates.set(link, own);
  const gate = own.get(name) ?? { busy: 0, waiting: [] };
  own.set(name, gate);
  if (gate.busy >= CONCURRENCY) {
    await new Promise<void>((resolve) => {
      gate.waiting.push(resolve);
    });
  } else gate.busy += 1;
  try {
    return await work();
  } finally {
    const next = gate.waiting.shift();
    if (next === undefined) gate.busy -= 1;
    else next();
  }
}

function home(link: Link, stream: string): string {
  return partitionStream(link.name, partitionOfAddress(stream, link.partitions));
}

function toFound(link: Link, { subject, header, data, seq }: StoredMsg): Found {
  const message = { subject, headers: header, data, at: seq };
  return { ...message, envelope: toEnvelope(link, message) };
}

function gap(stream: string, after: Mark, seq: number | undefined): TroupeError {
  const what = seq === undefined ? "nothing" : `record ${seq}`;
  return new TroupeError(
    "LOG_CORRUPT",
    `after record ${after.seq} of "${stream}" (message ${after.at}) comes ${what}`,
    {
      hint: "Run `troupe doctor` on this log, and find out who removed or forged messages.",
      data: { stream, after: after.seq, found: seq ?? null },
    },
  );
}

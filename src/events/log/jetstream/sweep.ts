/**
 * Mark and sweep of payloads (L9).
 *
 * - 1. First what is stored is listed, then the records are read to their end: a payload that is
 *      stored later is not looked at, whatever happens to it.
 * - 2. An object goes as it was listed, by its number: one that was stored again meanwhile has
 *      a greater number, and stays.
 * - 3. The name goes before the content. What is cut short in between, as by a crash of a
 *      writer, leaves content without a name, which a later sweep takes by its age.
 * - 4. All times are the server's.
 */
import type { StreamInfo } from "@nats-io/jetstream";
import { SWEEP_GRACE_MS, type Swept } from "../log.ts";
import { bucketInfo, bucketStream, CHUNK, contentSubject, nameSubject, ObjectName } from "./bucket.ts";
import { direct } from "./find.ts";
import { assertOpen, reach, type Link } from "./link.ts";
import { toEnvelope } from "./message.ts";
import { endOf } from "./scan.ts";
import { tail } from "./tail.ts";

/** Names fetched at once. */
const BATCH = 256;

/** An object that is stored under a name. */
interface Stored {
  readonly ref: string;
  /** Names its content. */
  readonly id: string;
  readonly bytes: number;
  /** The number of the message that names it. */
  readonly at: number;
  /** Epoch ms. */
  readonly time: number;
}

/** @throws {@link TroupeError} `LOG_UNREACHABLE`; `LOG_CORRUPT` where a message is no record. Nothing is removed before all are read. */
export async function sweepPayloads(link: Link, graceMs = SWEEP_GRACE_MS): Promise<Swept> {
  const info = await bucketInfo(link, contentSubject(link, ">"));
  if (info === undefined) return { removed: 0, bytes: 0, kept: 0 };
  const upTo = Date.parse(info.ts ?? info.state.last_ts) - graceMs;
  const stored = await listed(link);
  const marked = await marks(link);
  let [removed, bytes] = [0, 0];
  const swept = (size: number): void => {
    removed += 1;
    bytes += size;
  };
  for (const one of stored)
    if (!marked.has(one.ref) && one.time <= upTo && (await remove(link, one))) swept(one.bytes);
  const kept = stored.length - removed;
  for (const { id, size } of await nameless(link, { stored, info, upTo })) {
    await purge(link, { filter: contentSubject(link, id) });
    swept(size);
  }
  return { removed, bytes, kept };
}

async function listed(link: Link): Promise<readonly Stored[]> {
  const stream = bucketStream(link);
  const stored: Stored[] = [];
  for (let found = BATCH, seq = 1; found > 0;) {
    const query = { seq, next_by_subj: nameSubject(link, "").concat(">"), batch: BATCH };
    const page = await reach(link, () => direct(link, stream, query));
    for (const message of page) {
      const { name: ref, nuid: id, size: bytes } = ObjectName.parse(message.json());
      stored.push({ ref, id, bytes, at: message.seq, time: message.time.getTime() });
      seq = message.seq + 1;
    }
    found = page.length;
  }
  return stored;
}

/** What the records refer to; snapshots hold their data themselves. */
async function marks(link: Link): Promise<ReadonlySet<string>> {
  const marked = new Set<string>();
  for (const [partition, last] of (await endOf(link)).entries()) {
    const range = { partition, after: 0, last, signal: link.closing, headersOnly: true };
    for await (const { subject, headers, data, seq: at } of tail(link, range)) {
      const { ref } = toEnvelope(link, { subject, headers, data, at });
      if (ref !== undefined) marked.add(ref);
    }
  }
  assertOpen(link); // else they were not read to the end
  return marked;
}

/** @returns false where it was stored again since it was listed. */
async function remove(link: Link, { ref, id, at }: Stored): Promise<boolean> {
  const purged = await purge(link, { filter: nameSubject(link, ref), seq: at + 1 });
  if (purged === 0) return false;
  await purge(link, { filter: contentSubject(link, id) });
  return true;
}

/** Content that no listed object has, and that is old enough to be nobody's who still writes. */
async function nameless(
  link: Link,
  {
    stored,
    info,
    upTo,
  }: { readonly stored: readonly Stored[]; readonly info: StreamInfo; readonly upTo: number },
): Promise<readonly { readonly id: string; readonly size: number }[]> {
  const named = new Set(stored.map(({ id }) => id));
  const found: { readonly id: string; readonly size: number }[] = [];
  for (const [subject, chunks] of Object.entries(info.state.subjects ?? {})) {
    const id = subject.slice(contentSubject(link, "").length);
    if (named.has(id)) continue;
    const query = { last_by_subj: subject };
    const last = await reach(link, () => link.jsm.streams.getMessage(bucketStream(link), query));
    if (last === null || last.time.getTime() > upTo) continue;
    found.push({ id, size: (chunks - 1) * CHUNK + last.data.byteLength });
  }
  return found;
}

async function purge(
  link: Link,
  options: { readonly filter: string; readonly seq?: number },
): Promise<number> {
  const { filter, seq } = options;
  const asked = seq === undefined ? { filter } : { filter, seq };
  return (await reach(link, () => link.jsm.streams.purge(bucketStream(link), asked))).purged;
}

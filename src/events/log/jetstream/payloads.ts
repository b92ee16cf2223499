/**
 * Bodies over the limit: in an object store, named by the hash of their content.
 *
 * - 1. A payload is written before the record that names it, and once: whoever would write
 *      it again gives it a new time only, so that no sweep takes it from under the record.
 * - 2. Names are written and renewed by comparing their number, as a sweep removes them: of a
 *      writer and a sweep at the same time, the one that comes second sees the other.
 * - 3. The bucket is made with the log, and with the first payload of a log that has none.
 */
import { createHash } from "node:crypto";
import { headers, nuid } from "@nats-io/transport-node";
import { TroupeError } from "../../../errors.ts";
import {
  bucketOf,
  bucketStream,
  CHUNK,
  contentSubject,
  isMoved,
  nameAgain,
  namedNow,
  nameSubject,
  ObjectName,
} from "./bucket.ts";
import { direct } from "./find.ts";
import { reach, type Link } from "./link.ts";
import { writeFailed } from "./publish.ts";
import { ensureBucket } from "./streams.ts";

export interface Payloads {
  /** Stores bytes under a hash; where they are already, renews their time. */
  put(ref: string, data: Uint8Array): Promise<void>;
  /** @throws {@link TroupeError} `LOG_CORRUPT` where it is missing. */
  get(ref: string): Promise<Uint8Array>;
}

const TRIES = 3;
/** Chunks fetched at once. */
const BATCH = 64;

export function payloads(link: Link, replicas: number): Payloads {
  let writable: Promise<unknown> | undefined;
  return {
    async put(ref, data) {
      writable ??= ensureBucket(link, { name: link.name, replicas }, true);
      try {
        await writable;
        let seen: number | undefined;
        for (let left = TRIES; left > 0; left--) {
          const met = await store(link, { ref, data }, seen);
          if (met === STORED) return;
          seen = met;
        }
        throw new Error(`${ref} changes again and again`);
      } catch (cause) {
        writable = undefined;
        throw writeFailed(link.url, `its payload could not be stored: ${String(cause)}`, cause);
      }
    },
    async get(ref) {
      for (let left = TRIES; left > 0; left--) {
        const data = await load(link, ref).catch(retried(left));
        if (data !== undefined) return data;
      }
      throw missing(ref);
    },
  };
}

const STORED = -1;

/**
 * @param seen the name's number when it was looked at before: if another is there by now, somebody
 * else has stored it meanwhile, and that is as good.
 * @returns {@link STORED}; else the name's number as it was: somebody changed it meanwhile, look again.
 */
async function store(
  link: Link,
  { ref, data }: { readonly ref: string; readonly data: Uint8Array },
  seen: number | undefined,
): Promise<number> {
  const named = await namedNow(link, ref);
  const at = named?.seq ?? 0;
  if (named !== undefined && ObjectName.parse(named.json()).deleted !== true) {
    const fresh = seen !== undefined && at > seen;
    return fresh || (await nameAgain(link, named)) ? STORED : at;
  }
  return (await write(link, { ref, data }, at)) ? STORED : at;
}

/** @returns false where the name's number is another by now. */
async function write(
  link: Link,
  { ref, data }: { readonly ref: string; readonly data: Uint8Array },
  lastSubjectSequence: number,
): Promise<boolean> {
  const id = nuid.next();
  const subject = contentSubject(link, id);
  const chunk = Math.min(CHUNK, link.nc.info?.max_payload ?? CHUNK);
  for (let from = 0; from < data.byteLength; from += chunk)
    await link.js.publish(subject, data.subarray(from, from + chunk));
  const head = headers();
  head.set("Nats-Rollup", "sub");
  const name = JSON.stringify(nameOf(link, { ref, id, data, chunk }));
  try {
    const expect = { lastSubjectSequence };
    await link.js.publish(nameSubject(link, ref), name, { headers: head, expect });
    return true;
  } catch (error) {
    if (!isMoved(error)) throw error;
    await forget(link, subject);
    return false;
  }
}

/** What names an object, in the words of ADR-20. */
function nameOf(
  link: Link,
  { ref, id, data, chunk }: { ref: string; id: string; data: Uint8Array; chunk: number },
) {
  const digest = createHash("sha256").update(data).digest("base64");
  return {
    name: ref,
    bucket: bucketOf(link.name),
    nuid: id,
    size: data.byteLength,
    chunks: Math.ceil(data.byteLength / chunk),
    digest: `SHA-256=${digest.replaceAll("+", "-").replaceAll("/", "_")}`,
    mtime: new Date().toISOString(),
    deleted: false,
    options: { max_chunk_size: chunk },
  };
}

/** Content without a name; who may not remove it leaves it to a sweep. */
async function forget(link: Link, filter: string): Promise<void> {
  const stream = bucketStream(link);
  if (await link.may(`$JS.API.STREAM.PURGE.${stream}`))
    await link.jsm.streams.purge(stream, { filter }).catch(() => {});
}

/** `undefined` where it is not there, or not all of it as the copy that answers knows it. */
async function load(link: Link, ref: string): Promise<Uint8Array | undefined> {
  const named = await namedNow(link, ref);
  if (named === undefined) return undefined;
  const { nuid: id, size, deleted } = ObjectName.parse(named.json());
  if (deleted === true) return undefined;
  const stream = bucketStream(link);
  const data = new Uint8Array(size);
  for (let [at, seq] = [0, 1]; at < size;) {
    const query = { seq, next_by_subj: contentSubject(link, id), batch: BATCH };
    const chunks = await reach(link, () => direct(link, stream, query));
    if (chunks.length === 0) return undefined;
    for (const chunk of chunks) {
      if (at + chunk.data.byteLength > size) return undefined;
      data.set(chunk.data, at);
      at += chunk.data.byteLength;
      seq = chunk.seq + 1;
    }
  }
  return data;
}

/** Forgives a failure, but not the last one, nor one that stays. */
function retried(left: number): (error: unknown) => undefined {
  return (error) => {
    if (left <= 1 || TroupeError.is(error, "LOG_FORBIDDEN")) throw error;
  };
}

function missing(ref: string): TroupeError {
  return new TroupeError("LOG_CORRUPT", `the payload ${ref} is not in the object store`, {
    hint: "Restore the log's object store from the same backup as its streams.",
    data: { ref },
  });
}

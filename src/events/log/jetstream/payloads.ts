/**
 * Bodies over the limit: in an object store, named by the hash of their content.
 *
 * - 1. A payload is written before the record that names it, and once: whoever would write
 *      it again gives it a new time only, so that no sweep takes it from under the record.
 * - 2. Names are written and renewed by comparing their number, as a sweep removes them: of a
 *      writer and a sweep at the same time, the one that comes second sees the other.
 * - 3. The bucket is made with the first payload.
 */
import { StorageType } from "@nats-io/jetstream";
import { Objm, type ObjectStore } from "@nats-io/obj";
import { TroupeError } from "../../../errors.ts";
import { bucketOf, isMoved, nameAgain, namedNow, ObjectName } from "./bucket.ts";
import { reach, type Link } from "./link.ts";
import { writeFailed } from "./publish.ts";

export interface Payloads {
  /** Stores bytes under a hash; where they are already, renews their time. */
  put(ref: string, data: Uint8Array): Promise<void>;
  /** @throws {@link TroupeError} `LOG_CORRUPT` where it is missing. */
  get(ref: string): Promise<Uint8Array>;
}

const TRIES = 3;

export function payloads(link: Link, replicas: number): Payloads {
  const objects = new Objm(link.nc);
  let writable: Promise<ObjectStore> | undefined;
  let readable: Promise<ObjectStore> | undefined;
  return {
    async put(ref, data) {
      writable ??= objects.create(bucketOf(link.name), { storage: StorageType.File, replicas });
      try {
        const bucket = await writable;
        for (let left = TRIES; !(await store(link, bucket, { ref, data })); left--)
          if (left <= 1) throw new Error(`${ref} changes again and again`);
      } catch (cause) {
        writable = undefined;
        throw writeFailed(link.url, `its payload could not be stored: ${String(cause)}`);
      }
    },
    async get(ref) {
      for (let left = TRIES; left > 0; left--) {
        readable ??= objects.open(bucketOf(link.name));
        const opened = readable;
        const data = await reach(link, async () => (await opened).getBlob(ref)).catch(retried(left));
        if (data !== undefined && data !== null) return data;
        readable = undefined;
      }
      throw missing(ref);
    },
  };
}

/** @returns false where somebody else wrote or removed it meanwhile: look again. */
async function store(
  link: Link,
  bucket: ObjectStore,
  { ref, data }: { readonly ref: string; readonly data: Uint8Array },
): Promise<boolean> {
  const named = await namedNow(link, ref);
  if (named !== undefined && ObjectName.parse(named.json()).deleted !== true)
    return nameAgain(link, named);
  try {
    await bucket.putBlob({ name: ref }, data, { previousRevision: named?.seq ?? 0 });
    return true;
  } catch (error) {
    if (isMoved(error)) return false;
    throw error;
  }
}

/** Forgives a failure, but not the last one. */
function retried(left: number): (error: unknown) => undefined {
  return (error) => {
    if (left <= 1) throw error;
  };
}

function missing(ref: string): TroupeError {
  return new TroupeError("LOG_CORRUPT", `the payload ${ref} is not in the object store`, {
    hint: "Restore the log's object store from the same backup as its streams.",
    data: { ref },
  });
}

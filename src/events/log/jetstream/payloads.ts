/**
 * Bodies over the limit: in an object store, named by the hash of their content.
 *
 * - 1. A payload is written before the record that names it, and once.
 * - 2. The bucket is made with the first payload. While two handles store the same one at
 *      the same time, a reader may meet it between two copies: it reads again.
 */
import { StorageType } from "@nats-io/jetstream";
import { Objm, type ObjectStore } from "@nats-io/obj";
import { TroupeError } from "../../../errors.ts";
import { reach, type Link } from "./link.ts";
import { writeFailed } from "./publish.ts";

export interface Payloads {
  /** Stores bytes under a hash unless they are there. */
  put(ref: string, data: Uint8Array): Promise<void>;
  /** @throws {@link TroupeError} `LOG_CORRUPT` where it is missing. */
  get(ref: string): Promise<Uint8Array>;
}

const TRIES = 3;

/** The name of a log's bucket. */
export function bucketOf(name: string): string {
  return `TROUPE_${name}_PAYLOADS`;
}

export function payloads(link: Link, replicas: number): Payloads {
  const objects = new Objm(link.nc);
  const stored = new Set<string>();
  let writable: Promise<ObjectStore> | undefined;
  let readable: Promise<ObjectStore> | undefined;
  return {
    async put(ref, data) {
      if (stored.has(ref)) return;
      writable ??= objects.create(bucketOf(link.name), { storage: StorageType.File, replicas });
      try {
        const bucket = await writable;
        if ((await bucket.info(ref)) === null) await bucket.putBlob({ name: ref }, data);
      } catch (cause) {
        writable = undefined;
        throw writeFailed(link.url, `its payload could not be stored: ${String(cause)}`);
      }
      if (stored.size > 1000) stored.clear();
      stored.add(ref);
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

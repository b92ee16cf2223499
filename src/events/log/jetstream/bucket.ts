/**
 * The layout of an object store in its JetStream stream (NATS ADR-20), so that any tool for
 * those can read it. The client's own interface is not used: it writes without an expectation,
 * reads by a consumer, and purges, which takes rights that a host need not have.
 *
 *     $O.BUCKET.M.<name>   one message an object, the last one counts: its name, size, content id
 *     $O.BUCKET.C.<id>     its content, in chunks
 */
import { headers } from "@nats-io/transport-node";
import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type StoredMsg,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import { z } from "zod";
import { reach, type Link } from "./link.ts";

/** The name of a log's bucket. */
export function bucketOf(name: string): string {
  return `TROUPE_${name}_PAYLOADS`;
}

/** Bytes of a piece of content, but for the last of its object. */
export const CHUNK = 128 * 1024;

/** The settings of a log's bucket: those that every tool for object stores gives it. */
export function bucketConfig(name: string, replicas: number): Partial<StreamConfig> & { name: string } {
  const bucket = bucketOf(name);
  return {
    name: `OBJ_${bucket}`,
    subjects: [`$O.${bucket}.C.>`, `$O.${bucket}.M.>`],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    num_replicas: replicas,
    allow_direct: true,
    allow_rollup_hdrs: true,
    max_age: 0,
    max_msgs_per_subject: -1,
  };
}

/** The stream in which a log's bucket lies. */
export function bucketStream({ name }: Link): string {
  return `OBJ_${bucketOf(name)}`;
}

/** The subject of an object's name. */
export function nameSubject({ name }: Link, object: string): string {
  const text = Buffer.from(object).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
  return `$O.${bucketOf(name)}.M.${text}`;
}

/** The subject of an object's content. */
export function contentSubject({ name }: Link, id: string): string {
  return `$O.${bucketOf(name)}.C.${id}`;
}

/** The bucket as it is now, with how many messages each subject holds; `undefined` before the first payload. */
export async function bucketInfo(link: Link, subjects_filter: string): Promise<StreamInfo | undefined> {
  return reach(link, async () => {
    try {
      return await link.jsm.streams.info(bucketStream(link), { subjects_filter });
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  });
}

/** What an object's name says. */
export const ObjectName = z.looseObject({
  name: z.string(),
  nuid: z.string(),
  size: z.int(),
  deleted: z.boolean().optional(),
});

/** The message that names an object now, as the stream's leader has it. */
export async function namedNow(link: Link, object: string): Promise<StoredMsg | undefined> {
  const query = { last_by_subj: nameSubject(link, object) };
  return reach(link, async () => {
    try {
      return (await link.jsm.streams.getMessage(bucketStream(link), query)) ?? undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  });
}

/**
 * Says an object's name once more, so that its time is now.
 *
 * @returns false where it is another one by now, or none: nothing was written.
 */
export async function nameAgain(link: Link, { subject, data, seq }: StoredMsg): Promise<boolean> {
  const head = headers();
  head.set("Nats-Rollup", "sub");
  try {
    await link.js.publish(subject, data, { headers: head, expect: { lastSubjectSequence: seq } });
    return true;
  } catch (error) {
    if (isMoved(error)) return false;
    throw error;
  }
}

/** Whether a write was refused because something else stands there. */
export function isMoved(error: unknown): boolean {
  return error instanceof JetStreamApiError && (error.code === 10071 || error.code === 10164);
}

/** Whether there is no such bucket. */
function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === 10059;
}

/**
 * The layout of an object store in its JetStream stream (NATS ADR-20): what the client's own
 * interface does without an expectation is done here with one.
 *
 *     $O.BUCKET.M.<name>   one message an object, the last one counts: its name, size, content id
 *     $O.BUCKET.C.<id>     its content, in chunks
 */
import { headers } from "@nats-io/transport-node";
import { JetStreamApiError, type StoredMsg, type StreamInfo } from "@nats-io/jetstream";
import { z } from "zod";
import { reach, type Link } from "./link.ts";

/** The name of a log's bucket. */
export function bucketOf(name: string): string {
  return `TROUPE_${name}_PAYLOADS`;
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
      if (error instanceof JetStreamApiError && error.code === 10059) return undefined;
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
  return (await reach(link, () => link.jsm.streams.getMessage(bucketStream(link), query))) ?? undefined;
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

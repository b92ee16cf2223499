/**
 * A record as one message: CloudEvents in binary mode, the body as data.
 *
 * - 1. Header values are percent-encoded as CloudEvents says, so any text arrives unchanged.
 * - 2. A message that does not lie where its headers say, or lacks one, is no record: it is
 *      reported as `LOG_CORRUPT` with its place, never skipped and never half read.
 */
import { headers, type MsgHdrs } from "@nats-io/transport-node";
import { TroupeError } from "../../../errors.ts";
import { recordSubject, type Subjects } from "../../subjects.ts";
import type { NewRecord, Recorded } from "../log.ts";
import type { Sealed } from "../payload.ts";

/** What is published. */
export interface Outgoing {
  readonly subject: string;
  readonly headers: MsgHdrs;
  readonly data: Uint8Array;
}

/** What came back, from whichever of the client's interfaces. */
export interface Incoming {
  readonly subject: string;
  readonly headers: MsgHdrs | undefined;
  readonly data: Uint8Array;
  /** The number in its partition. */
  readonly at: number;
}

/** A record without its body. */
export interface Envelope extends Omit<Recorded, "body"> {
  /** Where the body lies, if not in the message. */
  readonly ref?: string;
}

/** @throws {@link TroupeError} `RECORD_INVALID` for a time or a type that no message can carry. */
export function toMessage(
  log: Subjects,
  record: NewRecord,
  { stream, seq, sealed }: { readonly stream: string; readonly seq: number; readonly sealed: Sealed },
): Outgoing {
  const head = headers();
  const set = (key: string, value: string | undefined): void => {
    if (value !== undefined) head.append(key, encode(value));
  };
  set("ce-specversion", "1.0");
  set("ce-id", record.id);
  set("ce-source", stream);
  set("ce-type", record.type);
  set("ce-time", timeOf(record));
  set("ce-correlationid", record.correlation);
  set("ce-causationid", record.cause);
  set("traceparent", record.trace);
  set("troupe-seq", String(seq));
  set("ce-dataref", sealed.ref);
  const data = sealed.ref === undefined ? sealed.data : new Uint8Array();
  return { subject: recordSubject(log, stream, record.type), headers: head, data };
}

/** @throws {@link TroupeError} `LOG_CORRUPT` where the message is no record of this log. */
export function toEnvelope(log: Subjects, message: Incoming): Envelope {
  const head = new Map<string, string>();
  for (const [key, [value]] of message.headers ?? []) if (value !== undefined) head.set(key, value);
  const get = (key: string): string | undefined => decode(head.get(key), message);
  const must = (key: string): string => {
    const value = get(key);
    if (value === undefined) throw strange(message, `it has no ${key}`);
    return value;
  };
  const [cause, trace, ref] = [get("ce-causationid"), get("traceparent"), get("ce-dataref")];
  const envelope = {
    id: must("ce-id"),
    type: must("ce-type"),
    at: Date.parse(must("ce-time")),
    correlation: must("ce-correlationid"),
    ...(cause !== undefined && { cause }),
    ...(trace !== undefined && { trace }),
    stream: must("ce-source"),
    seq: Number(must("troupe-seq")),
    ...(ref !== undefined && { ref }),
  };
  if (!isAt(log, message.subject, envelope)) throw strange(message, "its headers name another place");
  if (!isNumbered(envelope)) throw strange(message, "its number or its time is none");
  return envelope;
}

function timeOf({ id, at }: NewRecord): string {
  const time = new Date(at);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new TroupeError("RECORD_INVALID", `at of record "${id}" is no time: ${at}`, {
    hint: "Give the record a time in whole epoch milliseconds.",
    data: { id, field: "at" },
  });
}

function isNumbered({ seq, at }: Envelope): boolean {
  return Number.isSafeInteger(seq) && seq > 0 && !Number.isNaN(at);
}

function isAt(log: Subjects, subject: string, says: Envelope): boolean {
  try {
    return recordSubject(log, says.stream, says.type) === subject;
  } catch {
    return false;
  }
}

function encode(text: string): string {
  return text.replace(/[^\x21\x23\x24\x26-\x7e]+/g, encodeURIComponent);
}

function decode(text: string | undefined, message: Incoming): string | undefined {
  if (text === undefined || !text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw strange(message, "a header is not percent-encoded");
  }
}

function strange({ subject, at }: Incoming, why: string): TroupeError {
  return new TroupeError("LOG_CORRUPT", `message ${at} on "${subject}" is no record: ${why}`, {
    hint: "Find out who else publishes to the log's subjects, and take that permission away.",
    data: { subject, at },
  });
}

/**
 * A record as one message: CloudEvents 1.0 in binary mode of its NATS binding, the body as data.
 *
 * - 1. Header values are percent-encoded as CloudEvents says, so any text arrives unchanged.
 * - 2. A message that does not lie where its headers say, or lacks one, is no record: it is
 *      reported as `LOG_CORRUPT` with its place, never skipped and never half read.
 * - 3. What was added to the headers later is not asked for: `ce-datacontenttype`, and
 *      `ce-traceparent` beside `traceparent`, are for other tools.
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

/** Where a record goes, and its body as it is stored. */
interface Placed {
  readonly stream: string;
  readonly seq: number;
  readonly sealed: Sealed;
  readonly mediaType: string;
}

/** @throws {@link TroupeError} `RECORD_INVALID` for a time or a type that no message can carry. */
export function toMessage(
  log: Subjects,
  record: NewRecord,
  { stream, seq, sealed, mediaType }: Placed,
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
  set("ce-datacontenttype", mediaType);
  set("ce-correlationid", record.correlation);
  set("ce-causationid", record.cause);
  set("traceparent", record.trace);
  set("ce-traceparent", record.trace);
  set("troupe-seq", String(seq));
  set("ce-dataref", sealed.ref);
  const data = sealed.ref === undefined ? sealed.data : new Uint8Array();
  return { subject: recordSubject(log, stream, record.type), headers: head, data };
}

/** @throws {@link TroupeError} `LOG_CORRUPT` where the message is no record of this log. */
export function toEnvelope(log: Subjects, message: Incoming): Envelope {
  const head = new Map<string, string>();
  for (const [key, [value]] of message.headers ?? [])
    if (value !== undefined) head.set(key.toLowerCase(), value);
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

/** The times that RFC 3339 has: of the years 0 to 9999. */
const EARLIEST = Date.parse("0000-01-01T00:00:00.000Z");
const LATEST = Date.parse("9999-12-31T23:59:59.999Z");

function timeOf({ id, at }: NewRecord): string {
  if (at >= EARLIEST && at <= LATEST) return new Date(at).toISOString();
  throw new TroupeError("RECORD_INVALID", `at of record "${id}" is no time: ${at}`, {
    hint: "Give the record a time in whole epoch milliseconds, of the years 0 to 9999.",
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
  if (text === undefined || !/["%]/.test(text)) return text;
  try {
    return decodeURIComponent(unquoted(text));
  } catch {
    throw strange(message, "a header is not percent-encoded");
  }
}

/** Not how Troupe writes it, but CloudEvents wants it read. */
function unquoted(text: string): string {
  const [, quoted] = /^"((?:[^"\\]|\\.)*)"$/.exec(text) ?? [];
  return quoted === undefined ? text : quoted.replace(/\\(.)/g, "$1");
}

function strange({ subject, at }: Incoming, why: string): TroupeError {
  return new TroupeError("LOG_CORRUPT", `message ${at} on "${subject}" is no record: ${why}`, {
    hint: "Find out who else publishes to the log's subjects, and take that permission away.",
    data: { subject, at },
  });
}

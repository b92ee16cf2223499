/**
 * A log as a file: what `troupe backup` and `troupe archive` write, and `troupe restore` reads.
 *
 *     {"troupe":"log","format":1,"from":"sqlite:…","partitions":1,"at":1790000000000}
 *     {"stream":"workflow/r1","seq":1,"id":"…","type":"…","at":…,"correlation":"…","body":{…}}
 *     …                                                        one record a line, in any number
 *     {"end":{"records":2,"streams":1,"sha256":"…"}}
 *
 * - 1. UTF-8, one JSON value a line. Each stream counts 1, 2, 3, …, whatever lies between.
 * - 2. The last line counts the records and the streams, and has the SHA-256 of all bytes before
 *      it. A file without it was cut, one that does not fit it is damaged: neither is used.
 * - 3. Of a log with a codec a line has `sealed` in place of `body`: what the codec made of it, in base64.
 * - 4. In an archive a line has its `place` in the log, `[partition, number]`; its lines are in their
 *      order, and its last line says at which byte some of them begin.
 * - 5. Bodies that the log stores apart stand in it whole: a file refers to nothing outside it.
 */
import { z } from "zod";
import { TroupeError } from "../../../errors.ts";
import type { JsonObject } from "../../json.ts";
import { AnyJson } from "../../whole.ts";
import { isErased, unlessErased } from "../erased.ts";
import type { Codec, Recorded } from "../log.ts";

/** A reader refuses a newer one (`LOG_NEWER`). */
const FORMAT = 1;

/** Where a record stands in its log. */
export interface Place {
  readonly partition: number;
  /** Its number in the partition. */
  readonly number: number;
}

/** A record of a file. */
export interface Placed {
  readonly record: Recorded;
  readonly place?: Place;
}

/** What a file says of itself. */
export interface FileHeader {
  /** The log that it was made of. */
  readonly from: string;
  readonly partitions: number;
  /** When, in epoch ms. */
  readonly at: number;
}

const Header = z.looseObject({
  troupe: z.literal("log"),
  format: z.int().min(1),
  from: z.string(),
  partitions: z.int().min(1),
  at: z.int(),
});

export const Footer = z.strictObject({
  end: z.strictObject({
    records: z.int().min(0),
    streams: z.int().min(0),
    sha256: z.string(),
    /** `[partition, number, byte]` of some records, in their order. */
    index: z.array(z.tuple([z.int(), z.int(), z.int()])).optional(),
  }),
});
export type Footer = z.infer<typeof Footer>["end"];

const Body = AnyJson.refine(
  (value) => value instanceof Object && !Array.isArray(value),
  "Expected an object",
) as z.ZodType<JsonObject>; // JSON that is a record
/** Epoch ms that a calendar has: whoever prints a time may rely on it. */
const Instant = z.int().min(-8.64e15).max(8.64e15);
const Line = z.strictObject({
  stream: z.string(),
  seq: z.int().min(1),
  id: z.string(),
  type: z.string(),
  at: Instant,
  correlation: z.string(),
  cause: z.string().optional(),
  trace: z.string().optional(),
  body: Body.optional(),
  sealed: z.base64().optional(),
  place: z.tuple([z.int().min(0), z.int().min(1)]).optional(),
});

export function headerLine(header: FileHeader): string {
  return JSON.stringify({ troupe: "log", format: FORMAT, ...header });
}

/** A record as a line, without its end. */
export function lineOf({ stream, seq, ...record }: Recorded, place?: Place, codec?: Codec): string {
  const { id, type, at, correlation, cause, trace, body } = record;
  const around = { stream, seq, id, type, at, correlation, cause, trace };
  const placed = place && { place: [place.partition, place.number] };
  return JSON.stringify({ ...around, ...contentOf(stream, body, codec), ...placed });
}

function contentOf(stream: string, body: JsonObject, codec?: Codec): object {
  if (codec === undefined || isErased(body)) return { body };
  const plain = Buffer.from(JSON.stringify(body));
  return { sealed: Buffer.from(codec.encode(plain, { stream })).toString("base64") };
}

/** Whether a first line is a header. @throws {@link TroupeError} `LOG_NEWER`. */
export function headerIn(value: unknown, place: string): FileHeader | undefined {
  const parsed = Header.safeParse(value);
  if (!parsed.success) return undefined;
  const { format, from, partitions, at } = parsed.data;
  if (format > FORMAT)
    throw new TroupeError("LOG_NEWER", `${place} has format ${format}, this Troupe reads ${FORMAT}`, {
      hint: "Use a newer Troupe for this file.",
    });
  return { from, partitions, at };
}

/** @throws {@link TroupeError} `LOG_CORRUPT` where the line is no record, or cannot be read with this codec. */
export function recordIn(value: unknown, place: string, codec?: Codec): Placed {
  const parsed = checked(value, place);
  if (!parsed.success) throw corrupt(`${place} is no record: ${z.prettifyError(parsed.error)}`);
  const { cause, trace, body, sealed, place: where, ...record } = parsed.data;
  const [partition, number] = where ?? [];
  return {
    record: {
      ...record,
      ...(cause !== undefined && { cause }),
      ...(trace !== undefined && { trace }),
      body: body ?? opened(sealed, place, codec),
    },
    ...(partition !== undefined && number !== undefined && { place: { partition, number } }),
  };
}

/** A line as JSON. @throws {@link TroupeError} `LOG_CORRUPT`. */
export function jsonIn(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw corrupt(`${place} is no JSON`, cause);
  }
}

function checked(value: unknown, place: string): z.ZodSafeParseResult<z.infer<typeof Line>> {
  try {
    return Line.safeParse(value);
  } catch (cause) {
    throw corrupt(`${place} is no record: it is too deep`, cause); // for the stack
  }
}

function opened(sealed: string | undefined, place: string, codec?: Codec): JsonObject {
  if (sealed === undefined) throw corrupt(`${place} is no record: it has no body`);
  if (codec === undefined)
    throw corrupt(`${place} can be read only with the codec of the log it was made of`);
  const decode = (): unknown =>
    jsonIn(Buffer.from(codec.decode(Buffer.from(sealed, "base64"))).toString(), place);
  const body = unlessErased(decode);
  const parsed = Body.safeParse(body);
  if (parsed.success) return parsed.data;
  throw corrupt(`${place} is no record: its body is no object`);
}

export function corrupt(message: string, cause?: unknown): TroupeError {
  return new TroupeError("LOG_CORRUPT", message, {
    hint: "Use another copy of the file, or write it again from the log or the simulation that it came from.",
    cause,
  });
}

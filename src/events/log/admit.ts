/**
 * What may enter a log, besides the body (payload.ts): an address, and fields around the
 * body that every engine can carry unchanged, in a column as in a header.
 */
import { TroupeError } from "../../errors.ts";
import { parseAddress } from "../address.ts";
import type { NewRecord } from "./log.ts";

/**
 * @throws {@link TroupeError} `ADDRESS_INVALID` for the stream, `RECORD_INVALID` for a
 * field of a record, naming it.
 */
export function assertAppendable(stream: string, records: readonly NewRecord[]): void {
  parseAddress(stream);
  for (const record of records) {
    if (!Number.isSafeInteger(record.at)) throw invalid(record, "at", "is not whole epoch ms");
    assertText(record, "id", record.id);
    assertText(record, "type", record.type);
    assertText(record, "correlation", record.correlation);
    if (record.cause !== undefined) assertText(record, "cause", record.cause);
    if (record.trace !== undefined) assertText(record, "trace", record.trace);
  }
}

/** What no engine carries; a log that holds more than {@link textFault} lets in is still copied. */
// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;

/** What CloudEvents keeps out of attributes: control characters, and code points that are no characters. */
const STRANGE =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- as above
  /[\u0000-\u001f\u007f-\u009f\p{Noncharacter_Code_Point}]/gu;

function assertText(record: NewRecord, field: keyof NewRecord, text: string): void {
  const fault = shapeless(text) ?? (CONTROL.test(text) ? "holds a control character" : undefined);
  if (fault !== undefined) throw invalid(record, field, fault);
}

/** Most characters of a text from outside, and of a type: a server takes 64 kB of headers, and 4 kB of a subject. */
const MOST = 1_000;
const MOST_OF_TYPE = 256;

/** What keeps a text from standing around a body, as the end of a sentence; undefined where nothing does. */
export function textFault(text: string): string | undefined {
  if (text.length > MOST) return `is longer than ${MOST} characters`;
  const strange = text.search(STRANGE) !== -1;
  return shapeless(text) ?? (strange ? "holds a control character" : undefined);
}

/** A text that can stand around a body, as a type: what cannot is replaced, and the rest left out. */
export function fitText(text: string): string {
  const fit = text.slice(0, MOST_OF_TYPE).toWellFormed().replace(STRANGE, "\uFFFD");
  return fit === "" ? "\uFFFD" : fit;
}

function shapeless(text: string): string | undefined {
  if (text === "") return "is empty";
  return text.isWellFormed() ? undefined : "holds half a surrogate pair";
}

function invalid(record: NewRecord, field: keyof NewRecord, why: string): TroupeError {
  return new TroupeError("RECORD_INVALID", `${field} of record ${JSON.stringify(record.id)} ${why}`, {
    hint: "Give the record a time in whole epoch milliseconds, and ids and types of plain printable text.",
    data: { id: record.id, field },
  });
}

/**
 * How much one message, or one write of a shared value, may carry: what is larger belongs into a file
 * whose path is sent.
 */
import type { Refusal } from "../errors.ts";
import type { Json } from "./json.ts";

/** Bytes of JSON text, as UTF-8. */
export const PAYLOAD_LIMIT = 262_144;

/**
 * Why a payload cannot be taken, undefined where it can.
 *
 * @param what how it is called in the message: `the value of "plan"`.
 * @param limit bytes. Default {@link PAYLOAD_LIMIT}.
 */
export function payloadFault(what: string, payload: Json, limit = PAYLOAD_LIMIT): Refusal | undefined {
  const text = JSON.stringify(payload);
  if (text.length * 3 <= limit) return undefined; // no character is longer
  const bytes = Buffer.byteLength(text);
  if (bytes <= limit) return undefined;
  return {
    code: "PAYLOAD_TOO_LARGE",
    message: `${what} has ${bytes} bytes of JSON, more than ${limit}`,
    hint: "Put it into a file, and share the path of the file.",
    data: { bytes, limit },
  };
}

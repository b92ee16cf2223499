/**
 * Lines of a stream of bytes, however long it is: no more than one of them is held.
 *
 * - A line that is too long, or no text in UTF-8, is a fault with its number; the next one is read.
 * - A byte order mark at the beginning and carriage returns before line feeds belong to no line.
 */
import { isUtf8 } from "node:buffer";

/** A line; numbers count from 1, empty ones too. */
export type Line =
  | { readonly number: number; readonly text: string; readonly fault?: undefined }
  | { readonly number: number; readonly fault: string };

const LINE_FEED = 0x0a;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** @param limit bytes. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Line> {
  let number = 0;
  let held: Buffer[] = [];
  let length = 0;

  const take = (piece: Buffer): void => {
    length += piece.length;
    if (length <= limit + BOM.length) held.push(piece);
    else held = [];
  };
  const end = (): Line => {
    number += 1;
    const whole = held.length === 1 ? held[0] : undefined;
    const line = lineOf(number, length, whole ?? Buffer.concat(held), limit);
    held = [];
    length = 0;
    return line;
  };

  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, from)) {
      take(bytes.subarray(from, at));
      from = at + 1;
      yield end();
    }
    if (from < bytes.length) take(bytes.subarray(from));
  }
  if (length > 0) yield end();
}

function lineOf(number: number, length: number, bytes: Buffer, limit: number): Line {
  if (length > 0 && bytes.length === 0) return { number, fault: tooLong(length, limit) };
  const marked = number === 1 && bytes.subarray(0, BOM.length).equals(BOM);
  const rest = marked ? bytes.subarray(BOM.length) : bytes;
  if (rest.length > limit) return { number, fault: tooLong(rest.length, limit) };
  if (!isUtf8(rest)) return { number, fault: "it is no text in UTF-8" };
  return { number, text: rest.toString("utf8").replace(/\r$/, "") };
}

function tooLong(length: number, limit: number): string {
  return `it has ${length} bytes, more than ${limit}`;
}

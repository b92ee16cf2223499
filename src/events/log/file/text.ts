/**
 * The text of a log file, in pieces of some size: in constant memory, wherever it goes.
 */
import { createHash } from "node:crypto";
import type { Codec } from "../log.ts";
import { headerLine, lineOf, type FileHeader, type Footer, type Placed } from "./format.ts";

/** Characters of a piece, about. */
const PIECE = 256 * 1024;
/** Of so many records in their places, one has its byte in the index. */
const INDEXED = 256;

/** Whole lines; @returns what the last of them says of those before it. */
export async function* textOf(
  header: FileHeader,
  records: AsyncIterable<Placed>,
  codec?: Codec,
): AsyncGenerator<string, Footer, undefined> {
  const hash = createHash("sha256");
  const streams = new Set<string>();
  const index: [number, number, number][] = [];
  let [count, bytes, waiting] = [0, 0, ""];
  const put = (line: string): void => {
    bytes += Buffer.byteLength(line) + 1;
    waiting += `${line}\n`;
  };
  put(headerLine(header));
  for await (const { record, place } of records) {
    if (place !== undefined && startsIndex(index, count, place.partition))
      index.push([place.partition, place.number, bytes]);
    put(lineOf(record, place, codec));
    streams.add(record.stream);
    count += 1;
    if (waiting.length < PIECE) continue;
    hash.update(waiting);
    yield waiting;
    waiting = "";
  }
  const sha256 = hash.update(waiting).digest("hex");
  const end: Footer = {
    records: count,
    streams: streams.size,
    sha256,
    ...(index.length > 0 && { index }),
  };
  yield `${waiting}${JSON.stringify({ end })}\n`;
  return end;
}

function startsIndex(
  index: readonly (readonly [number, number, number])[],
  count: number,
  partition: number,
): boolean {
  return count % INDEXED === 0 || index.at(-1)?.[0] !== partition;
}

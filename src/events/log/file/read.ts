/**
 * Reads log files, in constant memory but for a number per actor.
 *
 * - 1. `checkLogFile` reads a file to its end before anybody uses any of it.
 * - 2. A file whose line ends were changed on the way, or that got a byte order mark, is read as it was
 *      written: its SHA-256 says that nothing else is different.
 */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { TroupeError } from "../../../errors.ts";
import type { Codec } from "../log.ts";
import { corrupt, Footer, headerIn, jsonIn, recordIn, type FileHeader, type Placed } from "./format.ts";

/** A file that is whole. */
export interface LogFile extends FileHeader {
  readonly path: string;
  readonly records: number;
  /** How many records each stream has. */
  readonly tips: ReadonlyMap<string, number>;
  readonly sha256: string;
  readonly index: NonNullable<Footer["index"]>;
  /** Whether it takes the codec of its log to read it. */
  readonly sealed: boolean;
}

/**
 * Reads a file to its end.
 *
 * @throws {@link TroupeError} `FILE_NOT_READ`; `LOG_CORRUPT` where it was cut or is damaged; `LOG_NEWER`.
 */
export async function checkLogFile(path: string): Promise<LogFile> {
  const hash = createHash("sha256");
  const state: Checking = { header: undefined, tips: new Map(), records: 0, sealed: false };
  let last: Line | undefined;
  for await (const line of linesOf(path)) {
    if (last !== undefined) take(state, hash, last, path);
    last = line;
  }
  const { header, records, tips, sealed } = state;
  const end = endIn(last);
  if (header === undefined || end === undefined)
    throw corrupt(`${path} is no whole log file: it was cut, or is no file of Troupe`);
  const sha256 = hash.digest("hex");
  const found = [sha256, records, tips.size, true];
  if (!isDeepStrictEqual(found, [end.sha256, end.records, end.streams, last?.ended]))
    throw corrupt(`${path} is damaged: it is not what its last line says`);
  return { ...header, path, records, tips, sha256, sealed, index: end.index ?? [] };
}

/**
 * The records of a file, in their order.
 *
 * @param options.from the byte at which to begin, as an index has it.
 * @throws {@link TroupeError} `FILE_NOT_READ`, `LOG_CORRUPT`.
 */
export async function* recordsIn(
  path: string,
  { codec, from = 0 }: { readonly codec?: Codec | undefined; readonly from?: number } = {},
): AsyncGenerator<Placed, void, undefined> {
  for await (const { number, text } of linesOf(path, from)) {
    if (text.startsWith('{"troupe":') || text.startsWith('{"end":')) continue;
    const place = from === 0 ? placeIn(path, number) : path;
    yield recordIn(jsonIn(text, place), place, codec);
  }
}

interface Checking {
  header: FileHeader | undefined;
  readonly tips: Map<string, number>;
  records: number;
  sealed: boolean;
}

/** A line that is not the last. */
function take(state: Checking, hash: Hash, line: Line, path: string): void {
  hash.update(line.text).update("\n");
  const place = placeIn(path, line.number);
  const value = jsonIn(line.text, place);
  if (state.header === undefined) {
    state.header = headerIn(value, path);
    if (state.header === undefined) throw corrupt(`${path} is no log file of Troupe`);
    return;
  }
  const { record } = recordIn(value, place, ANY);
  const { stream, seq } = record;
  const tip = state.tips.get(stream) ?? 0;
  if (seq !== tip + 1) throw corrupt(`${place} has record ${seq} of "${stream}", behind record ${tip}`);
  state.tips.set(stream, seq);
  state.records += 1;
  state.sealed ||= line.text.includes('"sealed":"');
}

/** A check reads no bodies. */
const ANY: Codec = { encode: (payload) => payload, decode: () => Buffer.from("{}") };

function endIn(line: Line | undefined): Footer | undefined {
  try {
    return Footer.safeParse(JSON.parse(line?.text ?? "")).data?.end;
  } catch {
    return undefined;
  }
}

function placeIn(path: string, number: number): string {
  return `line ${number} of ${path}`;
}

interface Line {
  /** 1, 2, 3, … from where reading began. */
  readonly number: number;
  readonly text: string;
  /** Whether a line end follows it. */
  readonly ended: boolean;
}

/**
 * The lines of a text, in constant memory, without what editors and other systems put around them:
 * a byte order mark, line ends of two characters.
 *
 * @throws {@link TroupeError} `FILE_NOT_READ`, `LOG_CORRUPT` where it is not UTF-8.
 */
export async function* linesOf(path: string, from = 0): AsyncGenerator<Line, void, undefined> {
  let parts: Buffer[] = [];
  let number = 0;
  let begins = from === 0;
  const line = (ended: boolean): Line => {
    number += 1;
    const text = textIn(Buffer.concat(parts), placeIn(path, number));
    parts = [];
    return { number, text: from === 0 && number === 1 ? text.replace(/^\uFEFF/, "") : text, ended };
  };
  try {
    for await (const chunk of createReadStream(path, { start: from, highWaterMark: 256 * 1024 })) {
      let rest = chunk as Buffer; // no encoding is set
      if (begins) assertUtf8(path, rest);
      begins = false;
      for (let at = rest.indexOf(10); at !== -1; at = rest.indexOf(10)) {
        parts.push(rest.subarray(0, at));
        yield line(true);
        rest = rest.subarray(at + 1);
      }
      if (rest.length > 0) parts.push(rest);
    }
  } catch (cause) {
    throw isSystem(cause) ? notRead(path, cause) : cause;
  }
  if (parts.length > 0) yield line(false);
}

/** A line without its end. What is no UTF-8 is no text: with other characters in its place a record would say what nobody wrote. */
function textIn(bytes: Buffer, place: string): string {
  try {
    return UTF8.decode(bytes).replace(/\r$/, "");
  } catch (cause) {
    throw corrupt(`${place} is no UTF-8`, cause);
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What is written through PowerShell's `>` is UTF-16: a mark, and two bytes a character. */
function assertUtf8(path: string, [one, two]: Buffer): void {
  if (one === undefined || two === undefined || one + two !== 0xff + 0xfe) return;
  throw new TroupeError("LOG_CORRUPT", `${path} is text in UTF-16, and a log file is in UTF-8`, {
    hint: "Write it with `troupe export RUN --out FILE.jsonl`, past the shell, or convert it to UTF-8.",
    data: { path },
  });
}

function isSystem(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}

function notRead(path: string, cause: Error): TroupeError {
  return new TroupeError("FILE_NOT_READ", `"${path}" cannot be read: ${cause.message}`, {
    hint: "Check the path, and that you may read it.",
    data: { path },
    cause,
  });
}

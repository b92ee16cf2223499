/**
 * A log as text: one record a line. What `troupe export` and `troupe backup` write, what a
 * simulation leaves of a failure, what a bug report can hold. It is read whole, into memory, and
 * nothing is written to it.
 *
 * - 1. The order of its lines is the order of the log: a run has its records in the same places as
 *      in the log that the file was made of.
 * - 2. A file that begins with a header is used only if its last line says that it is whole. One
 *      without a header, such as a simulation leaves, is as long as it is.
 */
import { createHash, type Hash } from "node:crypto";
import { TroupeError } from "../../errors.ts";
import { assertAppendable } from "./admit.ts";
import { corrupt, Footer, headerIn, jsonIn, recordIn } from "./file/format.ts";
import { linesOf } from "./file/read.ts";
import type { Codec, EventLog, LogOptions, Recorded } from "./log.ts";
import { memoryStore, putRead, type MemoryStore } from "./memory-store.ts";
import { memoryLog } from "./memory.ts";

/**
 * Opens a file of lines, read-only. An empty line says nothing.
 *
 * @throws {@link TroupeError} `LOG_NOT_FOUND`; `LOG_CORRUPT` naming the line that is no record, or
 * does not follow the one before it in its stream, or what is missing of a file that was cut;
 * `LOG_NEWER`.
 */
export async function jsonlLog(path: string, { codec }: LogOptions = {}): Promise<EventLog> {
  const log = memoryLog({ store: await readStore(path, codec) });
  const url = `jsonl:${path}`;
  const refuse = async (): Promise<never> => {
    throw new TroupeError("LOG_WRITE_FAILED", `${url} is a file of records, which is only read`, {
      hint: "Use the log that it was made of, or write a whole log of it with `troupe restore`.",
      data: { url },
    });
  };
  const commands = { serve: refuse, request: refuse };
  const writing = { commands, append: refuse, claim: refuse, sweepPayloads: refuse, purge: refuse };
  // nothing comes any more, so nobody waits for it
  return { ...log, url, ...writing, scan: (options) => log.scan({ ...options, live: false }) };
}

interface Reading {
  readonly path: string;
  readonly codec: Codec | undefined;
  readonly store: MemoryStore;
  /** Of all lines, where there is a header. */
  hash: Hash | undefined;
  records: number;
  end: Footer | undefined;
}

async function readStore(path: string, codec: Codec | undefined): Promise<MemoryStore> {
  const store = memoryStore();
  const reading: Reading = { path, codec, store, hash: undefined, records: 0, end: undefined };
  let lines = 0;
  try {
    for await (const { text, number, ended } of linesOf(path)) {
      lines = number;
      if (text.trim() !== "") take(reading, text, { number, ended });
      if (reading.end === undefined) reading.hash?.update(text).update("\n");
    }
  } catch (error) {
    throw TroupeError.is(error, "FILE_NOT_READ") ? notFound(path, error) : error;
  }
  assertWhole(reading, lines);
  return store;
}

function take(
  reading: Reading,
  text: string,
  line: { readonly number: number; readonly ended: boolean },
): void {
  const { path, codec, store } = reading;
  const place = `line ${line.number} of ${path}`;
  const value = jsonIn(text, line.ended ? place : `${place}, in the middle of which it ends,`);
  if (reading.end !== undefined) throw corrupt(`${place} stands behind the end of the file`);
  if (isFrame(reading, value, text, place)) return;
  const { stream, seq, ...record } = recordIn(value, place, codec).record;
  const tip = store.streams.get(stream)?.length ?? 0;
  if (seq !== tip + 1)
    throw corrupt(`${place} holds record ${seq} of "${stream}", behind record ${tip}`);
  assertRecord({ stream, seq, ...record }, place);
  putRead(store, stream, record);
  reading.records += 1;
}

/** Takes what a log file has before and behind its records. */
function isFrame(reading: Reading, value: unknown, text: string, place: string): boolean {
  if (text.startsWith('{"troupe":') && headerIn(value, place) !== undefined) {
    if (reading.hash !== undefined || reading.records > 0)
      throw corrupt(`${place} begins another file: of two files one was appended to the other`);
    reading.hash = createHash("sha256");
    return true;
  }
  const footer = text.startsWith('{"end":') ? Footer.safeParse(value).data : undefined;
  reading.end = footer?.end;
  return footer !== undefined;
}

/** @throws {@link TroupeError} `LOG_CORRUPT` where something is missing, or is not as it was written. */
function assertWhole({ path, hash, end, records, store }: Reading, lines: number): void {
  if (hash === undefined && end === undefined) {
    if (records === 0) throw corrupt(`${path} is empty: it holds no records`);
    return;
  }
  if (hash === undefined) throw corrupt(`${path} was cut: its first line is missing`);
  if (end === undefined)
    throw corrupt(`${path} was cut behind line ${lines}: its last line is missing`);
  if (end.records !== records || end.streams !== store.streams.size)
    throw corrupt(
      `${path} has ${records} records of ${store.streams.size} actors, and its last line says ${end.records} of ${end.streams}`,
    );
  if (end.sha256 !== hash.digest("hex"))
    throw corrupt(`${path} is damaged: its SHA-256 is not what its last line says`);
}

function assertRecord(record: Recorded, place: string): void {
  try {
    assertAppendable(record.stream, [record]);
  } catch (cause) {
    throw corrupt(`${place} is no record: ${cause instanceof Error ? cause.message : ""}`, cause);
  }
}

function notFound(path: string, cause: TroupeError): TroupeError {
  const [why, hint] = REASONS.get(codeOf(cause.cause)) ?? [`${path} cannot be read`, "Check the path."];
  return new TroupeError(
    "LOG_NOT_FOUND",
    why.replace("FILE", () => path),
    {
      hint,
      data: { path },
      cause,
    },
  );
}

const REASONS: ReadonlyMap<unknown, readonly [message: string, hint: string]> = new Map([
  ["EISDIR", ["FILE is a folder, and no file of records", "Name a file in it."]],
  ["ENOENT", ["there is no file FILE", "Check the path, and the folder you are in."]],
  ["EACCES", ["FILE may not be read", "Ask for the right to read it."]],
]);

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

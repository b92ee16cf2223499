/**
 * Import of telemetry: files of JSON lines, cut into batches at fixed places.
 *
 * - The same file again finds all of its batches in the log; one that has grown, all but the last.
 * - Memory does not grow with the file: a round of batches is held, and one line.
 * - A bad line is told with its number, and left out; the others go on.
 */
import type { JsonObject } from "../../events/json.ts";
import type { EventLog } from "../../events/log/log.ts";
import { BATCH_BYTES, BATCH_LINES } from "../../events/telemetry/batch.ts";
import { readLine } from "../../events/telemetry/line.ts";
import { disguises, redact } from "../redact.ts";
import { deliver, ROUND, type Batch } from "./deliver.ts";
import { linesOf } from "./read-lines.ts";

export interface ImportOptions {
  /** Taken out of every line before it is recorded (S2). */
  readonly secrets?: readonly string[];
  /** Hears of each bad line. */
  readonly bad?: (number: number, reason: string) => void;
  /** Hears after each round of all lines so far. */
  readonly progress?: (lines: number) => void;
  /** Ends the import behind a round; what was recorded stays. */
  readonly signal?: AbortSignal;
}

/** Lines of an import; empty ones do not count. */
export interface Imported {
  readonly lines: number;
  /** Recorded now. */
  readonly new: number;
  /** In the log before: whole batches of them. */
  readonly known: number;
  /** Left out. */
  readonly bad: number;
}

/** @throws {@link TroupeError} what reading the bytes, or writing to the log, throws. */
export async function importTelemetry(
  log: EventLog,
  bytes: AsyncIterable<Uint8Array>,
  options: ImportOptions = {},
): Promise<Imported> {
  const { progress = () => {}, signal } = options;
  const sum = { lines: 0, new: 0, known: 0, bad: 0 };
  let round: Batch[] = [];
  const flush = async (): Promise<void> => {
    const fresh = new Set(await deliver(log, round));
    for (const batch of round) sum[fresh.has(batch) ? "new" : "known"] += batch.length;
    round = [];
    progress(sum.lines);
  };
  for await (const batch of batchesOf(soundLines(bytes, sum, options))) {
    round.push(batch);
    if (round.length === ROUND) await flush();
    if (signal?.aborted === true) break;
  }
  if (round.length > 0) await flush();
  return sum;
}

interface Sound {
  readonly line: JsonObject;
  /** In bytes. */
  readonly length: number;
}

/** Tells of the bad ones, and counts. */
async function* soundLines(
  bytes: AsyncIterable<Uint8Array>,
  sum: { lines: number; bad: number },
  { bad = () => {}, secrets = [] }: ImportOptions,
): AsyncGenerator<Sound> {
  const clean = redactorOf(secrets);
  for await (const line of linesOf(bytes, BATCH_BYTES)) {
    if (line.fault === undefined && line.text.trim() === "") continue;
    sum.lines += 1;
    const text = line.fault === undefined ? clean(line.text) : "";
    const read = line.fault === undefined ? parsed(text) : line;
    if (read.fault === undefined) {
      yield { line: read.line, length: Buffer.byteLength(text) };
      continue;
    }
    sum.bad += 1;
    bad(line.number, read.fault);
  }
}

/** Where it cuts follows from the lines before alone. */
async function* batchesOf(lines: AsyncIterable<Sound>): AsyncGenerator<Batch> {
  let batch: JsonObject[] = [];
  let bytes = 0;
  for await (const { line, length } of lines) {
    if (batch.length === BATCH_LINES || (batch.length > 0 && bytes + length > BATCH_BYTES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(line);
    bytes += length;
  }
  if (batch.length > 0) yield batch;
}

function parsed(text: string): ReturnType<typeof readLine> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return {
      fault: `it is no JSON: ${error instanceof Error ? within(error.message) : String(error)}`,
    };
  }
  return readLine(value);
}

/** What a parser repeats of a line may be a secret, or a page long. */
function within(message: string): string {
  return message.replace(/,? ?\.*".*$/s, "").trim();
}

function redactorOf(secrets: readonly string[]): (text: string) => string {
  const needles = disguises(secrets);
  return (text) => (needles.some((needle) => text.includes(needle)) ? redact(text, secrets) : text);
}

/**
 * A log as text: one record a line, in an order in which each stream counts from 1. What a
 * simulation leaves of a failure, and what a bug report can hold. It is read whole, into memory,
 * and nothing is written to it.
 */
import { readFileSync } from "node:fs";
import { TroupeError } from "../../errors.ts";
import { corrupt, Footer, headerIn, jsonIn, recordIn } from "./file/format.ts";
import type { EventLog, LogOptions, Recorded } from "./log.ts";
import { memoryLog } from "./memory.ts";

/**
 * Opens a file of lines, read-only: also one that `troupe backup` has made. An empty line says nothing.
 *
 * @throws {@link TroupeError} `LOG_NOT_FOUND`; `LOG_CORRUPT` naming the line that is no record, or
 * does not follow the one before it in its stream.
 */
export async function jsonlLog(path: string, { codec }: LogOptions = {}): Promise<EventLog> {
  const log = memoryLog();
  const tips = new Map<string, number>();
  for (const [index, text] of readText(path).split("\n").entries()) {
    if (text.trim() === "") continue;
    const place = `line ${index + 1} of ${path}`;
    const value = jsonIn(text, place);
    if (isFrame(value, path)) continue;
    const { stream, seq, ...record } = recordIn(value, place, codec).record;
    const tip = tips.get(stream) ?? 0;
    if (seq !== tip + 1)
      throw corrupt(`${place} holds record ${seq} of "${stream}", behind record ${tip}`);
    await append(log, { stream, seq, ...record }, place);
    tips.set(stream, seq);
  }
  const url = `jsonl:${path}`;
  const refuse = async (): Promise<never> => {
    throw new TroupeError("LOG_WRITE_FAILED", `${url} is only read`, {
      hint: "Open a log of another kind to write to.",
      data: { url },
    });
  };
  const commands = { serve: refuse, request: refuse };
  return { ...log, url, commands, append: refuse, claim: refuse, sweepPayloads: refuse, purge: refuse };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new TroupeError("LOG_NOT_FOUND", `there is no file ${path} that can be read`, {
      hint: "Check the path.",
      data: { path },
      cause,
    });
  }
}

/** What a log file has before and behind its records. */
function isFrame(value: unknown, path: string): boolean {
  return headerIn(value, path) !== undefined || Footer.safeParse(value).success;
}

async function append(log: EventLog, record: Recorded, place: string): Promise<void> {
  try {
    await log.append(record.stream, [record], { expected: record.seq - 1 });
  } catch (cause) {
    throw corrupt(`${place} is no record: ${cause instanceof Error ? cause.message : ""}`, cause);
  }
}

/**
 * A log as text: one record a line, in an order in which each stream counts from 1. What a
 * simulation leaves of a failure, and what a bug report can hold. It is read whole, into memory,
 * and nothing is written to it.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import type { EventLog, NewRecord, Recorded } from "./log.ts";
import { memoryLog } from "./memory.ts";

const json = z.json() as z.ZodType<NewRecord["body"][string]>; // zod's own JSON type is mutable; ours is the readonly view of it
const Line = z.strictObject({
  stream: z.string(),
  seq: z.int().min(1),
  id: z.string(),
  type: z.string(),
  at: z.int(),
  correlation: z.string(),
  cause: z.string().optional(),
  trace: z.string().optional(),
  body: z.record(z.string(), json),
});

/** A record as a line, without its end. */
export function lineOf({ stream, seq, ...record }: Recorded): string {
  const { id, type, at, correlation, cause, trace, body } = record;
  return JSON.stringify({ stream, seq, id, type, at, correlation, cause, trace, body });
}

/**
 * Opens a file of lines, read-only. An empty line says nothing.
 *
 * @throws {@link TroupeError} `LOG_NOT_FOUND`; `LOG_CORRUPT` naming the line that is no record, or
 * does not follow the one before it in its stream.
 */
export async function jsonlLog(path: string): Promise<EventLog> {
  const log = memoryLog();
  const tips = new Map<string, number>();
  for (const [index, text] of readText(path).split("\n").entries()) {
    if (text.trim() === "") continue;
    const place = `line ${index + 1} of ${path}`;
    const { stream, seq, ...record } = parse(text, place);
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
  return { ...log, url, commands, append: refuse, claim: refuse, sweepPayloads: refuse };
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

function parse(text: string, place: string): Recorded {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corrupt(`${place} is no JSON`, cause);
  }
  const parsed = checked(value, place);
  if (!parsed.success) throw corrupt(`${place} is no record: ${z.prettifyError(parsed.error)}`);
  const { cause, trace, ...record } = parsed.data;
  return { ...record, ...(cause !== undefined && { cause }), ...(trace !== undefined && { trace }) };
}

function checked(value: unknown, place: string): z.ZodSafeParseResult<z.infer<typeof Line>> {
  try {
    return Line.safeParse(value);
  } catch (cause) {
    throw corrupt(`${place} is no record: it is too deep`, cause); // for the stack
  }
}

async function append(log: EventLog, record: Recorded, place: string): Promise<void> {
  try {
    await log.append(record.stream, [record], { expected: record.seq - 1 });
  } catch (cause) {
    throw corrupt(`${place} is no record: ${cause instanceof Error ? cause.message : ""}`, cause);
  }
}

function corrupt(message: string, cause?: unknown): TroupeError {
  return new TroupeError("LOG_CORRUPT", message, {
    hint: "Write the file again from the log or the simulation that it came from.",
    cause,
  });
}

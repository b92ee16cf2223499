/**
 * Recorded exchanges with a model: a file of JSON lines, one exchange a line.
 *
 * - A request is known by a hash of all that decides its answer: messages, tools, output and
 *   settings. Secrets are taken out before, so that no answer, and no hash, tells of one, and a
 *   conversation that was redacted hashes as the one that was not.
 * - Lines are appended whole and are on disk when the call returns. The half of a line that a
 *   crash has left at the end is passed over by readers and cut away by the next writer.
 */
import { readFileSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { sha256 } from "../../events/chat/conversation.ts";
import { ChatAnswer } from "../../events/chat/message.ts";
import { isRecord } from "../../events/plan/fault.ts";
import { withoutSecrets } from "../result-data.ts";
import { cleanMessage } from "./clean-message.ts";
import type { ChatRequest } from "./model.ts";

/** One line. */
const Exchange = z.strictObject({
  v: z.literal(1),
  /** {@link requestHash} */
  request: z.string(),
  /** The idempotency key of the call. */
  key: z.string(),
  /** The beginning of the last message, for people who look for something. */
  said: z.string(),
  answer: ChatAnswer.omit({ durationMs: true }),
});
export type Exchange = z.infer<typeof Exchange>;

/** How much of a message is repeated, in characters. */
const SAID = 120;

/** The hash of a request: the same for all that ask the same. */
export function requestHash(request: ChatRequest, secrets: Iterable<string>): string {
  const messages = request.messages.map((message) =>
    message.role === "assistant" ? cleanMessage(message, secrets) : message,
  );
  return sha256(JSON.stringify(clean({ ...request, messages }, secrets), sorted));
}

/** What is recorded of an exchange. */
export function exchangeOf(
  { request, key }: { readonly request: ChatRequest; readonly key: string },
  answer: Exchange["answer"],
  secrets: Iterable<string>,
): Exchange {
  return {
    v: 1,
    request: requestHash(request, secrets),
    key,
    said: beginning(request, secrets),
    answer: { ...answer, message: cleanMessage(answer.message, secrets) },
  };
}

/** The beginning of a request's last message, without secrets. */
export function beginning({ messages }: ChatRequest, secrets: Iterable<string>): string {
  const text = z.string().parse(clean(messages.at(-1)?.text ?? "", secrets));
  return text.length > SAID ? `${text.slice(0, SAID).toWellFormed()}…` : text;
}

/**
 * The exchanges of a file, in order; undefined where there is no such file.
 *
 * @throws {@link TroupeError} `RECORDING_INVALID` with the line.
 */
export function readExchanges(file: string): readonly Exchange[] | undefined {
  const text = textOf(file);
  if (text === undefined) return undefined;
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  const whole = lines.flatMap((line, index) => (line === "" ? [] : [exchangeIn(line, file, index)]));
  const tail = jsonIn(last);
  return tail === undefined ? whole : [...whole, exchangeIn(last, file, lines.length)];
}

/** Appends one exchange. @throws {@link TroupeError} `FILE_NOT_WRITTEN`. */
export async function appendExchange(file: string, exchange: Exchange): Promise<void> {
  await withEnd(file, async (handle) => {
    await handle.write(`${JSON.stringify(exchange)}\n`);
    await handle.datasync();
  });
}

/** Proves that a file can be written, before anything is paid for. @throws as {@link appendExchange}. */
export async function openForExchanges(file: string): Promise<void> {
  await withEnd(file, async () => undefined);
}

/** Those who write a file in this process, one after the other. */
const writers = new Map<string, Promise<void>>();

async function withEnd(file: string, write: (end: FileHandle) => Promise<void>): Promise<void> {
  const path = resolve(file);
  const before = writers.get(path) ?? Promise.resolve();
  const turn = before.then(() => atEnd(path, write));
  const settled = turn.catch(() => undefined);
  writers.set(path, settled);
  try {
    await turn;
  } catch (cause) {
    throw new TroupeError("FILE_NOT_WRITTEN", `the recording "${file}" cannot be written`, {
      hint: "Name a file in a folder that exists, on a disk with room.",
      data: { file },
      cause,
    });
  } finally {
    if (writers.get(path) === settled) writers.delete(path);
  }
}

async function atEnd(path: string, write: (end: FileHandle) => Promise<void>): Promise<void> {
  const handle = await open(path, "a+");
  try {
    await mendEnd(handle);
    await write(handle);
  } finally {
    await handle.close();
  }
}

/** Ends the last line where a crash has not, or takes half of one away. */
async function mendEnd(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  if (size === 0) return;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  if (buffer.toString() === "\n") return;
  const bytes = Buffer.alloc(size);
  await handle.read(bytes, 0, size, 0);
  const start = bytes.lastIndexOf("\n") + 1;
  if (jsonIn(bytes.subarray(start).toString()) === undefined) await handle.truncate(start);
  else await handle.write("\n");
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new TroupeError("RECORDING_INVALID", `the recording "${file}" cannot be read`, {
      hint: "Name a file of recorded exchanges that you can read.",
      data: { file },
      cause,
    });
  }
}

function exchangeIn(line: string, file: string, index: number): Exchange {
  const read = Exchange.safeParse(jsonIn(line));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new TroupeError(
    "RECORDING_INVALID",
    `line ${index + 1} of the recording "${file}" is no exchange: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`,
    { hint: "Take the line out, or record again into a new file.", data: { file, line: index + 1 } },
  );
}

function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function clean(value: unknown, secrets: Iterable<string>): unknown {
  return withoutSecrets(value, secrets, { who: "an exchange with a model", facts: {} });
}

/** For JSON that is the same whatever order its keys came in. */
function sorted(_key: string, value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

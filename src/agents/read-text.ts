/** Reads texts that people write, from a file or anything else that can be read: a pipe, `/dev/stdin`. */
import { createReadStream } from "node:fs";
import { TroupeError, type ErrorCode } from "../errors.ts";

/** What kind of text it is, for messages. */
export interface TextKind {
  /** As in "the plan". */
  readonly what: string;
  /** The longest that is read, in bytes. */
  readonly limit: number;
  /** The code where it cannot be read, and where it is no text or too long. */
  readonly codes: { readonly unreadable: ErrorCode; readonly invalid: ErrorCode };
  /** What to name instead, as in "a YAML or JSON file". */
  readonly wanted: string;
  /** What to do where it is too long. */
  readonly shorten: string;
}

/** @throws {@link TroupeError} with the codes of its kind. */
export async function readTextOf(kind: TextKind, file: string): Promise<string> {
  const bytes = await readBytes(kind, file).catch((cause: unknown) => {
    throw TroupeError.is(cause) ? cause : notRead(kind, file, cause);
  });
  return textIn(kind, bytes, file);
}

/** Reads no further than the limit, whatever stands there: a device has no end. */
async function readBytes(kind: TextKind, file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(file)) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    length += chunk.length;
    if (length > kind.limit)
      throw invalid(kind, file, {
        is: `is longer than ${kind.limit / 1024 / 1024} MiB`,
        hint: kind.shorten,
      });
  }
  return Buffer.concat(chunks);
}

function textIn(kind: TextKind, bytes: Buffer, file: string): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // said below
  }
  throw invalid(kind, file, { is: "is no text in UTF-8", hint: `Name ${kind.wanted}.` });
}

function invalid(
  { what, codes }: TextKind,
  file: string,
  { is, hint }: { readonly is: string; readonly hint: string },
): TroupeError {
  return new TroupeError(codes.invalid, `the ${what} "${file}" ${is}`, { hint, data: { file } });
}

function notRead({ what, codes, wanted }: TextKind, file: string, cause: unknown): TroupeError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const why = REASONS[code] ?? `cannot be read (${code})`;
  return new TroupeError(codes.unreadable, `the ${what} "${file}" ${why}`, {
    hint: `Name ${wanted} that you can read.`,
    data: { file },
    cause,
  });
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "may not be read",
  EISDIR: "is a folder",
  ENOENT: "does not exist",
};

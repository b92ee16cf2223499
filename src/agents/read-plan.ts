/** Reads plans and their like from a file, or from anything else that can be read: a pipe, `/dev/stdin`. */
import { createReadStream } from "node:fs";
import { TroupeError } from "../errors.ts";
import type { Plan } from "../events/plan/plan.ts";
import { parsePlan, type ParseOptions } from "../events/plan/text.ts";

/** The longest plan that is read, in bytes: a plan is written by hand, and recorded as a whole. */
export const PLAN_LIMIT = 4 * 1024 * 1024;

/**
 * Reads a plan, or a todo list as the plan that it stands for.
 *
 * @throws {@link TroupeError} `PLAN_NOT_FOUND`, `PLAN_INVALID` with every fault.
 */
export async function readPlan(file: string, options: ParseOptions = {}): Promise<Plan> {
  return parsePlan(await readText(file), file, options);
}

/**
 * The text of a plan, a todo list or a contract.
 *
 * @throws {@link TroupeError} `PLAN_NOT_FOUND`, `PLAN_INVALID` where it is no text, or too long.
 */
export async function readText(file: string): Promise<string> {
  const bytes = await readBytes(file).catch((cause: unknown) => {
    throw TroupeError.is(cause) ? cause : notRead(file, cause);
  });
  return textIn(bytes, file);
}

/** Reads no further than the limit, whatever stands there: a device has no end. */
async function readBytes(file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(file)) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    length += chunk.length;
    if (length > PLAN_LIMIT)
      throw invalid(file, `is longer than ${PLAN_LIMIT / 1024 / 1024} MiB`, {
        hint: "Split it into several plans, or move its data into files that its commands read.",
      });
  }
  return Buffer.concat(chunks);
}

function textIn(bytes: Buffer, file: string): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // said below
  }
  throw invalid(file, "is no text in UTF-8", { hint: "Name a YAML or JSON file." });
}

function invalid(file: string, what: string, { hint }: { readonly hint: string }): TroupeError {
  return new TroupeError("PLAN_INVALID", `the plan "${file}" ${what}`, { hint, data: { file } });
}

function notRead(file: string, cause: unknown): TroupeError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const why = REASONS[code] ?? `cannot be read (${code})`;
  return new TroupeError("PLAN_NOT_FOUND", `the plan "${file}" ${why}`, {
    hint: "Name a YAML or JSON file that you can read.",
    data: { file },
    cause,
  });
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "may not be read",
  EISDIR: "is a folder",
  ENOENT: "does not exist",
};

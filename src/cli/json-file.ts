/** A file that a user has written JSON into. */
import { readFile } from "node:fs/promises";
import { TroupeError } from "../errors.ts";

/**
 * What it holds. A byte order mark before it is fine.
 *
 * @throws {@link TroupeError} `FILE_NOT_READ`; `USAGE` where it holds no JSON, or no UTF-8: nothing is
 * to be recorded that nobody wrote.
 */
export async function jsonFile(path: string): Promise<unknown> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new TroupeError("FILE_NOT_READ", `${path} cannot be read: ${messageOf(cause)}`, {
      hint: "Name the file that holds the new answer, as JSON.",
      cause,
    });
  });
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new TroupeError("USAGE", `${path} holds no JSON: ${messageOf(cause)}`, {
      hint: "Write the new answer into it as JSON, in UTF-8.",
      cause,
    });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

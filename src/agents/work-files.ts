/**
 * The files through which a command that is an agent gets its work package and gives its
 * answer: `$TROUPE_PACKAGE` and `$TROUPE_RESULT`, in the folder `.troupe` of the run's own.
 *
 * - Their names are made of ids alone, and are the same when a command runs again after a
 *   crash; another attempt, or another start of the task, has others, so that nobody reads
 *   what a command before it left or still writes.
 * - S2. What stands in them is data: a package reaches no shell, and of an answer no more is
 *   read than may be recorded, whatever kind of file the command has left there.
 */
import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Json } from "../events/json.ts";
import { MAX_DATA, type WorkPackage } from "../events/work.ts";
import { notMade } from "./command-faults.ts";
import { invalid, recordable, tooLong, type Answer } from "./result-data.ts";

export interface WorkFiles {
  /** Where the package is. */
  readonly package: string;
  /** Where an answer may be left. */
  readonly result: string;
}

/**
 * Writes the package, removes an answer of before, and makes the folders of the outputs.
 *
 * @param key the activity's idempotency key.
 * @throws {@link TroupeError} `COMMAND_FAILED` where the folder cannot be written.
 */
export async function prepareWork(
  artifacts: string,
  work: WorkPackage,
  key: string,
): Promise<WorkFiles> {
  const files = filesOf(artifacts, work, key);
  const folder = dirname(files.package);
  const fresh = `${files.package}.${randomUUID()}.new`; // after a takeover two may do the same work at once
  try {
    await mkdir(folder, { recursive: true });
    await rm(files.result, { force: true, recursive: true });
    await writeFile(fresh, `${JSON.stringify(work, undefined, 2)}\n`);
    await rename(fresh, files.package);
  } catch (cause) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw notMade(folder, cause);
  }
  await makeFolders(work.outputs);
  return files;
}

/** Makes the folders that outputs lie in. Where that fails, whoever writes there says why. */
export async function makeFolders(outputs: readonly string[]): Promise<void> {
  for (const folder of new Set(outputs.map((path) => dirname(path))))
    await mkdir(folder, { recursive: true }).catch(() => undefined);
}

function filesOf(artifacts: string, { task, attempt, purpose }: WorkPackage, key: string): WorkFiles {
  const mark = createHash("sha256").update(key).digest("hex").slice(0, 8);
  const name = join(artifacts, ".troupe", `${task}-${attempt}-${purpose}-${mark}`);
  return { package: `${name}.package.json`, result: `${name}.result.json` };
}

/**
 * Reads an answer; undefined where none was left.
 *
 * @throws {@link TroupeError} `RESULT_INVALID` naming the file and what is wrong with it.
 */
export async function readResult(
  { result }: WorkFiles,
  secrets: Iterable<string>,
): Promise<Json | undefined> {
  const answer: Answer = { who: `the result file "${result}"`, facts: { file: result } };
  const bytes = await readFew(result, answer);
  if (bytes === undefined) return undefined;
  return recordable(jsonIn(bytes, answer), secrets, answer);
}

async function readFew(file: string, answer: Answer): Promise<Uint8Array | undefined> {
  let handle: FileHandle;
  try {
    // a pipe without a writer must not hold the host up
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw invalid(answer, `it cannot be read: ${messageOf(cause)}`);
  }
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw invalid(answer, "it is no file");
    if (found.size > MAX_DATA) throw tooLong(answer, found.size);
    // it may still grow: no more than may be recorded is read
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_DATA + 1), 0, MAX_DATA + 1, 0);
    if (bytesRead > MAX_DATA) throw tooLong(answer, bytesRead);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function jsonIn(bytes: Uint8Array, answer: Answer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    // the parser's own words quote the text, and that may hold a secret
    const at = /position (\d+)/.exec(messageOf(cause))?.[1];
    throw invalid(answer, at === undefined ? "it is no JSON" : `it is no JSON from character ${at} on`);
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

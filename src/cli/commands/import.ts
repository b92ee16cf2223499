/**
 * `troupe import`: telemetry from files of JSON lines.
 *
 * - What can be read is recorded; bad lines, and files that cannot be read, are told and left out.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { importTelemetry, type Imported } from "../../agents/telemetry/import.ts";
import { TroupeError } from "../../errors.ts";
import { openLog } from "../../events/log/open.ts";
import type { EventLog } from "../../events/log/log.ts";
import { secretsOf } from "../../events/secrets.ts";
import { count } from "../paper.ts";
import { addCommand, type Shell } from "../shell.ts";
import { tameLine } from "../terminal.ts";

const Options = z.object({ log: z.string(), json: z.boolean().default(false) });

/** How long reading stays unmentioned, and how often it is mentioned then, ms. */
const PATIENCE_MS = 2_000;
/** Bytes that are read at once. */
const CHUNK = 1 << 18;
/** How many bad lines the JSON names; all are told as they are met. */
const NAMED = 100;

interface BadLine {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

export function addImport(program: Command, shell: Shell): void {
  addCommand(program, "import", "Record telemetry of other programs, from files of JSON lines.")
    .argument("<file...>", 'what to read, "-" is stdin; what was imported before is left out')
    .action((files: readonly string[], options: unknown) =>
      importAll(shell, files, Options.parse(options)),
    );
}

async function importAll(
  shell: Shell,
  files: readonly string[],
  { log: url, json }: z.infer<typeof Options>,
): Promise<void> {
  await using log = await openLog(url);
  const found: Found = { lines: 0, new: 0, known: 0, bad: 0, faults: [], unread: [] };
  for (const file of files) {
    if (shell.stop.aborted) break;
    await importInto(found, shell, { log, file, alone: files.length === 1 });
  }
  const { faults, unread, ...sum } = found;
  const [first] = unread;
  if (first !== undefined && unread.length === files.length) throw first;
  const { terminal, stop } = shell;
  if (sum.bad > 0 || unread.length > 0 || stop.aborted) shell.exit(1);
  if (stop.aborted)
    terminal.err("stopped; what was read so far is recorded, import again for the rest");
  if (json)
    terminal.out(JSON.stringify({ ...sum, faults, unread: unread.map(({ data }) => data["file"]) }));
  else terminal.out(`${count(sum.lines, "line")}: ${sum.new} new, ${sum.known} known, ${sum.bad} bad`);
}

type Found = { -readonly [Key in keyof Imported]: number } & {
  readonly faults: BadLine[];
  readonly unread: TroupeError[];
};

/** One that cannot be read is told, where there are others. */
async function importInto(
  found: Found,
  shell: Shell,
  { log, file, alone }: { readonly log: EventLog; readonly file: string; readonly alone: boolean },
): Promise<void> {
  const { terminal } = shell;
  const bad = (line: number, reason: string): void => {
    terminal.err(tameLine(`${file}:${line}: ${reason}`));
    if (found.faults.length < NAMED) found.faults.push({ file, line, reason });
  };
  try {
    const more = await importFile(shell, log, file, bad);
    for (const key of ["lines", "new", "known", "bad"] as const) found[key] += more[key];
  } catch (error) {
    if (!TroupeError.is(error, "FILE_NOT_READ")) throw error;
    found.unread.push(error);
    if (!alone) terminal.err(tameLine(`FILE_NOT_READ: ${error.message}`));
  }
}

async function importFile(
  { terminal, stop, env, folder }: Shell,
  log: EventLog,
  file: string,
  bad: (line: number, reason: string) => void,
): Promise<Imported> {
  let said = performance.now();
  let read = 0;
  const path = resolve(folder, file);
  const size = file === "-" ? undefined : await sizeOf(path, file);
  const progress = (lines: number): void => {
    if (performance.now() - said < PATIENCE_MS) return;
    said = performance.now();
    terminal.err(
      `${file}: ${lines} lines so far, ${megabytes(read)}${size ? ` of ${megabytes(size)}` : ""}`,
    );
  };
  const input = file === "-" ? process.stdin : createReadStream(path, { highWaterMark: CHUNK });
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of input) {
        const piece: Uint8Array = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
        read += piece.length;
        yield piece;
      }
    } catch (cause) {
      throw notRead(file, cause);
    }
  }
  return importTelemetry(log, bytes(), { bad, progress, signal: stop, secrets: secretsOf(env) });
}

/** Undefined for what has no size beforehand: a pipe. */
async function sizeOf(path: string, file: string): Promise<number | undefined> {
  const found = await stat(path).catch((cause: unknown) => {
    throw notRead(file, cause);
  });
  if (found.isDirectory()) throw notRead(file, Object.assign(new Error("folder"), { code: "EISDIR" }));
  return found.isFile() ? found.size : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "may not be read",
  EISDIR: "is a folder",
  ENOENT: "does not exist",
};

function notRead(file: string, cause: unknown): TroupeError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return new TroupeError("FILE_NOT_READ", `"${file}" ${REASONS[code] ?? `cannot be read (${code})`}`, {
    hint: "Name a file of JSON lines that you can read, or - for stdin.",
    data: { file },
    cause,
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

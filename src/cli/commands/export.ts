/**
 * `troupe export`: runs as a file of their records, for another machine; runs and telemetry for
 * other tools, as lines, a table, an event log, or files of metrics.
 */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Option, type Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { rootOf } from "../../events/address.ts";
import { exportText } from "../../events/log/export.ts";
import type { EventLog } from "../../events/log/log.ts";
import { exportCsv } from "../../projections/exports/csv.ts";
import { exportJsonl } from "../../projections/exports/jsonl.ts";
import { exportMetrics, type MetricsFile } from "../../projections/exports/metrics.ts";
import { exportOcel } from "../../projections/exports/ocel.ts";
import { someOf, wholeLog, type ExportSource } from "../../projections/exports/source.ts";
import { openProjections } from "../../projections/runner.ts";
import { telling } from "../known-runs.ts";
import { count } from "../paper.ts";
import { addCommand, noSuchRun, openExisting, type Shell } from "../shell.ts";

const TEXTS: Readonly<
  Record<"jsonl" | "csv" | "ocel", (source: ExportSource) => AsyncIterable<string>>
> = {
  jsonl: exportJsonl,
  csv: exportCsv,
  ocel: exportOcel,
};
const FORMATS = ["log", "jsonl", "csv", "ocel", "metrics"] as const;

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  format: z.enum(FORMATS).optional(),
  out: z.string().optional(),
});
type Options = z.infer<typeof Options> & { readonly format: (typeof FORMATS)[number] };

/** Where metrics go unless somebody says. */
const METRICS = "logs/metrics";

export function addExport(program: Command, shell: Shell): void {
  addCommand(
    program,
    "export",
    "Write runs for another machine, or runs and telemetry for other tools.",
  )
    .argument("[run...]", "only these runs, or workflows of telemetry (default: everything)")
    .addOption(
      new Option(
        "--format <format>",
        "the records of runs, in the clear, which every command reads as --log FILE.jsonl (default of named runs); lines that import reads; rows for process mining; OCEL 2.0; or a folder of metrics",
      ).choices(FORMATS),
    )
    .option("--out <path>", `a file (default: stdout); of metrics a folder (default: ${METRICS})`)
    .action((runs: readonly string[], options: unknown) =>
      exportAll(shell, runs, readOptions(runs, options)),
    );
}

function readOptions(runs: readonly string[], given: unknown): Options {
  const options = Options.parse(given);
  if (options.format === undefined && runs.length === 0)
    throw new TroupeError("USAGE", "neither runs nor a --format were named", {
      hint: `Name runs, to get their records, or say --format ${FORMATS.join("|")}.`,
    });
  return { ...options, format: options.format ?? "log" };
}

async function exportAll(shell: Shell, runs: readonly string[], options: Options): Promise<void> {
  const { format, out, json } = options;
  if (json && out === undefined && format !== "metrics")
    throw new TroupeError("USAGE", `--json needs --out: stdout cannot hold the ${format}, too`, {
      hint: "Name a file with --out.",
    });
  await using log = await openExisting(options.log, { readOnly: true });
  if (format === "log") return await textInto(shell, recordsOf(log, runs), options);
  await using projections = openProjections({ log, ...telling(shell.terminal, log.url) });
  const source =
    runs.length === 0
      ? wholeLog(projections)
      : someOf(projections, [...new Set(runs)], (id) => noSuchRun(id, log));
  if (format === "metrics") await metricsInto(shell, source, options);
  else await textInto(shell, TEXTS[format](source), options);
}

/** Runs by their ids, or by the addresses of their actors. */
function recordsOf(log: EventLog, runs: readonly string[]): AsyncIterable<string> {
  const ids = [...new Set(runs.map((run) => (run.includes("/") ? rootOf(run) : run)))];
  const missing = (run: string): TroupeError => noSuchRun(run, log);
  return exportText(log, { ...(ids.length > 0 && { runs: ids }), missing, at: Date.now() });
}

async function textInto(
  { terminal, folder, stop }: Shell,
  pieces: AsyncIterable<string>,
  { format, out, json }: Options,
): Promise<void> {
  const text = untilStopped(pieces, stop);
  if (out === undefined) {
    for await (const piece of text) terminal.bytes(Buffer.from(piece));
    return;
  }
  const path = resolve(folder, out);
  const bytes = await writeText(path, text);
  if (json) terminal.out(JSON.stringify({ format, out: path, bytes }));
  else terminal.out(`${bytes} bytes in ${path}`);
}

async function metricsInto(
  { terminal, folder, stop }: Shell,
  source: ExportSource,
  { format, out = METRICS, json }: Options,
): Promise<void> {
  const path = resolve(folder, out);
  const files = await writeMetrics(path, untilStopped(exportMetrics(source, Date.now()), stop));
  if (json) terminal.out(JSON.stringify({ format, out: path, files }));
  else terminal.out(`${count(files, "file")} in ${path}`);
}

/** What was begun and not ended is of no use. @throws {@link TroupeError} `USAGE`. */
async function* untilStopped<T>(items: AsyncIterable<T>, stop: AbortSignal): AsyncGenerator<T> {
  for await (const item of items) {
    if (stop.aborted)
      throw new TroupeError("COMMAND_FAILED", "the export was stopped before its end", {
        hint: "Export again.",
      });
    yield item;
  }
}

/** The file is there as a whole or not at all. @returns its bytes. */
async function writeText(path: string, text: AsyncIterable<string>): Promise<number> {
  const fresh = `${path}.new`;
  const file = createWriteStream(fresh);
  try {
    await once(file, "open");
    for await (const piece of text) if (!file.write(piece)) await once(file, "drain");
    file.end();
    await once(file, "close");
    await rename(fresh, path);
    return file.bytesWritten;
  } catch (error) {
    file.destroy();
    await rm(fresh, { force: true }).catch(() => undefined);
    throw isSystem(error) ? notWritten(path, error) : error;
  }
}

/** What is of the same id is written anew; of summaries none is lost. @returns how many. */
async function writeMetrics(folder: string, files: AsyncIterable<MetricsFile>): Promise<number> {
  let written = 0;
  try {
    await mkdir(folder, { recursive: true });
    for await (const { name, content, isSummary } of files) {
      const text = `${JSON.stringify(content, null, 2)}\n`;
      if (isSummary) await writeBeside(join(folder, name), text);
      else await writeFile(join(folder, `${name}.json`), text);
      written += 1;
    }
  } catch (error) {
    throw isSystem(error) ? notWritten(folder, error) : error;
  }
  return written;
}

/** Where there is one of the same second already, under the next number. */
async function writeBeside(path: string, text: string): Promise<void> {
  for (let n = 1; ; n++)
    try {
      return await writeFile(`${path}${n === 1 ? "" : `-${n}`}.json`, text, { flag: "wx" });
    } catch (error) {
      if (!isSystem(error) || !("code" in error) || error.code !== "EEXIST") throw error;
    }
}

function isSystem(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}

function notWritten(path: string, cause: Error): TroupeError {
  return new TroupeError("FILE_NOT_WRITTEN", `"${path}" could not be written: ${cause.message}`, {
    hint: "Name a place that you can write to.",
    data: { path },
    cause,
  });
}

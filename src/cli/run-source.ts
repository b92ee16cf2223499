/** What a command takes for a log or a run: also a file of records, FILE.jsonl, such as `troupe export` writes. */
import { resolve } from "node:path";
import type { Command } from "commander";
import { TroupeError } from "../errors.ts";
import { rootOf } from "../events/address.ts";
import { isArchiving } from "../events/log/archived.ts";
import type { EventLog } from "../events/log/log.ts";
import { checkRunId, openExisting, type Shell } from "./shell.ts";

/** A run, and the open log that has it. */
export interface RunSource extends AsyncDisposable {
  readonly log: EventLog;
  readonly run: string;
}

/** Whether somebody means a file of records. */
function isRecordFile(text: string): boolean {
  return text.endsWith(".jsonl");
}

/**
 * Opens a run of a log, or the only run of a file of records. Whether the log has the run is not
 * looked at.
 *
 * @param runOrFile a run's id, an actor's address, or a path that ends in `.jsonl`.
 * @throws {@link TroupeError} `USAGE` where the file holds several runs, naming them;
 * `RUN_NOT_FOUND` where it holds none; `LOG_*`.
 */
export async function openRun(
  { folder }: Pick<Shell, "folder">,
  runOrFile: string,
  { log: url }: { readonly log: string },
): Promise<RunSource> {
  await using cleanup = new AsyncDisposableStack();
  const file = isRecordFile(runOrFile);
  if (!file && !runOrFile.includes("/")) checkRunId(runOrFile);
  const log = cleanup.use(
    await openExisting(file ? fileUrl(folder, runOrFile) : url, { readOnly: true }),
  );
  const run = file
    ? await onlyRun(log, runOrFile, `name the run, and the file as --log ${runOrFile}`)
    : idOf(runOrFile);
  const rest = cleanup.move();
  return { log, run, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

/** Takes a plain path that ends in `.jsonl` for the log in that file, in every option that names a log. */
export function readLogOptions({ folder }: Pick<Shell, "folder">, command: Command): void {
  for (const option of ["log", "from", "to"]) {
    const given: unknown = command.getOptionValue(option);
    if (typeof given !== "string" || !/^(?![a-z+]+:).*\.jsonl(\?|$)/.test(given)) continue;
    command.setOptionValueWithSource(
      option,
      fileUrl(folder, given),
      command.getOptionValueSource(option),
    );
  }
}

function fileUrl(folder: string, path: string): string {
  return `jsonl:${resolve(folder, path)}`;
}

function idOf(run: string): string {
  return run.includes("/") ? rootOf(run) : run;
}

/**
 * The one run that a file of records holds.
 *
 * @param how what to say where it holds several.
 * @throws {@link TroupeError} `USAGE` where it holds several; `RUN_NOT_FOUND` where it holds none.
 */
export async function onlyRun(log: EventLog, file: string, how: string): Promise<string> {
  const runs = new Set<string>();
  for await (const record of log.scan()) if (!isArchiving(record)) runs.add(rootOf(record.stream));
  const [run, ...others] = runs;
  if (run === undefined)
    throw new TroupeError("RUN_NOT_FOUND", `${file} holds no records`, {
      hint: "Export a run into it.",
    });
  if (others.length === 0) return run;
  throw new TroupeError("USAGE", `${file} holds ${runs.size} runs: ${named([...runs])}`, {
    hint: `Say which: ${how}.`,
    data: { file, runs: [...runs] },
  });
}

function named(runs: readonly string[]): string {
  const shown = runs.slice(0, 10).join(", ");
  return runs.length > 10 ? `${shown}, …` : shown;
}

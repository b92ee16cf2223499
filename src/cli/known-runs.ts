/** What is known of the runs of a log: rows of a projection, caught up first, so that no command reads the whole log. */
import type { EventLog } from "../events/log/log.ts";
import { openProjections, type KeyedRow } from "../projections/runner.ts";
import { runs } from "../projections/runs.ts";
import type { RunView } from "../projections/runs-view.ts";
import { noSuchRun } from "./shell.ts";
import { tameLine, type Terminal } from "./terminal.ts";
import type { Runs } from "./watch-run.ts";

/** How long reading stays unmentioned, and how often it is mentioned then. */
const PATIENCE_MS = 2_000;

/** All runs of a log, or one of them. What takes long is said, and how far it is. */
export async function knownRuns(
  { err }: Pick<Terminal, "err">,
  log: EventLog,
  run?: string,
): Promise<Runs> {
  let said = performance.now();
  const progress = (folded: number): void => {
    if (performance.now() - said < PATIENCE_MS) return;
    said = performance.now();
    err(`reading what is new in ${log.url}: ${folded} records so far`);
  };
  const warn = (message: string): void => err(tameLine(message));
  await using projections = openProjections({ log, warn, progress });
  const rows = run === undefined ? await projections.rows(runs) : [await projections.row(runs, run)];
  return new Map(rows.flatMap((row) => shown(err, row)));
}

/**
 * One run of a log as it is now.
 *
 * @throws {@link TroupeError} `RUN_NOT_FOUND`.
 */
export async function knownRun(
  terminal: Pick<Terminal, "err">,
  log: EventLog,
  run: string,
): Promise<RunView> {
  const view = (await knownRuns(terminal, log, run)).get(run);
  if (view === undefined) throw noSuchRun(run, log.url);
  return view;
}

function shown(
  err: Terminal["err"],
  found: KeyedRow<RunView> | undefined,
): readonly (readonly [string, RunView])[] {
  if (found === undefined) return [];
  const { key, row, parked } = found;
  if (parked !== undefined) err(tameLine(`run "${key}" is shown as it was before this: ${parked}`));
  return row === undefined ? [] : [[key, row]];
}

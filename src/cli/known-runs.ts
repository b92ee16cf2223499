/** What is known of the runs of a log: rows of a projection, caught up first, so that no command reads the whole log. */
import type { EventLog } from "../events/log/log.ts";
import { openProjections, type KeyedRow } from "../projections/runner.ts";
import { runs, type RunView } from "../projections/runs.ts";
import { tameLine, type Terminal } from "./terminal.ts";
import type { Runs } from "./watch-run.ts";

/** All runs of a log, or one of them. */
export async function knownRuns(
  { err }: Pick<Terminal, "err">,
  log: EventLog,
  run?: string,
): Promise<Runs> {
  await using projections = openProjections({ log, warn: (message) => err(tameLine(message)) });
  const rows = run === undefined ? await projections.rows(runs) : [await projections.row(runs, run)];
  return new Map(rows.flatMap((row) => shown(err, row)));
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

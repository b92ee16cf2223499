/** What is known of the runs of a log: rows of a projection, caught up first, so that no command reads the whole log. */
import type { EventLog } from "../events/log/log.ts";
import type { KeyedRow, Projections, ProjectionsOptions } from "../projections/face.ts";
import { openProjections } from "../projections/runner.ts";
import { runs } from "../projections/runs.ts";
import type { RunView } from "../projections/runs-view.ts";
import { noRunOfPlan } from "./other-run.ts";
import { tameLine, type Terminal } from "./terminal.ts";
import type { Runs } from "./watch-run.ts";

/** How long reading stays unmentioned, and how often it is mentioned then. */
const PATIENCE_MS = 2_000;

/** What opened projections have to say: what takes long, and how far it is; and what is wrong. */
export function telling(
  { err }: Pick<Terminal, "err">,
  url: string,
): Required<Pick<ProjectionsOptions, "progress" | "warn">> {
  let said = performance.now();
  return {
    warn: (message) => err(tameLine(message)),
    progress(folded) {
      if (performance.now() - said < PATIENCE_MS) return;
      said = performance.now();
      err(`reading what is new in ${url}: ${folded} records so far`);
    },
  };
}

/** All runs of a log, one of them, or all that may still move. What takes long is said, and how far it is. */
export async function knownRuns(
  { err }: Pick<Terminal, "err">,
  log: EventLog,
  which?: string | { readonly open: true },
): Promise<Runs> {
  await using projections = openProjections({ log, ...telling({ err }, log.url) });
  const rows = await rowsOf(projections, which);
  return new Map(rows.flatMap((row) => shown(err, row)));
}

async function rowsOf(
  projections: Projections,
  which: string | { readonly open: true } | undefined,
): Promise<readonly (KeyedRow<RunView> | undefined)[]> {
  if (which === undefined) return projections.rows(runs);
  if (typeof which === "string") return [await projections.row(runs, which)];
  const open = await projections.sql("SELECT run FROM runs WHERE open = 1");
  const found: (KeyedRow<RunView> | undefined)[] = [];
  for (const { run } of open) found.push(await projections.row(runs, String(run)));
  return found;
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
  if (view === undefined) throw await noRunOfPlan(log, run);
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

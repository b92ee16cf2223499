/** Replaying a run from code: what `troupe replay RUN` does. */
import { readingStepper } from "../actors/client.ts";
import { kindsByName, type AnyKind } from "../actors/kind.ts";
import type { EventLog } from "../events/log/log.ts";
import { readRun } from "../events/log/run-records.ts";
import { openTimeline, type Timeline } from "./timeline.ts";

/**
 * Replays a run from its log, archived records too: all its actors, step by step, to be looked at in
 * any place. Nothing runs, and nothing is written.
 *
 * @param kinds the machines of its actors. One whose kind is missing is shown as it was recorded,
 * and stands in `faults`.
 * @param run the root of the actors: `r1` of `workflow/r1` and `task/r1:a`.
 * @throws {@link TroupeError} `RUN_NOT_FOUND`, `KIND_DUPLICATE`, `KIND_INVALID`, `LOG_*`,
 * `ARCHIVE_MISSING`.
 */
export async function replayRun(
  log: EventLog,
  kinds: readonly AnyKind[],
  run: string,
): Promise<Timeline> {
  const known = kindsByName(kinds);
  return openTimeline({ log, kinds: known, stepper: readingStepper(known) }, await readRun(log, run));
}

/** How the commands speak of runs that are forks, and of those that were cut short. */
import { forkUnfinished } from "../actors/fork/unfinished.ts";
import type { TroupeError } from "../errors.ts";
import type { RunView } from "../projections/runs-view.ts";

export function forkLine({ run, at, cutShort }: NonNullable<RunView["forkOf"]>): string {
  return `a fork of ${run} at ${at}${cutShort === true ? ", cut short" : ""}`;
}

/** What is to be done about it; undefined for a run that is whole. Nobody runs it, so whoever waited for it would wait for ever. */
export function cutShortOf({
  run,
  forkOf,
}: {
  readonly run: string;
  readonly forkOf?: RunView["forkOf"] | undefined;
}): TroupeError | undefined {
  if (forkOf?.cutShort !== true) return undefined;
  return forkUnfinished({ run, of: forkOf.run, at: forkOf.at });
}

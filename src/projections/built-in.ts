/** The projections that every log has. All are folded together, so that nothing reads a log twice. */
import { healing } from "./healing.ts";
import { jobs, startedJobs, workflowJobs } from "./jobs.ts";
import { openActors, systemIds } from "./open-actors.ts";
import type { Projection } from "./projection.ts";
import { runs } from "./runs.ts";

export const BUILT_IN: readonly Projection[] = [
  openActors,
  systemIds,
  runs,
  jobs,
  workflowJobs,
  startedJobs,
  healing,
];

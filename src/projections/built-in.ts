/** The projections that every log has. All are folded together, so that nothing reads a log twice. */
import { healing } from "./healing.ts";
import { jobs, startedJobs, workflowJobs } from "./jobs.ts";
import { messages } from "./messages.ts";
import { openActors, systemIds } from "./open-actors.ts";
import type { Projection } from "./projection.ts";
import { runs } from "./runs.ts";
import { invocations } from "./telemetry/invocations.ts";
import { telemetryWorkflows } from "./telemetry/workflows.ts";

export const BUILT_IN: readonly Projection[] = [
  openActors,
  systemIds,
  runs,
  jobs,
  workflowJobs,
  startedJobs,
  messages,
  healing,
  invocations,
  telemetryWorkflows,
];

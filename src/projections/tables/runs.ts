/** All tables that the rows of runs are spread out into. */
import type { RunView } from "../runs-view.ts";
import type { Table } from "../table.ts";
import { agentWork } from "./run-agents.ts";
import { checks } from "./run-checks.ts";
import { runExecutions } from "./run-executions.ts";
import { runHandoffs } from "./run-handoffs.ts";
import { alerts, approvals, feedbackTable } from "./run-humans.ts";
import { artifacts, branches } from "./run-others.ts";
import { dwell, tasksTable } from "./run-tasks.ts";
import { runsTable, runWorkflows } from "./run-workflows.ts";

export const RUN_TABLES: readonly Table<RunView>[] = [
  runsTable,
  runWorkflows,
  runExecutions,
  runHandoffs,
  tasksTable,
  dwell,
  branches,
  approvals,
  agentWork,
  alerts,
  artifacts,
  checks,
  feedbackTable,
];

/**
 * Indexes that tables of runs and of telemetry share, by the questions that they answer. Each one
 * is written with every row: there are as few as there are questions. What all rows come to is read
 * from totals.
 */
import type { EXECUTION, HANDOFF, WORKFLOW } from "./columns.ts";

type Indexes<TColumns> = readonly (readonly (keyof TColumns & string)[])[];

export const WORKFLOW_INDEXES: Indexes<typeof WORKFLOW> = [
  ["workflow"],
  // regressions: the same plan before; evaluations: the same name before
  ["name", "version", "startedAt"],
  ["name", "endedAt"],
  // the latest
  ["startedAt"],
  // those that cost most
  ["money"],
];

export const EXECUTION_INDEXES: Indexes<typeof EXECUTION> = [
  ["workflow"],
  // an agent over time, without the table
  ["agent", "endedAt", "startedAt", "status"],
  // what ended in which minute
  ["endedAt"],
];

export const HANDOFF_INDEXES: Indexes<typeof HANDOFF> = [
  ["workflow"],
  // the longest gap
  ["gapMs"],
];

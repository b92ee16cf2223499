/** A run as its log has it; a fork, which an actor's host makes, reads it too, so it stands with the log. */
export { positionIn, readRun, type RunRecords } from "../events/log/run-records.ts";

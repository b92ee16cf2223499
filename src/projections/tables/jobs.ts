/** Jobs of all queues as a table: one row per job. */
import type { JobRow } from "../jobs.ts";
import { defineTable } from "../table.ts";

export const jobsTable = defineTable({
  name: "jobs",
  columns: {
    /** `job/QUEUE:ID`. */
    address: "text",
    queue: "text",
    /** Its number in the queue. */
    id: "integer",
    name: "text",
    handler: "text",
    priority: "text",
    status: "text",
    /** The run that it belongs to. */
    workflow: "text",
    /** Leases begun. */
    attempts: "integer",
    /** Since it was added or retried by hand. */
    failures: "integer",
    /** Attempts that followed a failure. */
    retries: "integer",
    /** 0 to 100. */
    percent: "real",
    note: "text",
    /** Who has it, or had it last. */
    worker: "text",
    /** Code of its last failure. */
    failure: "text",
    addedAt: "integer",
    dueAt: "integer",
    startedAt: "integer",
    endedAt: "integer",
    /** Of its last attempt, once it has ended. */
    durationMs: "integer",
  },
  indexes: [["queue", "status"], ["workflow"], ["name", "status"]],
  spread: (job: JobRow, address) => [
    {
      address,
      queue: job.queue,
      id: Number(job.id),
      name: job.name,
      handler: job.handler,
      priority: job.priority,
      status: job.status,
      attempts: job.attempts,
      failures: job.failures,
      retries: job.retries,
      percent: job.percent,
      ...saidCells(job),
      ...timeCells(job),
    },
  ],
});

function saidCells({ workflow, note, worker, failure }: JobRow) {
  return {
    workflow: workflow ?? null,
    note: note ?? null,
    worker: worker ?? null,
    failure: failure?.code ?? null,
  };
}

function timeCells({ addedAt, dueAt, startedAt, endedAt }: JobRow) {
  const whole = startedAt !== undefined && endedAt !== undefined;
  return {
    addedAt,
    dueAt: dueAt ?? null,
    startedAt: startedAt ?? null,
    endedAt: endedAt ?? null,
    durationMs: whole ? Math.max(0, endedAt - startedAt) : null,
  };
}

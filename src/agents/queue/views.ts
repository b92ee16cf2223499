/** Queues and jobs as users see them. */
import type { Snapshot } from "xstate";
import type { JobStatus } from "../../events/queue/job.ts";
import type { JobContext } from "../../machines/queue/life.ts";
import { boardOf } from "./kinds.ts";

/** A job as it stands. */
export type JobView = JobContext & { readonly status: JobStatus };

export interface QueueStats {
  readonly paused: boolean;
  /** Jobs ever added. */
  readonly added: number;
  /** Jobs that are not over; failed ones are kept among them. */
  readonly open: number;
  readonly queued: number;
  readonly running: number;
  /** Schedules, and jobs that wait for their time. */
  readonly waiting: number;
  readonly failed: number;
  readonly workers: readonly {
    readonly worker: string;
    readonly slots: number;
    readonly busy: number;
    /** Its last sign of life, epoch ms. */
    readonly seen: number;
  }[];
}

export function standOf(snapshot: Snapshot<unknown>): QueueStats {
  const board = boardOf(snapshot);
  const { jobs, lines, work, agenda, schedules, workers, added } = board;
  let queued = 0;
  for (const line of Object.values(lines)) queued += line.size;
  const running = work.size;
  const delayed = agenda.size - schedules.size;
  return {
    paused: "value" in snapshot && snapshot.value === "PAUSED",
    added,
    open: jobs.size,
    queued,
    running,
    waiting: delayed,
    failed: jobs.size - queued - running - delayed,
    workers: Object.entries(workers).map(([worker, { slots, busy, seen }]) => ({
      worker,
      slots,
      busy,
      seen,
    })),
  };
}

/** Queues and jobs as users see them. */
import type { Snapshot } from "xstate";
import type { Failure } from "../../events/failure.ts";
import type { Json } from "../../events/json.ts";
import { wholeOrder, type JobStatus, type WholeOrder } from "../../events/queue/job.ts";
import { TroupeError } from "../../errors.ts";
import type { QueueContext } from "../../machines/queue/board.ts";
import type { QueueActors } from "./queue.ts";
import { boardOf, isOver, jobOf, statusOf } from "./kinds.ts";

/** A job as it stands: what was asked for (S4-046), and what became of it. */
export interface JobView extends WholeOrder {
  readonly id: string;
  readonly queue: string;
  readonly status: JobStatus;
  /** Leases begun. */
  readonly attempts: number;
  /** Attempts that followed a failure. */
  readonly retries: number;
  /** 0 to 100. */
  readonly percent: number;
  /** It runs, and its worker has been asked to stop. */
  readonly cancelling: boolean;
  /** Who has it, or had it last. */
  readonly worker?: string;
  /** The fencing number of its lease, or of its last. */
  readonly lease?: number;
  /** Why its last attempt failed. */
  readonly failure?: Failure;
  readonly result?: Json;
  /** Epoch ms. */
  readonly addedAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

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
  /** Handlers that jobs in line need and that no worker has who is here now. */
  readonly unserved: readonly string[];
  readonly workers: readonly {
    readonly worker: string;
    readonly slots: number;
    readonly busy: number;
    /** Its last sign of life, epoch ms. */
    readonly seen: number;
  }[];
}

export function viewOf(snapshot: Snapshot<unknown>): JobView {
  const { order, queued: _, failures: __, worker, lease, endedAt, ...rest } = jobOf(snapshot);
  const held = lease > 0 ? { worker, lease } : {};
  const ended = isOver(snapshot) && endedAt !== undefined ? { endedAt } : {};
  return { ...wholeOrder(order), ...rest, ...held, ...ended, status: statusOf(snapshot) };
}

/** How a queue stands, by its snapshot. */
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
    unserved: Object.keys(lines).filter((handler) => !isServed(board, handler)),
    workers: Object.entries(workers).map(([worker, { slots, busy, seen }]) => ({
      worker,
      slots,
      busy,
      seen,
    })),
  };
}

function isServed({ workers }: QueueContext, handler: string): boolean {
  return Object.values(workers).some(({ handlers }) => handlers?.includes(handler) !== false);
}

/**
 * What a queue holds as of its last record.
 *
 * @throws {@link TroupeError} `ACTOR_NOT_FOUND`.
 */
export async function boardAt(
  actors: Pick<QueueActors, "actor">,
  queue: string,
): Promise<QueueContext> {
  try {
    return boardOf(await actors.actor(`queue/${queue}`).snapshot());
  } catch (error) {
    if (!TroupeError.is(error, "ACTOR_NOT_FOUND")) throw error;
    throw new TroupeError("ACTOR_NOT_FOUND", `there is no queue "${queue}"`, {
      hint: "Mind its name and the log; openQueue() makes one.",
      data: { queue },
      cause: error,
    });
  }
}

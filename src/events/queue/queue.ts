/**
 * A queue: what it is made with, what may be asked of it, and what it says.
 *
 * - It holds ids and their places; what a job is about lies in the job's own stream (A13).
 * - It alone grants leases, so it alone says who may still end a job: T-R4.
 */
import { z } from "zod";
import { IdText } from "../address.ts";
import { Failure } from "../failure.ts";
import { fact } from "../facts/fact.ts";
import { Recorded } from "../recorded.ts";
import { JOB_NUMBER, JobOrder, LONGEST_MS, RecordedOrder } from "./job.ts";
import { Schedule } from "./schedule.ts";

/** T-R2: a token bucket, where jobs are granted. */
const Rate = z
  .strictObject({
    jobs: z.number().positive().max(1_000_000),
    perMs: z.int().min(1).max(LONGEST_MS).default(1_000),
    /** As many may start at once after a pause. Default: what ten milliseconds bring, at least 1. */
    burst: z.int().min(1).max(1_000_000).optional(),
  })
  .refine(({ jobs, perMs }) => perMs / jobs <= LONGEST_MS, "that is less than a job a year");

export const QueueSettings = z.strictObject({
  rate: Rate.optional(),
  /** Jobs that run at a time, whoever does them. Default: no limit but the workers' own. */
  concurrency: z.int().min(1).optional(),
  /** The same by handler: how many jobs an agent does at a time. */
  handlers: z.record(z.string(), z.int().min(1)).default({}),
  /** A worker that is silent so long has lost its jobs. */
  leaseMs: z.int().min(100).max(LONGEST_MS).default(30_000),
  /** Leases of one job that may lapse; one more, and it has failed. */
  maxLapses: z.int().min(0).default(5),
});
export type QueueSettings = z.infer<typeof QueueSettings>;

export const QueueInput = z.strictObject({
  /** Its address is `queue/NAME`. */
  name: IdText,
  settings: QueueSettings.prefault({}),
});
export type QueueInput = z.infer<typeof QueueInput>;

/** A worker process's or an agent's own name; a new one each time it starts. */
const worker = z.string().min(1).max(200);
const job = z.string().regex(JOB_NUMBER, {
  error: ({ input }) => `${JSON.stringify(input)} is not the number of a job`,
});
const lease = z.int().min(1);

/** How a lease ended, as its worker says. Without failure and `cancelled`: completed. */
const endedOf = (value: z.ZodJSONSchema) =>
  z.strictObject({
    job,
    lease,
    result: value.optional(),
    failure: Failure.optional(),
    /** Only beside a failure: try again after this time. Without it, the job has failed. */
    retryInMs: z.int().min(0).max(LONGEST_MS).optional(),
    /** It stopped as it was asked to. */
    cancelled: z.literal(true).optional(),
  });
export type Ended = z.infer<ReturnType<typeof endedOf>>;

const commandsOf = (order: typeof JobOrder, value: z.ZodJSONSchema) =>
  z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("ADD"), jobs: z.array(order).min(1).max(1_000) }),
    z.strictObject({ type: z.literal("CANCEL"), job }),
    /** A failed job stands in line again, with all its retries. */
    z.strictObject({ type: z.literal("RETRY"), job }),
    /** One schedule per id: a second of that id takes the first one's place. */
    z.strictObject({
      type: z.literal("SCHEDULE"),
      id: z.string().min(1).max(200),
      when: Schedule,
      job: order,
    }),
    z.strictObject({ type: z.literal("UNSCHEDULE"), id: z.string() }),
    /** Nothing is granted until RESUME; what runs goes on. */
    z.strictObject({ type: z.literal("PAUSE") }),
    z.strictObject({ type: z.literal("RESUME") }),
    z.strictObject({ type: z.literal("CONFIGURE"), settings: QueueSettings }),
    /** A worker is there for as many jobs at a time; again: with another number. */
    z.strictObject({
      type: z.literal("JOIN"),
      worker,
      slots: z.int().min(0).max(10_000),
      /** What it can do. Default: everything. */
      handlers: z.array(z.string()).optional(),
    }),
    /** It lives, and works at these. */
    z.strictObject({ type: z.literal("HEARTBEAT"), worker, jobs: z.array(job) }),
    z.strictObject({
      type: z.literal("REPORT"),
      worker,
      ended: z.array(endedOf(value)).min(1).max(1_000),
    }),
    /** It is gone; what it has not ended stands in line again. */
    z.strictObject({ type: z.literal("LEAVE"), worker }),
  ]);

export const QueueCommand = commandsOf(JobOrder, z.json());
/** The same, from another actor. */
export const RecordedCommand = commandsOf(RecordedOrder, Recorded);
export type QueueCommand = z.infer<typeof QueueCommand>;

/** One command. */
export type CommandOf<T extends QueueCommand["type"]> = Extract<QueueCommand, { readonly type: T }>;

/** By its own clock: something is due. */
export interface QueueTick {
  readonly type: "TICK";
}

/** One per order of the command, in its order. */
const Added = z.strictObject({ job: z.string(), duplicate: z.literal(true).optional() });

export const QueueAdded = fact("queue.added", { jobs: z.array(Added) });
/** A schedule was due. At most once per moment of it; of moments that nobody was there for, the first one counts, and the others are passed over. */
export const QueueFired = fact("queue.fired", {
  schedule: z.string(),
  due: z.int(),
  job: z.string(),
  duplicate: z.literal(true).optional(),
});
export const QueueScheduled = fact("queue.scheduled", { schedule: z.string(), next: z.int() });
export const QueueUnscheduled = fact("queue.unscheduled", { schedule: z.string() });
/** `running`: its worker has been asked to stop; else it never runs. */
export const QueueCancelled = fact("queue.cancelled", { job: z.string(), running: z.boolean() });
export const QueueRetried = fact("queue.retried", { job: z.string() });
export const WorkerJoined = fact("worker.joined", { worker: z.string(), slots: z.int() });
export const WorkerLeft = fact("worker.left", { worker: z.string(), jobs: z.array(z.string()) });
/** It was silent too long; these jobs stand in line again, or have failed. */
export const WorkerLost = fact("worker.lost", { worker: z.string(), jobs: z.array(z.string()) });

export const QueueFact = z.discriminatedUnion("type", [
  QueueAdded,
  QueueFired,
  QueueScheduled,
  QueueUnscheduled,
  QueueCancelled,
  QueueRetried,
  WorkerJoined,
  WorkerLeft,
  WorkerLost,
]);
export type QueueFact = z.infer<typeof QueueFact>;

/**
 * Jobs: what is asked for, where one stands, what its queue tells it, and what happens to it.
 *
 * - A job is told things by its queue alone; its worker tells it no more than how far it is.
 * - Its facts stand in its own stream, `job/QUEUE:ID`.
 */
import { z } from "zod";
import { Failure } from "../failure.ts";
import { fact } from "../facts/fact.ts";
import { Recorded } from "../recorded.ts";
import type { Json } from "../json.ts";
import { Priority } from "../priority.ts";
import { LAST, noTime } from "./schedule.ts";

/** Where a job stands (S4-040). FAILED is kept, and may be retried by hand. */
export const JobStatus = z.enum([
  "PENDING",
  "QUEUED",
  "RUNNING",
  "RETRYING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
]);
export type JobStatus = z.infer<typeof JobStatus>;

/** A job's id in its queue: 1, 2, 3, … */
export const JOB_NUMBER = /^[1-9][0-9]{0,14}$/;

const Text = z.string().min(1).max(200);
/** Epoch ms, or an ISO 8601 text with its offset. */
const Moment = z.union(
  [z.int().min(0).max(LAST), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))],
  { error: noTime },
);

/** The longest time between two things of a job: a year, ms. A date can hold what it leads to. */
export const LONGEST_MS = 31_622_400_000;

/** T-R1: the wait before retry n is `delayMs · 2^(n−1)`, at most `maxDelayMs`. */
const Backoff = z.strictObject({
  /** Default 1,000. */
  delayMs: z.int().min(0).max(LONGEST_MS).optional(),
  /** Default 60,000. */
  maxDelayMs: z.int().min(0).max(LONGEST_MS).optional(),
  /** Full jitter: anything from nothing to that wait, so that many do not come back at once. Default false. */
  jitter: z.boolean().optional(),
});

const orderOf = (value: z.ZodJSONSchema) =>
  z.strictObject({
    name: Text,
    /** The worker's function or the agent that does it. Default: the name. */
    handler: Text.optional(),
    args: z.array(value).optional(),
    kwargs: z.record(z.string(), value).optional(),
    /** Default NORMAL. */
    priority: Priority.optional(),
    /** Attempts after the first. Default 3. */
    maxRetries: z.int().min(0).max(1_000).optional(),
    backoff: Backoff.optional(),
    /** Of one attempt. Default: none. */
    timeoutMs: z.int().min(1).max(LONGEST_MS).optional(),
    /** Not before then. */
    scheduledAt: Moment.optional(),
    /** The run that it belongs to. */
    workflow: Text.optional(),
    /** Deduplication: while a job with this key is open, adding it again answers with that one. */
    key: Text.optional(),
    metadata: z.record(z.string(), value).optional(),
  });

/** A job as it is asked for (S4-046). What is left out stays out of the log: a worker knows the defaults. */
export const JobOrder = orderOf(z.json());
/** The same, from another actor. */
export const RecordedOrder = orderOf(Recorded);
export type JobOrder = z.infer<typeof JobOrder>;

/** An order with all that it left out. */
export interface WholeOrder {
  readonly name: string;
  readonly handler: string;
  readonly args: readonly Json[];
  readonly kwargs: Readonly<Record<string, Json>>;
  readonly priority: Priority;
  readonly maxRetries: number;
  readonly backoff: {
    readonly delayMs: number;
    readonly maxDelayMs: number;
    readonly jitter: boolean;
  };
  readonly timeoutMs?: number | undefined;
  /** Epoch ms. */
  readonly scheduledAt?: number | undefined;
  readonly workflow?: string | undefined;
  readonly key?: string | undefined;
  readonly metadata: Readonly<Record<string, Json>>;
}

export function wholeOrder({ backoff, ...order }: JobOrder): WholeOrder {
  const { name, handler = name, args = [], kwargs = {}, priority = "NORMAL", ...rest } = order;
  const { maxRetries = 3, metadata = {} } = rest;
  return {
    ...rest,
    name,
    handler,
    args,
    kwargs,
    priority,
    maxRetries,
    metadata,
    backoff: wholeBackoff(backoff),
  };
}

function wholeBackoff(backoff: JobOrder["backoff"] = {}): WholeOrder["backoff"] {
  const { delayMs = 1_000, maxDelayMs = 60_000, jitter = false } = backoff;
  return { delayMs, maxDelayMs, jitter };
}

/** What a job's actor is started with. */
export const JobInput = z.strictObject({
  id: z.string(),
  queue: z.string(),
  /** Whether it stands in line already; else it waits for its time. */
  queued: z.boolean(),
  order: JobOrder,
});
export type JobInput = z.infer<typeof JobInput>;

const lease = z.int().min(1);

/** From its queue. */
export const JobMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("QUEUED"), fresh: z.literal(true).optional() }),
  z.object({ type: z.literal("LEASED"), lease, worker: z.string() }),
  z.object({ type: z.literal("COMPLETED"), result: Recorded.optional() }),
  z.object({ type: z.literal("FAILED"), failure: Failure, retryAt: z.int().optional() }),
  z.object({ type: z.literal("LAPSED"), lease }),
  z.object({ type: z.literal("CANCEL") }),
  z.object({ type: z.literal("CANCELLED") }),
]);
export type JobMessage = z.infer<typeof JobMessage>;

/** From its worker, straight: how far it is. */
export const JobCommand = z.strictObject({
  type: z.literal("PROGRESS"),
  lease,
  /** Clamped to 0 to 100. */
  percent: z.number().transform((percent) => Math.min(100, Math.max(0, percent))),
  note: z.string().max(1_000).optional(),
});
export type JobCommand = z.infer<typeof JobCommand>;

const job = { /** Its id in the queue. */ job: z.string() };

/** It stands in line. Once when it is added or due, and again after each wait for a retry. */
export const JobQueued = fact("job.queued", job);
/** It waits for its time. At most once. */
export const JobScheduled = fact("job.scheduled", { ...job, at: z.int() });
/** A worker has it. Once per lease. */
export const JobStarted = fact("job.started", { ...job, lease, worker: z.string(), attempt: z.int() });
export const JobProgressed = fact("job.progressed", {
  ...job,
  percent: z.number(),
  note: z.string().optional(),
});
/** An attempt failed, and another follows at the time given. */
export const JobRetrying = fact("job.retrying", { ...job, failure: Failure, at: z.int() });
/** Its worker was silent too long: it stands in line again. */
export const JobLapsed = fact("job.lapsed", { ...job, lease, worker: z.string() });
/** Its worker is asked to stop. At most once per lease. */
export const JobCancelling = fact("job.cancelling", { ...job, lease, worker: z.string() });
/** Exactly one of the last three ends it, but a failed one may be retried by hand. Its result is the record's input. */
export const JobCompleted = fact("job.completed", { ...job, retries: z.int() });
export const JobFailed = fact("job.failed", { ...job, failure: Failure, retries: z.int() });
export const JobCancelled = fact("job.cancelled", job);

export const JobFact = z.discriminatedUnion("type", [
  JobQueued,
  JobScheduled,
  JobStarted,
  JobProgressed,
  JobRetrying,
  JobLapsed,
  JobCancelling,
  JobCompleted,
  JobFailed,
  JobCancelled,
]);
export type JobFact = z.infer<typeof JobFact>;

/** How a job ended, or how a failed one stands. */
export const JobOutcome = z.strictObject({
  status: z.enum(["COMPLETED", "FAILED", "CANCELLED"]),
  result: z.json().optional(),
  failure: Failure.optional(),
  /** Leases begun. */
  attempts: z.int().min(0),
  /** How often it stood in line again after a failure. */
  retries: z.int().min(0),
});
export type JobOutcome = z.infer<typeof JobOutcome>;

/** What becomes of a job, event by event: what changes in it, and what is said of it. Pure. */
import { now } from "../../events/now.ts";
import type { Failure } from "../../events/failure.ts";
import type { Json } from "../../events/json.ts";
import type { JobCommand, JobFact, JobInput, JobMessage } from "../../events/queue/job.ts";

export interface JobContext extends JobInput {
  /** The lease under which it runs, or ran last; 0 before the first. */
  readonly lease: number;
  /** Who has it, or had it last. */
  readonly worker: string;
  /** Leases begun. */
  readonly attempts: number;
  /** Failures since it was added or retried by hand: what T-R1 counts. */
  readonly failures: number;
  /** How often it stood in line again after a failure. */
  readonly retries: number;
  /** 0 to 100. */
  readonly percent: number;
  readonly cancelling: boolean;
  readonly failure?: Failure;
  readonly result?: Json;
  /** Epoch ms. */
  readonly addedAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** A step of a job. */
export interface Moved {
  readonly change?: Partial<JobContext>;
  readonly fact: JobFact;
}

type Told<TType extends JobMessage["type"]> = Extract<JobMessage, { readonly type: TType }>;

export function newJob(input: JobInput): JobContext {
  return {
    ...input,
    lease: 0,
    worker: "",
    attempts: 0,
    failures: 0,
    retries: 0,
    percent: 0,
    cancelling: false,
    addedAt: now(),
  };
}

export function queued(
  { id, failures, retries }: JobContext,
  { fresh }: Partial<Told<"QUEUED">> = {},
): Moved {
  const again = failures > 0 ? { retries: retries + 1 } : {};
  const change = fresh === true ? { failures: 0, percent: 0 } : again;
  return { change, fact: { type: "job.queued", v: 1, data: { job: id } } };
}

export function scheduled({ id, order }: JobContext): Moved {
  return { fact: { type: "job.scheduled", v: 1, data: { job: id, at: order.scheduledAt ?? now() } } };
}

export function leased({ id, attempts }: JobContext, { lease, worker }: Told<"LEASED">): Moved {
  const attempt = attempts + 1;
  return {
    change: {
      lease,
      worker,
      attempts: attempt,
      percent: 0,
      startedAt: now(),
    },
    fact: { type: "job.started", v: 1, data: { job: id, lease, worker, attempt } },
  };
}

export function progressed({ id }: JobContext, { percent, note }: JobCommand): Moved {
  const data = { job: id, percent, ...(note !== undefined && { note }) };
  return { change: { percent }, fact: { type: "job.progressed", v: 1, data } };
}

export function lapsed({ id, worker }: JobContext, { lease }: Told<"LAPSED">): Moved {
  return { fact: { type: "job.lapsed", v: 1, data: { job: id, lease, worker } } };
}

export function completed({ id, retries }: JobContext, { result }: Told<"COMPLETED">): Moved {
  return {
    change: { percent: 100, endedAt: now(), ...(result !== undefined && { result }) },
    fact: { type: "job.completed", v: 1, data: { job: id, retries } },
  };
}

export function failed({ id, failures, retries }: JobContext, event: Told<"FAILED">): Moved {
  const { failure, retryAt } = event;
  const change = { failure, failures: failures + 1, cancelling: false };
  if (retryAt !== undefined)
    return { change, fact: { type: "job.retrying", v: 1, data: { job: id, failure, at: retryAt } } };
  return {
    change: { ...change, endedAt: now() },
    fact: { type: "job.failed", v: 1, data: { job: id, failure, retries } },
  };
}

export function cancelling({ id, lease, worker }: JobContext): Moved {
  return {
    change: { cancelling: true },
    fact: { type: "job.cancelling", v: 1, data: { job: id, lease, worker } },
  };
}

export function cancelled({ id }: JobContext): Moved {
  return { change: { endedAt: now() }, fact: { type: "job.cancelled", v: 1, data: { job: id } } };
}

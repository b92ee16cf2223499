/** One attempt at a job: the handler's run, and what its worker reports of it. */
import type { Clock } from "../../actors/clock.ts";
import { TroupeError } from "../../errors.ts";
import type { Failure } from "../../events/failure.ts";
import { assertJson, type Json } from "../../events/json.ts";
import { payloadFault } from "../../events/payload-limit.ts";
import type { WholeOrder } from "../../events/queue/job.ts";
import type { Ended } from "../../events/queue/queue.ts";
import { wordsOf } from "../thrown.ts";

/** A job as its handler gets it. */
export interface LeasedJob extends WholeOrder {
  readonly id: string;
  readonly queue: string;
  /** The fencing number: greater than that of any lease before; a service may refuse a lower one. */
  readonly lease: number;
  /** 1 for the first. */
  readonly attempt: number;
  /** Failures before this attempt, since it was added or retried by hand. */
  readonly failures: number;
}

export interface JobContext {
  /** Aborts where the job is cancelled or out of time, where its lease is lost, or the worker must stop. */
  readonly signal: AbortSignal;
  /** Says how far it is, 0 to 100; clamped. Recorded. */
  readonly progress: (percent: number, note?: string) => void;
}

/**
 * Does a job. What it resolves with is the job's result, strict JSON; what it throws is a failure,
 * tried again as the job says, unless the error has `retryable: false`.
 */
export type JobHandler = (job: LeasedJob, context: JobContext) => Promise<Json | void> | Json | void;

/** How a lease ended, but for whose it was. */
export type Outcome = Omit<Ended, "job" | "lease">;

/** Characters that are kept of what a handler throws: some errors quote whole files. */
const MESSAGE_LIMIT = 10_000;

/** Why a worker aborts a handler. */
export function cancelledBy(job: string): TroupeError {
  return new TroupeError("ACTIVITY_CANCELLED", `job ${job} was cancelled`, {
    hint: "Stop, and throw the signal's reason.",
    data: { job },
  });
}

export interface AttemptParts {
  readonly abort: AbortController;
  readonly clock: Clock;
  readonly tell: JobContext["progress"];
  /** 0 to 1, for jitter. */
  readonly random: () => number;
}

/** Runs the handler; never rejects. */
export async function attempt(
  job: LeasedJob,
  handler: JobHandler | undefined,
  { abort, clock, tell, random }: AttemptParts,
): Promise<Outcome> {
  const { signal } = abort;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const { timeoutMs } = job;
  const cancel =
    timeoutMs === undefined
      ? undefined
      : clock.after(timeoutMs, () => {
          reject(outOfTime(job.id, timeoutMs));
          abort.abort(outOfTime(job.id, timeoutMs));
        });
  late.catch(() => {}); // heard below, where the handler still runs
  try {
    signal.throwIfAborted(); // nobody would hear of it any more
    if (handler === undefined) throw noHandler(job);
    const run = Promise.resolve(handler(job, { signal, progress: tell }));
    run.catch(() => {}); // one that is late fails for nobody
    return resultOf(await Promise.race([run, late]));
  } catch (error) {
    if (TroupeError.is(signal.reason, "ACTIVITY_CANCELLED")) return { cancelled: true };
    return failureOf(job, error, random);
  } finally {
    cancel?.();
  }
}

function resultOf(result: Json | void): Outcome {
  if (result === undefined) return {};
  assertJson(result, "the job's result");
  const fault = payloadFault("the job's result", result);
  if (fault !== undefined) throw new TroupeError("PAYLOAD_TOO_LARGE", fault.message, fault);
  return { result: result as NonNullable<Ended["result"]> }; // zod's own JSON type is mutable
}

/** Another attempt after the wait of T-R1, where one is left and worth it. */
function failureOf(job: LeasedJob, error: unknown, random: () => number): Outcome {
  const { maxRetries, backoff, failures } = job;
  const failure = failed(error);
  if (failures >= maxRetries || isFinal(error)) return { failure };
  const waitMs = Math.min(backoff.delayMs * 2 ** failures, backoff.maxDelayMs);
  return { failure, retryInMs: Math.round(backoff.jitter ? waitMs * random() : waitMs) };
}

/** What is too large now is too large the next time. */
function isFinal(error: unknown): boolean {
  if (TroupeError.is(error, "PAYLOAD_TOO_LARGE")) return true;
  return (
    typeof error === "object" && error !== null && "retryable" in error && error.retryable === false
  );
}

function outOfTime(id: string, timeoutMs: number): TroupeError {
  return new TroupeError("JOB_TIMEOUT", `job ${id} took longer than ${timeoutMs} ms`, {
    hint: "Raise its timeoutMs, or let it do less.",
    data: { job: id, timeoutMs },
  });
}

function noHandler({ id, handler }: LeasedJob): TroupeError {
  return new TroupeError(
    "JOB_FAILED",
    `job ${id} needs a handler "${handler}", which this worker lacks`,
    {
      hint: "Start the worker with a handler of that name.",
      data: { job: id, handler },
    },
  );
}

function failed(error: unknown): Failure {
  if (TroupeError.is(error)) return { code: error.code, message: error.message };
  return { code: "JOB_FAILED", message: wordsOf(error).slice(0, MESSAGE_LIMIT) };
}

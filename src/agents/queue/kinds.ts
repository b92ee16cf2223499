/** The kinds of a host that has queues. */
import type { Snapshot } from "xstate";
import type { z } from "zod";
import type { ForkedInput, ForkOf, Kind } from "../../actors/kind.ts";
import { contextOf } from "../../actors/xstate/context.ts";
import type { Refusal } from "../../errors.ts";
import type { Json } from "../../events/json.ts";
import { payloadFault } from "../../events/payload-limit.ts";
import { JobCommand, JobInput, JobStatus, JobFact, type JobOrder } from "../../events/queue/job.ts";
import { QueueCommand, QueueInput, QueueFact } from "../../events/queue/queue.ts";
import type { QueueContext } from "../../machines/queue/board.ts";
import { jobMachine } from "../../machines/queue/job.ts";
import type { JobContext } from "../../machines/queue/life.ts";
import { queueMachine } from "../../machines/queue/queue.ts";
import { leaseGone, refusalOf } from "../../machines/queue/refusals.ts";
import type { Closed } from "../closed.ts";

/** A queue: `queue/NAME`. */
export type QueueKind = Kind<
  "queue",
  Closed<QueueInput, undefined, QueueFact>,
  z.ZodType<QueueCommand, z.input<typeof QueueCommand>>,
  z.ZodType<QueueInput, z.input<typeof QueueInput>>
>;

/** A job: `job/QUEUE:ID`, started by its queue. */
export type JobKind = Kind<
  "job",
  Closed<JobInput, undefined, JobFact>,
  z.ZodType<JobCommand, z.input<typeof JobCommand>>,
  z.ZodType<JobInput, z.input<typeof JobInput>>
>;

/** The kinds of a host that has queues: {@link openQueue} asks for jobs, {@link startWorker} does them. */
export function queueKinds(): readonly [QueueKind, JobKind] {
  return [queueKind, jobKind];
}

/** A queue knows its own name, and tells it to its jobs. */
function forkedQueue(input: Json, { to }: ForkOf): ForkedInput {
  const told = { ...QueueInput.parse(input), name: to };
  return { input: told as unknown as Json }; // what its schema reads is strict JSON
}

const queueKind = {
  kind: "queue",
  version: "1",
  machine: queueMachine as unknown as QueueKind["machine"], // it is; its inside is hidden
  events: QueueCommand,
  input: QueueInput,
  facts: QueueFact,
  forked: forkedQueue,
  refuse(snapshot: Snapshot<unknown>, event: unknown) {
    const command = event as QueueCommand; // as the schema has read it
    return oversized(command) ?? refusalOf(boardOf(snapshot), command);
  },
} as const;

function oversized(command: QueueCommand): Refusal | undefined {
  if (command.type === "SCHEDULE") return largeJob(command.job);
  if (command.type !== "ADD") return undefined;
  for (const order of command.jobs) {
    const fault = largeJob(order);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function largeJob(order: JobOrder): Refusal | undefined {
  const { args, kwargs, metadata } = order;
  if (args === undefined && kwargs === undefined && metadata === undefined) return undefined;
  return payloadFault(`the job "${order.name}"`, order as unknown as Json); // z.json() is JSON
}

const jobKind = {
  kind: "job",
  version: "1",
  machine: jobMachine as unknown as JobKind["machine"], // it is; its inside is hidden
  events: JobCommand,
  input: JobInput,
  facts: JobFact,
  refuse(snapshot: Snapshot<unknown>, event: unknown) {
    const running = statusOf(snapshot) === "RUNNING";
    return leaseGone(jobOf(snapshot), running, event as JobCommand); // as the schema has read it
  },
} as const;

/** What a queue's snapshot holds. */
export function boardOf(snapshot: Snapshot<unknown>): QueueContext {
  return contextOf(snapshot) as QueueContext; // the queue machine's own
}

/** What a job's snapshot holds. */
export function jobOf(snapshot: Snapshot<unknown>): JobContext {
  return contextOf(snapshot) as JobContext; // the job machine's own
}

/** Where a job stands. */
export function statusOf(snapshot: Snapshot<unknown>): JobStatus {
  return JobStatus.parse("value" in snapshot ? snapshot.value : undefined);
}

const OVER: ReadonlySet<JobStatus> = new Set(["COMPLETED", "FAILED", "CANCELLED"]);

/** Whether a job has ended, or has failed and waits for somebody to retry it. */
export function isOver(snapshot: Snapshot<unknown>): boolean {
  return OVER.has(statusOf(snapshot));
}

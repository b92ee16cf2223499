/** What speaks against a command: the same for its sender's error and for the machine's guard. */
import { entryOf } from "../../events/entry.ts";
import type { Refusal } from "../../errors.ts";
import { now } from "../../events/now.ts";
import type { JobCommand, JobOrder } from "../../events/queue/job.ts";
import type { Ended, QueueCommand } from "../../events/queue/queue.ts";
import { get } from "../sorted.ts";
import type { OpenJob, QueueContext } from "./board.ts";
import type { JobContext } from "./life.ts";
import { next } from "./schedule.ts";

/** A clock may be off by so much: what was meant for now is no mistake. */
const SKEW_MS = 1_000;

export function refusalOf(context: QueueContext, command: QueueCommand): Refusal | undefined {
  switch (command.type) {
    case "ADD":
      return firstOf(command.jobs, pastOf);
    case "SCHEDULE":
      return next(command.when, now()) === undefined ? never(command) : pastOf(command.job);
    case "UNSCHEDULE":
      return get(context.schedules, command.id) === undefined ? noSchedule(command) : undefined;
    case "CANCEL":
      return openJob(context, command.job) === undefined ? notOpen(command.job) : undefined;
    case "RETRY":
      return openJob(context, command.job)?.failed === true ? undefined : notFailed(command.job);
    case "HEARTBEAT":
    case "LEAVE":
      return entryOf(context.workers, command.worker) === undefined
        ? stranger(command.worker)
        : undefined;
    case "REPORT":
      return firstOf(command.ended, (ended) => leaseLost(context, command.worker, ended));
    case "JOIN":
    case "PAUSE":
    case "RESUME":
    case "CONFIGURE":
      return undefined;
  }
}

function firstOf<T>(all: readonly T[], fault: (one: T) => Refusal | undefined): Refusal | undefined {
  for (const one of all) {
    const found = fault(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

function openJob({ jobs }: QueueContext, job: string): OpenJob | undefined {
  return get(jobs, Number(job));
}

function pastOf({ name, scheduledAt }: JobOrder): Refusal | undefined {
  if (scheduledAt === undefined || scheduledAt >= now() - SKEW_MS) return undefined;
  return {
    code: "TIME_PAST",
    message: `the job "${name}" is scheduled at ${iso(scheduledAt)}, and now it is ${iso(now())}`,
    hint: "Give a time to come, or leave scheduledAt out.",
    data: { scheduledAt, now: now() },
  };
}

function never({ id }: { readonly id: string }): Refusal {
  return {
    code: "TIME_PAST",
    message: `the schedule "${id}" has no moment after ${iso(now())}`,
    hint: "Give one that is still to come.",
    data: { schedule: id, now: now() },
  };
}

function noSchedule({ id }: { readonly id: string }): Refusal {
  return {
    code: "SCHEDULE_UNKNOWN",
    message: `there is no schedule "${id}"`,
    hint: "Look the schedules up with `troupe queue ls QUEUE --schedules`.",
    data: { schedule: id },
  };
}

function notOpen(job: string): Refusal {
  return {
    code: "JOB_NOT_OPEN",
    message: `job ${job} is over, or was never added`,
    hint: "Look it up with `troupe queue ls QUEUE`.",
    data: { job },
  };
}

function notFailed(job: string): Refusal {
  return {
    code: "JOB_NOT_OPEN",
    message: `job ${job} is not one that has failed`,
    hint: "Look it up with `troupe queue ls QUEUE --status FAILED`.",
    data: { job },
  };
}

function stranger(worker: string): Refusal {
  return {
    code: "WORKER_UNKNOWN",
    message: `the worker "${worker}" is not here: it never joined, left, or was silent too long`,
    hint: "Drop its work, and join again under a new name.",
    data: { worker },
  };
}

/** T-R4: a late worker's word counts no more. */
function leaseLost(context: QueueContext, worker: string, ended: Ended): Refusal | undefined {
  const present = get(context.work, Number(ended.job));
  if (present?.worker === worker && present.lease === ended.lease) return undefined;
  const now =
    present === undefined ? "nobody has it" : `"${present.worker}" has lease ${present.lease}`;
  return {
    code: "LEASE_LOST",
    message: `lease ${ended.lease} of job ${ended.job} is not "${worker}"'s any more: ${now}`,
    hint: "Drop what came of it: the job is done under another lease, or over.",
    data: { job: ended.job, lease: ended.lease, worker, ...(present && { present: present.lease }) },
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

/** T-R4, for what a worker tells its job straight. */
export function leaseGone(
  { id, lease }: Pick<JobContext, "id" | "lease">,
  running: boolean,
  said: JobCommand,
): Refusal | undefined {
  if (running && said.lease === lease) return undefined;
  const present = running ? `lease ${lease} is the present one` : "it does not run";
  return {
    code: "LEASE_LOST",
    message: `lease ${said.lease} of job ${id} is over: ${present}`,
    hint: "Drop the work: the job is done under another lease, or over.",
    data: { job: id, lease: said.lease },
  };
}

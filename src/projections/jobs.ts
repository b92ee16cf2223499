/**
 * Jobs as lists show them: one row per job, by its address; and which jobs a workflow has.
 *
 * - A job's row says what its actor's state says, but for what may be large: its arguments and
 *   its result are read from the job itself.
 * - Which jobs there are must be known whole: `startedJobs` tells which of those that a queue has
 *   added have no record yet, since the queue may owe the start of one.
 */
import { parseAddress } from "../events/address.ts";
import type { Failure } from "../events/failure.ts";
import { JobFact, JobInput, JobStatus } from "../events/queue/job.ts";
import type { Priority } from "../events/priority.ts";
import { QueueAdded, QueueFired } from "../events/queue/queue.ts";
import { reader } from "../events/recorded.ts";
import type { RecordBody } from "../events/record.ts";
import type { Projection, StepRecord } from "./projection.ts";
import { jobsTable } from "./tables/jobs.ts";

export interface JobRow {
  /** Its number in the queue. */
  readonly id: string;
  readonly queue: string;
  readonly name: string;
  readonly handler: string;
  readonly priority: Priority;
  readonly status: JobStatus;
  /** The run that it belongs to. */
  readonly workflow?: string;
  readonly key?: string;
  /** Leases begun. */
  readonly attempts: number;
  /** Failures since it was added or retried by hand. */
  readonly failures: number;
  /** Attempts that followed a failure. */
  readonly retries: number;
  /** 0 to 100. */
  readonly percent: number;
  /** What it said last of how far it is. */
  readonly note?: string;
  /** Who has it, or had it last. */
  readonly worker?: string;
  /** The fencing number of its lease, or of its last. */
  readonly lease?: number;
  /** Why its last attempt failed. */
  readonly failure?: Failure;
  /** All epoch ms. `dueAt`: what it waits for, or waited for last. */
  readonly addedAt: number;
  readonly dueAt?: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** One row per job of any queue, by address. */
export const jobs: Projection<JobRow> = {
  name: "jobs",
  version: 1,
  byStream: true,
  key: ({ stream }) => (isJob(stream) ? stream : undefined),
  fold(row, record) {
    const { body } = record;
    const before = row ?? born(record);
    if (before === undefined) return undefined; // somebody else's kind of that name
    const facts = (body.facts ?? []).map((fact) => JobFact.parse(fact));
    const again = body.event?.type === "QUEUED" && body.event["fresh"] === true;
    const after = facts.reduce(
      (job, fact) => ({ ...job, ...changed(job, fact, record.at) }),
      again ? anew(before) : before,
    );
    return { ...after, status: JobStatus.parse(body.state) };
  },
  tables: [jobsTable],
};

/** Numbers of the jobs of each workflow, by queue and workflow. */
export const workflowJobs: Projection<{ readonly jobs: readonly number[] }> = {
  name: "workflow-jobs",
  version: 1,
  key(record, body) {
    const input = inputOf(record.stream, body);
    return input?.order.workflow && workflowKey(input.queue, input.order.workflow);
  },
  fold: (row, { stream }) => ({ jobs: [...(row?.jobs ?? []), numberOf(stream)] }),
};

export function workflowKey(queue: string, workflow: string): string {
  return `${queue} ${workflow}`;
}

/** Which jobs a queue has added, and which of them have begun to be: all up to a number, and some beyond it. */
export interface StartedJobs {
  /** The number of the last one. */
  readonly added: number;
  readonly upTo: number;
  readonly beyond: readonly number[];
}

/** By queue. */
export const startedJobs: Projection<StartedJobs> = {
  name: "started-jobs",
  version: 1,
  key: ({ stream }, body) =>
    lastAdded(stream, body) === undefined ? inputOf(stream, body)?.queue : parseAddress(stream).root,
  fold(row = { added: 0, upTo: 0, beyond: [] }, { stream, body }) {
    const last = lastAdded(stream, body);
    if (last !== undefined) return { ...row, added: Math.max(row.added, last) };
    const beyond = new Set([...row.beyond, numberOf(stream)]);
    let { upTo } = row;
    while (beyond.delete(upTo + 1)) upTo += 1;
    return { ...row, upTo, beyond: [...beyond] };
  },
};

// each of these is asked for by several projections, for their keys and for their rows
const jobInput = reader<JobInput>(JobInput);
const addedIn = reader(QueueAdded);
const firedIn = reader(QueueFired);

/** The greatest number of a job that a queue has added in a step; undefined where it has added none. */
function lastAdded(stream: string, body: RecordBody | undefined): number | undefined {
  if (!stream.startsWith("queue/")) return undefined;
  const numbers = (body?.facts ?? []).flatMap((fact) => {
    const added = addedIn(fact) ?? firedIn(fact);
    if (added === undefined) return [];
    return added.type === "queue.fired" ? [added.data.job] : added.data.jobs.map(({ job }) => job);
  });
  return numbers.length === 0 ? undefined : Math.max(...numbers.map(Number));
}

function isJob(stream: string): boolean {
  return /^job\/[^:]+:[1-9]\d*$/.test(stream);
}

function numberOf(stream: string): number {
  return Number(stream.slice(stream.indexOf(":") + 1));
}

/** What a job was started with; undefined in all its other records, and in those of other actors. */
function inputOf(stream: string, body: RecordBody | undefined): JobInput | undefined {
  if (body?.born === undefined || !isJob(stream)) return undefined;
  const { input } = body.born;
  const read = typeof input === "object" && input !== null ? jobInput(input) : undefined;
  return read?.queue === parseAddress(stream).root ? read : undefined;
}

function born({ stream, body, at }: StepRecord): JobRow | undefined {
  const input = inputOf(stream, body);
  if (input === undefined) return undefined;
  const { name, handler = name, priority = "NORMAL", workflow, key, scheduledAt } = input.order;
  return {
    id: input.id,
    queue: input.queue,
    name,
    handler,
    priority,
    status: "PENDING",
    ...(workflow !== undefined && { workflow }),
    ...(key !== undefined && { key }),
    attempts: 0,
    failures: 0,
    retries: 0,
    percent: 0,
    addedAt: at,
    ...(scheduledAt !== undefined && { dueAt: scheduledAt }),
  };
}

/** It is retried by hand. */
function anew(row: JobRow): JobRow {
  const { endedAt: _, ...job } = row;
  return { ...job, failures: 0, percent: 0 };
}

function changed(job: JobRow, fact: JobFact, at: number): Partial<JobRow> {
  switch (fact.type) {
    case "job.queued":
    case "job.lapsed":
    case "job.cancelling":
      return {};
    case "job.scheduled":
      return { dueAt: fact.data.at };
    case "job.started": {
      const { lease, worker, attempt } = fact.data;
      const retries = job.retries + (job.failures > 0 ? 1 : 0);
      return { lease, worker, attempts: attempt, retries, percent: 0, startedAt: at };
    }
    case "job.progressed":
      return {
        percent: fact.data.percent,
        ...(fact.data.note !== undefined && { note: fact.data.note }),
      };
    case "job.retrying":
      return { failure: fact.data.failure, failures: job.failures + 1, dueAt: fact.data.at };
    case "job.failed":
      return { failure: fact.data.failure, failures: job.failures + 1, endedAt: at };
    case "job.completed":
      return { percent: 100, endedAt: at };
    case "job.cancelled":
      return { endedAt: at };
  }
}

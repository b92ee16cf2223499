/**
 * What a queue knows: its open jobs by number, who stands where in line, what is due when, and
 * who works. Plain JSON; a step changes a few small nodes of it, however long the line is (A13).
 */
import type { QueueInput, QueueSettings } from "../../events/queue/queue.ts";
import type { JobOrder } from "../../events/queue/job.ts";
import type { Schedule } from "../../events/queue/schedule.ts";
import { PRIORITIES, type Priority } from "../../events/priority.ts";
import { sorted, type Sorted } from "../sorted.ts";

/** A job that is not over: in line, on the agenda, at work, or failed and kept. */
export interface OpenJob {
  readonly handler: string;
  /** Where it stands in its line, or stood last: by priority, then by place (T-R3). */
  readonly rank: number;
  /** It waits for a time, under this key of the agenda. */
  readonly due?: string;
  /** It has failed, and waits for somebody. */
  readonly failed?: true;
  /** Leases that lapsed. */
  readonly lapses?: number;
  /** Its deduplication key. */
  readonly key?: string;
}

/** A job at work. */
export interface Lease {
  readonly worker: string;
  /** Its fencing number. */
  readonly lease: number;
  /** When it was granted, epoch ms. */
  readonly since: number;
  /** Its worker has been asked to stop: it does not run again. */
  readonly cancelling?: true;
}

export interface Worker {
  readonly slots: number;
  /** What it can do; absent: everything. */
  readonly handlers?: readonly string[];
  /** Its last two signs of life, epoch ms. */
  readonly seen: number;
  readonly before: number;
  /** How many jobs it has. */
  readonly busy: number;
}

export interface Planned {
  readonly when: Schedule;
  readonly job: JobOrder;
  /** Its key of the agenda. */
  readonly due: string;
}

export interface QueueContext {
  readonly name: string;
  readonly settings: QueueSettings;
  /** The number of the last job. */
  readonly added: number;
  /** The last place given in line or on the agenda. */
  readonly places: number;
  /** The last lease granted: its fencing number. */
  readonly leases: number;
  readonly jobs: Sorted<number, OpenJob>;
  /** Numbers of the jobs in line, by handler, then by rank. */
  readonly lines: Readonly<Record<string, Sorted<number, number>>>;
  /** Jobs at work, by number. */
  readonly work: Sorted<number, Lease>;
  /** What is due when: numbers of jobs, ids of schedules. By {@link dueOf}. */
  readonly agenda: Sorted<string, number | string>;
  /** Numbers of open jobs by deduplication key. */
  readonly keys: Sorted<string, number>;
  readonly workers: Readonly<Record<string, Worker>>;
  /** How many jobs are at work, by handler. */
  readonly busy: Readonly<Record<string, number>>;
  readonly schedules: Sorted<string, Planned>;
  /** When the next lease may be granted at the rate's pace, epoch ms, as the bucket is empty then. */
  readonly pace: number;
  /** When its alarm rings next, epoch ms; 0: it is not set. */
  readonly alarm: number;
}

export function newQueue({ name, settings }: QueueInput): QueueContext {
  return {
    name,
    settings,
    added: 0,
    places: 0,
    leases: 0,
    jobs: sorted(),
    lines: {},
    work: sorted(),
    agenda: sorted(),
    keys: sorted(),
    workers: {},
    busy: {},
    schedules: sorted(),
    pace: 0,
    alarm: 0,
  };
}

/** More than there will ever be. */
const PLACES = 1e13;

/** The rank of a priority before all places; the most urgent is the least. */
export function firstRank(priority: Priority): number {
  return PRIORITIES.indexOf(priority) * PLACES;
}

/** The rank of a place, in the priority of another rank. */
export function rankAt(rank: number, place: number): number {
  return rank - (rank % PLACES) + place;
}

/** A key of the agenda: by time, then in the order in which it was written. */
export function dueOf(at: number, place: number): string {
  return `${String(at).padStart(16, "0")}:${String(place).padStart(14, "0")}`;
}

/** When what stands under a key of the agenda is due, epoch ms. */
export function timeOf(due: string): number {
  return Number(due.slice(0, 16));
}

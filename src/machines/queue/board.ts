/**
 * What a queue knows: its open jobs by number, who stands where in line, what is due when, and
 * who works. Plain JSON; a step changes a few small nodes of it, however long the line is (A13).
 */
import type { QueueInput, QueueSettings } from "../../events/queue/queue.ts";
import type { JobOrder } from "../../events/queue/job.ts";
import type { Schedule } from "../../events/queue/schedule.ts";
import { PRIORITIES, type Priority } from "../../events/priority.ts";
import { sorted, type Sorted } from "../sorted.ts";

/** Where an open job stands. */
export type Standing =
  | { readonly at: "line" }
  /** It waits for a time, under this key of the agenda. */
  | { readonly at: "agenda"; readonly due: string }
  | {
      readonly at: "work";
      readonly worker: string;
      readonly lease: number;
      /** When the lease was granted, epoch ms. */
      readonly since: number;
    }
  /** It has failed, and is kept. */
  | { readonly at: "rest" };

/** An open job. */
export interface OpenJob {
  readonly handler: string;
  readonly priority: Priority;
  /** Its place in line, where it stands or stood last. */
  readonly place: number;
  readonly standing: Standing;
  /** Leases that lapsed. */
  readonly lapses?: number;
  /** Its deduplication key. */
  readonly key?: string;
}

export interface Worker {
  readonly slots: number;
  /** What it can do; absent: everything. */
  readonly handlers?: readonly string[];
  /** Its last two signs of life, epoch ms. */
  readonly seen: number;
  readonly before: number;
  /** The numbers of the jobs that it has. */
  readonly jobs: readonly number[];
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
  /** Numbers of the jobs in line, by handler, then by {@link rankOf}. */
  readonly lines: Readonly<Record<string, Sorted<number, number>>>;
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
    agenda: sorted(),
    keys: sorted(),
    workers: {},
    busy: {},
    schedules: sorted(),
    pace: 0,
    alarm: 0,
  };
}

/** More than there will ever be places. */
const PLACES = 1e13;

/** Where a job stands in the line of its handler: by priority, then by place (T-R3). */
export function rankOf({ priority, place }: Pick<OpenJob, "priority" | "place">): number {
  return PRIORITIES.indexOf(priority) * PLACES + place;
}

/** A key of the agenda: by time, then in the order in which it was written. */
export function dueOf(at: number, place: number): string {
  return `${String(at).padStart(16, "0")}:${String(place).padStart(14, "0")}`;
}

/** When what stands under a key of the agenda is due, epoch ms. */
export function timeOf(due: string): number {
  return Number(due.slice(0, 16));
}

/** The jobs at work. */
export function busyIn({ busy }: QueueContext): number {
  let sum = 0;
  for (const count of Object.values(busy)) sum += count;
  return sum;
}

/** What the model of a queue holds, and what it is told. */
import type { Priority } from "../../src/events/priority.ts";
import type { Schedule } from "../../src/events/queue/schedule.ts";

export type Stand = "waiting" | "queued" | "running" | "failed" | "completed" | "cancelled";

export interface ModelJob {
  readonly number: number;
  readonly handler: string;
  readonly priority: Priority;
  stand: Stand;
  /** Its turn among equals: when it came into line, counted. */
  place: number;
  due: number;
  key?: string | undefined;
  lapses: number;
  lease: number;
  worker: string;
  since: number;
  cancelling: boolean;
  attempts: number;
  failures: number;
  retries: number;
}

export interface ModelWorker {
  readonly name: string;
  slots: number;
  handlers: readonly string[] | undefined;
  seen: number;
  before: number;
}

export interface Order {
  readonly name: string;
  readonly priority?: Priority | undefined;
  readonly key?: string | undefined;
  readonly scheduledAt?: number | undefined;
}

export interface ModelSchedule {
  readonly id: string;
  readonly when: Schedule;
  readonly order: Order;
  place: number;
  due: number;
}

export interface End {
  readonly job: number;
  readonly lease: number;
  readonly how: "completed" | "failed" | "retry" | "cancelled";
  readonly retryInMs: number;
}

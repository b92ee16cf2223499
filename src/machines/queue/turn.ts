/**
 * One step of a queue while it is worked out: the queue as it will be, and what is to be said,
 * started and told. It lives no longer than the step, so it may be changed in place.
 */
import type { JobInput, JobMessage } from "../../events/queue/job.ts";
import type { QueueFact } from "../../events/queue/queue.ts";
import { get, put, without } from "../sorted.ts";
import type { Lease, OpenJob, QueueContext, Worker } from "./board.ts";

export class Turn {
  context: QueueContext;
  readonly facts: QueueFact[] = [];
  readonly starts: JobInput[] = [];
  readonly orders: { readonly job: number; readonly event: JobMessage }[] = [];

  constructor(context: QueueContext) {
    this.context = context;
  }

  change(change: Partial<QueueContext>): void {
    this.context = { ...this.context, ...change };
  }

  job(number: number): OpenJob | undefined {
    return get(this.context.jobs, number);
  }

  say(fact: QueueFact): void {
    this.facts.push(fact);
  }

  tell(job: number, event: JobMessage): void {
    this.orders.push({ job, event });
  }

  keep(number: number, job: OpenJob): void {
    this.change({ jobs: put(this.context.jobs, number, job) });
  }

  /** Who has the job. */
  lease(number: number): Lease | undefined {
    return get(this.context.work, number);
  }

  /** Forgets a job that is over. */
  forget(number: number, { key }: OpenJob): void {
    const { jobs, keys } = this.context;
    this.change({ jobs: without(jobs, number) });
    if (key !== undefined && get(keys, key) === number) this.change({ keys: without(keys, key) });
  }

  /** How a worker stands. */
  worker(name: string, worker: Worker): void {
    this.change({ workers: { ...this.context.workers, [name]: worker } });
  }

  /** The next place in line. */
  place(): number {
    const places = this.context.places + 1;
    this.change({ places });
    return places;
  }
}

/**
 * What a queue should do, in the simplest words: lists that are searched from end to end, a bucket
 * that fills up, and no index, no tree and no alarm.
 */
import { PRIORITIES } from "../../src/events/priority.ts";
import { QueueSettings } from "../../src/events/queue/queue.ts";
import type { Schedule } from "../../src/events/queue/schedule.ts";
import { next } from "../../src/machines/queue/schedule.ts";
import { Bucket } from "./queue-bucket.ts";
import type { End, ModelJob, ModelSchedule, ModelWorker, Order, Stand } from "./queue-model-parts.ts";

const SKEW_MS = 1_000;
const AT_ONCE = 256;

export class QueueModel {
  at = 0;
  paused = false;
  settings: QueueSettings = QueueSettings.parse({});
  jobs: ModelJob[] = [];
  workers: ModelWorker[] = [];
  schedules: ModelSchedule[] = [];
  /** What is to be granted, in order. */
  readonly granted: string[] = [];
  /** What is to be said, in order. */
  readonly said: string[] = [];
  readonly bucket = new Bucket();
  #places = 0;
  #leases = 0;

  job(number: number): ModelJob | undefined {
    return this.jobs.find((job) => job.number === number);
  }

  running(): ModelJob[] {
    return this.jobs.filter(({ stand }) => stand === "running");
  }

  count(...stands: Stand[]): number {
    return this.jobs.filter(({ stand }) => stands.includes(stand)).length;
  }

  add(orders: readonly Order[]): string | undefined {
    if (orders.some((order) => this.#isPast(order))) return "TIME_PAST";
    this.said.push(`added ${orders.map((order) => this.#enter(order)).join()}`);
    return this.#over();
  }

  cancel(number: number): string | undefined {
    const job = this.job(number);
    if (job === undefined || job.stand === "completed" || job.stand === "cancelled")
      return "JOB_NOT_OPEN";
    const running = job.stand === "running";
    if (running) job.cancelling = true;
    else job.stand = "cancelled";
    this.said.push(`cancelled ${number} ${running}`);
    return this.#over();
  }

  retry(number: number): string | undefined {
    const job = this.job(number);
    if (job?.stand !== "failed") return "JOB_NOT_OPEN";
    if (job.key !== undefined && this.#withKey(job.key) !== undefined) job.key = undefined;
    Object.assign(job, { lapses: 0, failures: 0 });
    this.#lineUp(job);
    this.said.push(`retried ${number}`);
    return this.#over();
  }

  configure(settings: object): undefined {
    this.settings = QueueSettings.parse(settings);
    this.bucket.change(this.settings.rate, this.at);
    return this.#over();
  }

  pause(): undefined {
    this.paused = true;
  }

  resume(): undefined {
    this.paused = false;
    return this.#over();
  }

  join(name: string, slots: number, handlers: readonly string[] | undefined): undefined {
    const here = this.#worker(name);
    if (here === undefined)
      this.workers.push({ name, slots, handlers, seen: this.at, before: this.at });
    else Object.assign(here, { slots, handlers, seen: this.at, before: here.seen });
    this.said.push(`joined ${name} ${slots}`);
    return this.#over();
  }

  heartbeat(name: string, known: readonly number[]): string | undefined {
    const here = this.#worker(name);
    if (here === undefined) return "WORKER_UNKNOWN";
    for (const job of this.#heldBy(name))
      if (!known.includes(job.number) && job.since < here.before) this.#lapse(job, true);
    Object.assign(here, { seen: this.at, before: here.seen });
    return this.#over();
  }

  leave(name: string): string | undefined {
    if (this.#worker(name) === undefined) return "WORKER_UNKNOWN";
    this.said.push(`left ${name} ${this.#dismiss(name, false)}`);
    return this.#over();
  }

  report(name: string, ends: readonly End[]): string | undefined {
    const holds = ({ job, lease }: End): boolean =>
      this.running().some((one) => one.number === job && one.lease === lease && one.worker === name);
    if (!ends.every(holds)) return "LEASE_LOST";
    const here = this.#worker(name);
    if (here !== undefined) here.seen = this.at;
    for (const end of ends) if (holds(end)) this.#end(end);
    return this.#over();
  }

  schedule(id: string, when: Schedule, order: Order): string | undefined {
    const due = next(when, this.at);
    if (due === undefined || this.#isPast(order)) return "TIME_PAST";
    this.schedules = this.schedules.filter((one) => one.id !== id);
    this.schedules.push({ id, when, order, due, place: this.#place() });
    this.said.push(`scheduled ${id} ${due}`);
    return this.#over();
  }

  unschedule(id: string): string | undefined {
    if (!this.schedules.some((one) => one.id === id)) return "SCHEDULE_UNKNOWN";
    this.schedules = this.schedules.filter((one) => one.id !== id);
    this.said.push(`unscheduled ${id}`);
    return this.#over();
  }

  /** Whatever is due. */
  tick(): void {
    for (const { name, seen } of this.workers)
      if (seen + this.settings.leaseMs <= this.at)
        this.said.push(`lost ${name} ${this.#dismiss(name, true)}`);
    for (let done = 0; done < AT_ONCE; done++) {
      const [first] = this.#agenda();
      if (first === undefined || first.due > this.at) break;
      if ("number" in first) this.#comes(first);
      else this.#fire(first);
    }
    this.#over();
  }

  /** When something must happen without a command at the latest; infinite: never. */
  earliest(): number {
    const { leaseMs } = this.settings;
    const [first] = this.#agenda();
    const silent = this.workers.map(({ seen }) => seen + leaseMs);
    return Math.min(first?.due ?? Infinity, this.#paced(), ...silent);
  }

  #paced(): number {
    if (this.paused || this.#next() === undefined) return Infinity;
    return this.at + this.bucket.holdMs(this.at);
  }

  #isPast({ scheduledAt }: Order): boolean {
    return scheduledAt !== undefined && scheduledAt < this.at - SKEW_MS;
  }

  #agenda(): (ModelJob | ModelSchedule)[] {
    const all = [...this.jobs.filter(({ stand }) => stand === "waiting"), ...this.schedules];
    return all.sort((a, b) => a.due - b.due || a.place - b.place);
  }

  #withKey(key: string): ModelJob | undefined {
    return this.jobs.find(
      (job) => job.key === key && ["waiting", "queued", "running"].includes(job.stand),
    );
  }

  #enter({ name, priority = "NORMAL", key, scheduledAt }: Order): string {
    const same = key === undefined ? undefined : this.#withKey(key);
    if (same !== undefined) return `${same.number}=`;
    const late = scheduledAt !== undefined && scheduledAt > this.at;
    this.jobs.push({
      number: this.jobs.length + 1,
      handler: name,
      priority,
      key,
      stand: late ? "waiting" : "queued",
      due: late ? scheduledAt : 0,
      place: this.#place(),
      lapses: 0,
      lease: 0,
      worker: "",
      since: 0,
      cancelling: false,
      attempts: 0,
      failures: 0,
      retries: 0,
    });
    return String(this.jobs.length);
  }

  #fire(planned: ModelSchedule): void {
    const { id, when, order, due } = planned;
    this.said.push(`fired ${id} ${due} ${this.#enter(order)}`);
    const after = next(when, Math.max(due, this.at));
    if (after === undefined) this.schedules = this.schedules.filter((one) => one !== planned);
    else Object.assign(planned, { due: after, place: this.#place() });
  }

  #end({ job: number, how, retryInMs }: End): void {
    const job = this.job(number);
    if (job === undefined) return;
    if (how === "failed" || (how === "retry" && !job.cancelling)) job.failures++;
    if (how === "failed") job.cancelling = false;
    if (how === "retry" && !job.cancelling)
      Object.assign(job, { stand: "waiting", due: this.at + retryInMs, place: this.#place() });
    else job.stand = how === "retry" ? "cancelled" : how;
  }

  #lapse(job: ModelJob, counts: boolean): void {
    job.lapses += counts ? 1 : 0;
    if (job.cancelling) job.stand = "cancelled";
    else job.stand = job.lapses > this.settings.maxLapses ? "failed" : "queued";
    if (job.stand === "failed") job.failures++;
  }

  #dismiss(name: string, counts: boolean): string {
    const held = this.#heldBy(name);
    for (const job of held) this.#lapse(job, counts);
    this.workers = this.workers.filter((one) => one.name !== name);
    return held.map(({ number }) => number).join();
  }

  #heldBy(name: string): ModelJob[] {
    return this.running().filter(({ worker }) => worker === name);
  }

  #worker(name: string): ModelWorker | undefined {
    return this.workers.find((one) => one.name === name);
  }

  #place(): number {
    return ++this.#places;
  }

  #comes(job: ModelJob): void {
    if (job.failures > 0) job.retries++;
    this.#lineUp(job);
  }

  #lineUp(job: ModelJob): void {
    job.stand = "queued";
    job.place = this.#place();
  }

  /** A step is over: what may run is granted. */
  #over(): undefined {
    while (!this.paused && this.bucket.holdMs(this.at) === 0) {
      const job = this.#next();
      const worker = job && this.#freest(job);
      if (job === undefined || worker === undefined) break;
      const lease = ++this.#leases;
      const { name } = worker;
      Object.assign(job, { stand: "running", lease, worker: name, since: this.at });
      job.attempts++;
      this.granted.push(`${job.number} ${lease} ${worker.name} ${this.at}`);
      this.bucket.take(this.at);
    }
  }

  #next(): ModelJob | undefined {
    if (this.running().length >= (this.settings.concurrency ?? Infinity)) return undefined;
    const { handlers } = this.settings;
    const able = (job: ModelJob): boolean => {
      const limit = Object.hasOwn(handlers, job.handler) ? (handlers[job.handler] ?? 0) : Infinity;
      const busy = this.running().filter(({ handler }) => handler === job.handler).length;
      return job.stand === "queued" && busy < limit && this.#freest(job) !== undefined;
    };
    const rank = ({ priority }: ModelJob): number => PRIORITIES.indexOf(priority);
    return this.jobs.filter(able).sort((a, b) => rank(a) - rank(b) || a.place - b.place)[0];
  }

  #freest({ handler }: ModelJob): ModelWorker | undefined {
    const free = ({ name, slots }: ModelWorker): number => slots - this.#heldBy(name).length;
    return this.workers
      .filter((one) => free(one) > 0 && one.handlers?.includes(handler) !== false)
      .sort((a, b) => free(b) - free(a))[0]; // a stable sort: of equals, who joined first
  }
}

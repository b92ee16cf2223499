/**
 * A queue as users hold it: jobs are asked for, looked at, waited for and called off. It works
 * alike on a host and on a client in another process.
 *
 *     await using host = await createHost({ log: "sqlite:jobs.db", kinds: queueKinds() });
 *     const mail = await openQueue(host, "mail");
 *     await using worker = await startWorker(host, "mail", { handlers: { send: async (job) => … } });
 *     const { id } = await mail.add({ name: "send", args: ["ada@example.org"] });
 *     const outcome = await mail.waitForJob(id);
 */
import type { z } from "zod";
import type { Actors } from "../../actors/face.ts";
import type { ActorHandle } from "../../actors/handle.ts";
import { TroupeError } from "../../errors.ts";
import { JobOutcome, type JobOrder, type JobStatus } from "../../events/queue/job.ts";
import {
  QueueAdded,
  QueueCancelled,
  type QueueCommand,
  type QueueSettings,
} from "../../events/queue/queue.ts";
import { entries } from "../../machines/sorted.ts";
import type { Schedule } from "../../events/queue/schedule.ts";
import { timeOf } from "../../machines/queue/board.ts";
import { boardOf, jobOf, statusOf, type JobKind, type QueueKind } from "./kinds.ts";
import { standOf, viewOf, type JobView, type QueueStats } from "./views.ts";

/** What has queues: a host or a client with {@link queueKinds}. */
export type QueueActors = Pick<
  Actors<readonly [QueueKind, JobKind]>,
  "start" | "actor" | "read" | "record" | "facts"
>;

/** A job that is asked for. */
export interface AddedJob {
  readonly id: string;
  /** `job/QUEUE:ID`. */
  readonly address: string;
  /** An open job had its key: it is that one. */
  readonly duplicate: boolean;
}

export interface AddOptions {
  /** Idempotency key of the command: the same again adds nothing and answers as before. */
  readonly id?: string;
}

export interface WaitForJob {
  /** Longest wait, ms. Default: none. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface ScheduleView {
  readonly id: string;
  readonly when: Schedule;
  /** Name of the job that it adds. */
  readonly name: string;
  /** Epoch ms. */
  readonly next: number;
}

export interface Queue {
  readonly name: string;
  /** @throws {@link TroupeError} `EVENT_INVALID`, `TIME_PAST`. */
  add(order: z.input<typeof JobOrder>, options?: AddOptions): Promise<AddedJob>;
  /** At most 1,000 at once; in this order; all or none. */
  addAll(orders: readonly z.input<typeof JobOrder>[], options?: AddOptions): Promise<AddedJob[]>;
  /** Adds a job at each moment of a schedule; a second one of this id takes its place. */
  schedule(id: string, when: z.input<typeof Schedule>, order: z.input<typeof JobOrder>): Promise<void>;
  /** @throws {@link TroupeError} `SCHEDULE_UNKNOWN`. */
  unschedule(id: string): Promise<void>;
  schedules(): Promise<readonly ScheduleView[]>;
  /**
   * Calls a job off (S4-043). `"cancelled"`: it never runs. `"asked"`: it runs, and its worker has
   * been asked to stop. `false`: it is over.
   */
  cancel(id: string): Promise<"cancelled" | "asked" | false>;
  /** A failed job stands in line again. @throws {@link TroupeError} `JOB_NOT_OPEN`. */
  retry(id: string): Promise<void>;
  /** @throws {@link TroupeError} `ACTOR_NOT_FOUND`. */
  job(id: string): Promise<JobView>;
  /** How a job ended or failed; null after the timeout (S4-045). */
  waitForJob(id: string, options?: WaitForJob): Promise<JobOutcome | null>;
  /** Nothing is granted until `resume`; what runs goes on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  configure(settings: z.input<typeof QueueSettings>): Promise<void>;
  stats(): Promise<QueueStats>;
}

/**
 * Opens a queue; makes it where there is none.
 *
 * @param settings limits and rates. Default: those that it has, or none.
 * @throws {@link TroupeError} `INPUT_INVALID`, `ADDRESS_INVALID`.
 */
export async function openQueue(
  actors: QueueActors,
  name: string,
  settings?: z.input<typeof QueueSettings>,
): Promise<Queue> {
  const address = `queue/${name}` as const;
  const handle = await made(actors, name, settings);
  const send = (command: z.input<typeof QueueCommand>, options: AddOptions = {}) =>
    handle.send(command, options);
  const jobAddress = (id: string) => `job/${name}:${id}` as const;

  /** The job's handle, once its first record is there: its queue may have to start it yet. */
  async function job(id: string): Promise<ActorHandle<JobKind>> {
    const actor = actors.actor(jobAddress(id));
    if (await exists(actor)) return actor;
    if (!(Number(id) <= boardOf(await handle.snapshot()).added)) throw noJob(name, id);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const end = await actors.facts(
      { kind: "job", root: name },
      (_, of) => (of === jobAddress(id) ? resolve() : undefined),
      reject,
    );
    try {
      if (!(await exists(actor))) await promise;
    } finally {
      end();
    }
    return actor;
  }

  async function addAll(
    jobs: readonly z.input<typeof JobOrder>[],
    options: AddOptions = {},
  ): Promise<AddedJob[]> {
    const { seq } = await send({ type: "ADD", jobs: [...jobs] }, options);
    const { data } = QueueAdded.parse(await factAt(actors, address, seq, "queue.added"));
    return data.jobs.map(({ job, duplicate = false }) => ({
      id: job,
      address: jobAddress(job),
      duplicate,
    }));
  }

  return {
    name,
    addAll,
    async add(order, options) {
      const [added] = await addAll([order], options);
      if (added === undefined) throw new Error(`${address} has answered with no job`);
      return added;
    },
    async schedule(id, when, job) {
      await send({ type: "SCHEDULE", id, when, job });
    },
    async unschedule(id) {
      await send({ type: "UNSCHEDULE", id });
    },
    async schedules() {
      const { schedules } = boardOf(await handle.snapshot());
      return [...entries(schedules)].map(([id, { when, job, due }]) => ({
        id,
        when,
        name: job.name,
        next: timeOf(due),
      }));
    },
    async cancel(id) {
      try {
        const { seq } = await send({ type: "CANCEL", job: id });
        const { data } = QueueCancelled.parse(await factAt(actors, address, seq, "queue.cancelled"));
        return data.running ? "asked" : "cancelled";
      } catch (error) {
        if (TroupeError.is(error, "JOB_NOT_OPEN")) return false;
        throw error;
      }
    },
    async retry(id) {
      await send({ type: "RETRY", job: id });
    },
    async job(id) {
      return viewOf(await (await job(id)).snapshot());
    },
    async waitForJob(id, options = {}) {
      try {
        const actor = await job(id);
        const over = await actor.waitFor((snapshot) => OVER.has(statusOf(snapshot)), options);
        return outcomeOf(over);
      } catch (error) {
        if (TroupeError.is(error, "WAIT_TIMEOUT")) return null;
        throw error;
      }
    },
    async pause() {
      await send({ type: "PAUSE" });
    },
    async resume() {
      await send({ type: "RESUME" });
    },
    async configure(given) {
      await send({ type: "CONFIGURE", settings: given });
    },
    stats: async () => standOf(await handle.snapshot()),
  };
}

const OVER: ReadonlySet<JobStatus> = new Set(["COMPLETED", "FAILED", "CANCELLED"]);

async function exists(actor: ActorHandle<JobKind>): Promise<boolean> {
  try {
    await actor.snapshot();
    return true;
  } catch (error) {
    if (TroupeError.is(error, "ACTOR_NOT_FOUND")) return false;
    throw error;
  }
}

function noJob(queue: string, id: string): TroupeError {
  return new TroupeError("ACTOR_NOT_FOUND", `queue "${queue}" has never had a job "${id}"`, {
    hint: "Look its jobs up with `troupe queue ls`.",
    data: { queue, job: id },
  });
}

async function made(
  actors: QueueActors,
  name: string,
  settings: z.input<typeof QueueSettings> | undefined,
): Promise<ActorHandle<QueueKind>> {
  const address = `queue/${name}` as const;
  try {
    return await actors.start(address, { input: { name, ...(settings && { settings }) } });
  } catch (error) {
    if (!TroupeError.is(error, "ACTOR_EXISTS")) throw error;
  }
  const handle = actors.actor(address);
  if (settings !== undefined) await handle.send({ type: "CONFIGURE", settings });
  return handle;
}

/** What the record of a command says. */
async function factAt(
  actors: QueueActors,
  address: string,
  seq: number,
  type: string,
): Promise<unknown> {
  const record = await actors.record(address, seq);
  return record?.body.facts?.find((fact) => fact.type === type);
}

function outcomeOf(snapshot: Parameters<typeof statusOf>[0]): JobOutcome {
  const { attempts, retries, result, failure } = jobOf(snapshot);
  const status = statusOf(snapshot);
  return JobOutcome.parse({
    status,
    attempts,
    retries,
    ...(status === "COMPLETED" && result !== undefined && { result }),
    ...(status === "FAILED" && { failure }),
  });
}

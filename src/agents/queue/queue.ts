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
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import type { Actors } from "../../actors/face.ts";
import type { ActorHandle, Sent } from "../../actors/handle.ts";
import { TroupeError } from "../../errors.ts";
import type { JobOrder, JobOutcome } from "../../events/queue/job.ts";
import {
  QueueAdded,
  QueueCancelled,
  type QueueCommand,
  QueueSettings,
} from "../../events/queue/queue.ts";
import { entries } from "../../machines/sorted.ts";
import type { JobRow } from "../../projections/jobs.ts";
import type { Schedule } from "../../events/queue/schedule.ts";
import { timeOf } from "../../machines/queue/board.ts";
import { unanswered } from "../unanswered.ts";
import { ifThere } from "./if-there.ts";
import { boardOf, type JobKind, type QueueKind } from "./kinds.ts";
import { listed, type ListOptions } from "./listed.ts";
import { standOf, viewOf, type JobView, type QueueStats } from "./views.ts";
import { together } from "../together.ts";
import { jobEnd, started, workflowEnd, type WaitForJob, type WorkflowJob } from "./waiting.ts";

/** What has queues: a host or a client with {@link queueKinds}. */
export type QueueActors = Pick<
  Actors<readonly [QueueKind, JobKind]>,
  "~kinds" | "start" | "actor" | "read" | "facts" | "rows"
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
   *
   * @throws {@link TroupeError} `ACTOR_NOT_FOUND` where it never was.
   */
  cancel(id: string): Promise<"cancelled" | "asked" | false>;
  /** A failed job stands in line again. @throws {@link TroupeError} `JOB_NOT_OPEN`. */
  retry(id: string): Promise<void>;
  /** @throws {@link TroupeError} `ACTOR_NOT_FOUND`. */
  job(id: string): Promise<JobView>;
  /** How a job ended or failed; null after the timeout (S4-045). */
  waitForJob(id: string, options?: WaitForJob): Promise<JobOutcome | null>;
  /**
   * How all jobs of a workflow ended, in the order in which they were added, with those that are
   * added meanwhile (S4-044); none: at once. Null after the timeout.
   */
  waitForWorkflow(workflow: string, options?: WaitForJob): Promise<readonly WorkflowJob[] | null>;
  /**
   * The jobs that it has or had, the latest first. One that was added this very moment may be
   * missing until the queue has started it.
   *
   * @throws {@link TroupeError} `USAGE`.
   */
  jobs(options?: ListOptions): Promise<readonly JobRow[]>;
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
  const asked = { actors, name };
  const jobAddress = (id: string) => `job/${name}:${id}` as const;

  async function addAll(
    jobs: readonly z.input<typeof JobOrder>[],
    options: AddOptions = {},
  ): Promise<AddedJob[]> {
    const said = await send({ type: "ADD", jobs: [...jobs] }, options);
    const { data } = QueueAdded.parse(factIn(said, "queue.added"));
    if (data.jobs.length !== jobs.length) throw unanswered(address);
    return data.jobs.map(({ job, duplicate = false }) => ({
      id: job,
      address: jobAddress(job),
      duplicate,
    }));
  }

  const adding = together((orders: readonly z.input<typeof JobOrder>[]) => addAll(orders));

  return {
    name,
    addAll,
    async add(order, options) {
      if (options?.id === undefined) return adding.ask(order);
      const [added] = await addAll([order], options); // what shares a command has no key of its own
      if (added === undefined) throw unanswered(address);
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
        const said = await send({ type: "CANCEL", job: id });
        const { data } = QueueCancelled.parse(factIn(said, "queue.cancelled"));
        return data.running ? "asked" : "cancelled";
      } catch (error) {
        if (!TroupeError.is(error, "JOB_NOT_OPEN")) throw error;
        await started(asked, id); // one that never was is a mistake
        return false;
      }
    },
    async retry(id) {
      await send({ type: "RETRY", job: id });
    },
    async job(id) {
      await started(asked, id);
      return viewOf(await actors.actor(jobAddress(id)).snapshot());
    },
    waitForJob: (id, options = {}) => jobEnd(asked, id, options),
    waitForWorkflow: (workflow, options = {}) => workflowEnd(asked, workflow, options),
    jobs: (options = {}) => listed(actors, name, options),
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

async function made(
  actors: QueueActors,
  name: string,
  settings: z.input<typeof QueueSettings> | undefined,
): Promise<ActorHandle<QueueKind>> {
  const address = `queue/${name}` as const;
  const handle = actors.actor(address);
  const snapshot = await ifThere(handle);
  const present = snapshot && boardOf(snapshot).settings;
  if (present === undefined)
    try {
      return await actors.start(address, { input: { name, ...(settings && { settings }) } });
    } catch (error) {
      if (!TroupeError.is(error, "ACTOR_EXISTS")) throw error; // somebody else was faster
    }
  if (settings !== undefined && !isDeepStrictEqual(QueueSettings.safeParse(settings).data, present))
    await handle.send({ type: "CONFIGURE", settings });
  return handle;
}

/** What the answer to a command says. */
function factIn({ facts }: Sent, type: string): unknown {
  return facts.find((fact) => fact.type === type);
}

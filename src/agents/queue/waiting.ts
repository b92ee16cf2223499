/**
 * Waiting for jobs, on a host or from another process.
 *
 * - Whoever waits listens first and looks then, so that nothing is missed in between.
 * - Which jobs a workflow has is read from the log as it stands then: all jobs whose adding was
 *   acknowledged are among them, also those whose start the queue still owes.
 */
import type { Snapshot } from "xstate";
import type { Clock } from "../../actors/clock.ts";
import { systemClock } from "../../actors/clock.ts";
import { TroupeError } from "../../errors.ts";
import { JOB_NUMBER, JobOutcome } from "../../events/queue/job.ts";
import { startedJobs, workflowJobs, workflowKey } from "../../projections/jobs.ts";
import { ifThere } from "./if-there.ts";
import { boardOf, isOver, jobOf, statusOf } from "./kinds.ts";
import type { QueueActors } from "./queue.ts";

export interface WaitForJob {
  /** Longest wait, ms. Default: none. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Whose time it is. Default: the system's. */
  readonly clock?: Clock;
}

/** How one job of a workflow ended. */
export type WorkflowJob = JobOutcome & { readonly id: string };

interface Asked {
  readonly actors: QueueActors;
  /** Of the queue. */
  readonly name: string;
}

/** The first snapshot of one job that fits, whether or not it has started yet. */
type Await = (id: string, fits: (snapshot: Snapshot<unknown>) => boolean) => Promise<Snapshot<unknown>>;

/** How one job ended; null where that took too long. */
export function jobEnd(asked: Asked, id: string, options: WaitForJob): Promise<JobOutcome | null> {
  return within(options, async (signal) => {
    await started(asked, id, signal);
    const actor = asked.actors.actor(`job/${asked.name}:${id}`);
    return outcomeOf(await actor.waitFor(isOver, { signal }));
  });
}

/** How all jobs of a workflow ended, in the order in which they were added; null where that took too long. */
export function workflowEnd(
  asked: Asked,
  workflow: string,
  options: WaitForJob,
): Promise<readonly WorkflowJob[] | null> {
  return within(options, (signal) =>
    listening(asked, signal, async (job) => {
      const ended = new Map<number, WorkflowJob>();
      for (;;) {
        const all = await numbersOf(asked, workflow, job);
        const left = all.filter((number) => !ended.has(number));
        if (left.length === 0)
          return [...ended.values()].toSorted((a, b) => Number(a.id) - Number(b.id));
        for (const number of left) {
          const id = String(number);
          ended.set(number, { id, ...outcomeOf(await job(id, isOver)) });
        }
      }
    }),
  );
}

/**
 * Resolves once a job has its first record: its queue may have to start it yet.
 *
 * @throws {@link TroupeError} `ACTOR_NOT_FOUND` where the queue never had it.
 */
export async function started(asked: Asked, id: string, signal?: AbortSignal): Promise<void> {
  const { actors, name } = asked;
  if (!JOB_NUMBER.test(id)) throw noJob(name, id); // "01" is no job that will ever start
  if ((await ifThere(actors.actor(`job/${name}:${id}`))) !== undefined) return;
  const { added } = boardOf(await actors.actor(`queue/${name}`).snapshot());
  if (!(Number(id) <= added)) throw noJob(name, id);
  await listening(asked, signal, (job) => job(id, () => true));
}

async function numbersOf(
  { actors, name }: Asked,
  workflow: string,
  job: Await,
): Promise<readonly number[]> {
  const [found] = await actors.rows(startedJobs, name);
  const { added, upTo, beyond } = found?.row ?? { added: 0, upTo: 0, beyond: [] };
  for (let number = upTo + 1; number <= added; number++)
    if (!beyond.includes(number)) await job(String(number), () => true);
  const [own] = await actors.rows(workflowJobs, workflowKey(name, workflow));
  return own?.row?.jobs ?? [];
}

/** Listens to a queue's jobs while something is done; one job is awaited at a time. */
async function listening<T>(
  asked: Asked,
  signal: AbortSignal | undefined,
  work: (job: Await) => Promise<T>,
): Promise<T> {
  const { actors, name } = asked;
  let awaited = "";
  let wake = Promise.withResolvers<void>();
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => {}); // heard where somebody waits
  const abort = (): void => over.reject(signal?.reason);
  const unlisten = await actors.facts(
    { kind: "job", root: name },
    (_, address) => (address === awaited ? wake.resolve() : undefined),
    over.reject,
  );
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) abort();
  try {
    return await work(async (id, fits) => {
      for (;;) {
        const address = `job/${name}:${id}` as const;
        awaited = address;
        wake = Promise.withResolvers();
        const snapshot = await Promise.race([ifThere(actors.actor(address)), over.promise]);
        if (snapshot !== undefined && fits(snapshot)) return snapshot;
        await Promise.race([wake.promise, over.promise]);
      }
    });
  } finally {
    signal?.removeEventListener("abort", abort);
    unlisten();
  }
}

/** What comes of a wait; null after its timeout. */
async function within<T>(
  { timeoutMs, signal, clock = systemClock }: WaitForJob,
  wait: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const deadline = new AbortController();
  const cancel =
    timeoutMs === undefined ? undefined : clock.after(timeoutMs, () => deadline.abort(deadline));
  const either = AbortSignal.any([deadline.signal, ...(signal === undefined ? [] : [signal])]);
  try {
    return await wait(either);
  } catch (error) {
    if (error === deadline) return null;
    throw error;
  } finally {
    cancel?.();
  }
}

function outcomeOf(snapshot: Snapshot<unknown>): JobOutcome {
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

function noJob(queue: string, id: string): TroupeError {
  return new TroupeError("ACTOR_NOT_FOUND", `queue "${queue}" has never had a job "${id}"`, {
    hint: `Look its jobs up with \`troupe queue ls ${queue}\`.`,
    data: { queue, job: id },
  });
}

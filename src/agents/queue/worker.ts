/**
 * A worker: does a queue's jobs with functions of this process, on a host or from a client in
 * another process.
 *
 * - T-R4. It works under leases and gives signs of life. If it was silent too long, or a lease
 *   is over for another reason, the job's signal aborts, and what comes of it is dropped.
 * - A job may run again after a crash: what it does outside should be idempotent by its id,
 *   or fenced by its lease.
 */
import { randomUUID } from "node:crypto";
import { systemClock, type Clock } from "../../actors/clock.ts";
import { harmless } from "../../actors/harmless.ts";
import type { Fact } from "../../actors/handle.ts";
import { TroupeError } from "../../errors.ts";
import { entryOf } from "../../events/entry.ts";
import { JobCancelling, JobLapsed, JobStarted, wholeOrder } from "../../events/queue/job.ts";
import { attempt, cancelledBy, type JobHandler } from "./attempt.ts";
import { jobOf } from "./kinds.ts";
import type { QueueActors } from "./queue.ts";
import { boardAt } from "./views.ts";
import { warn } from "../thrown.ts";
import { onceThereIsRoom } from "../patience.ts";
import { isPassing } from "./passing.ts";
import { reporter } from "./reports.ts";

export interface WorkerOptions {
  /** What to do for jobs, by handler. */
  readonly handlers: Readonly<Record<string, JobHandler>>;
  /** Jobs at a time. Default 5 (S4-039). */
  readonly concurrency?: number;
  /** Stands at the beginning of its name. Default `worker`. */
  readonly name?: string;
  readonly clock?: Clock;
  /** 0 to 1, for the jitter of retries. Default `Math.random`. */
  readonly random?: () => number;
  /** Hears what goes wrong beside the jobs themselves: lost leases, and why it failed. Default: nobody. */
  readonly onError?: (error: unknown) => void;
}

export interface StopOptions {
  /** Then the signals of the jobs that still run abort. Counts each time. Default: never. */
  readonly timeoutMs?: number;
}

export interface Worker extends AsyncDisposable {
  /** Its name in the queue: a new one whenever it joins anew. */
  readonly name: string;
  /** Aborts, with the error as its reason, where it cannot go on. */
  readonly failed: AbortSignal;
  /** How many jobs it has. */
  readonly running: number;
  /** Takes no more jobs, and resolves once those that run are over. Twice is safe. */
  stop(options?: StopOptions): Promise<void>;
}

interface Held {
  readonly job: string;
  readonly abort: AbortController;
}

/**
 * Starts a worker.
 *
 * @throws {@link TroupeError} `ACTOR_NOT_FOUND` where there is no such queue, `USAGE` for
 * options that are none.
 */
export async function startWorker(
  actors: QueueActors,
  queue: string,
  options: WorkerOptions,
): Promise<Worker> {
  const { handlers, concurrency = 5, clock = systemClock, random = Math.random } = options;
  const onError = harmless(options.onError ?? (() => {}), warn);
  assertOptions(handlers, concurrency);
  const handle = actors.actor(`queue/${queue}`);
  let { leaseMs } = (await boardAt(actors, queue)).settings;
  const failing = new AbortController();
  const held = new Map<number, Held>();
  let worker = newName(options);
  let slots = concurrency;
  let rested = (): void => {};
  let still = (): void => {};
  let late = false;

  const reports = reporter({
    handle,
    clock,
    worker: () => worker,
    trouble: onError,
    fail,
    failed: () => failing.signal.aborted,
  });

  function fail(error: unknown): void {
    if (failing.signal.aborted) return;
    failing.abort(error);
    still(); // without its signs of life the queue takes it for gone
    onError(error);
    dropAll(error);
  }

  function release(lease: number): void {
    held.delete(lease);
    if (held.size === 0) rested();
  }

  /** A lease is over: its job is somebody else's now, or nobody's. */
  function lose(lease: number, error: unknown): void {
    const one = held.get(lease);
    if (one === undefined) return;
    one.abort.abort(error);
    release(lease);
  }

  function dropAll(error: unknown): void {
    reports.drop();
    for (const lease of held.keys()) lose(lease, error);
  }

  async function work(lease: number, { job, abort }: Held): Promise<void> {
    const actor = actors.actor(`job/${queue}:${job}`);
    const { order, failures, attempts } = jobOf(await actor.snapshot());
    const tell = (percent: number, note?: string): void => {
      const said = { type: "PROGRESS", lease, percent, ...(note !== undefined && { note }) } as const;
      actor.send(said).catch((error: unknown) => {
        if (held.get(lease)?.abort === abort) onError(error); // a late word of one that is over is no fault
      });
    };
    const whole = wholeOrder(order);
    const leased = { ...whole, id: job, queue, lease, attempt: attempts, failures };
    const outcome = await attempt(leased, entryOf(handlers, whole.handler), {
      abort,
      clock,
      tell,
      random,
    });
    if (held.get(lease)?.abort !== abort) return;
    reports.add({ job, lease, ...outcome });
    release(lease);
  }

  function hear(fact: Fact): void {
    if (fact.type === "job.started") {
      const { data } = JobStarted.parse(fact);
      if (data.worker !== worker || late) return;
      const one = { job: data.job, abort: new AbortController() };
      held.set(data.lease, one);
      work(data.lease, one).catch((error: unknown) => {
        onError(error); // it could not be read: the queue gives it to somebody, since nobody works at it
        release(data.lease);
      });
    } else if (fact.type === "job.cancelling") {
      const { data } = JobCancelling.parse(fact);
      if (data.worker === worker) held.get(data.lease)?.abort.abort(cancelledBy(data.job));
    } else if (fact.type === "job.lapsed") {
      const { data } = JobLapsed.parse(fact);
      if (data.worker !== worker || !held.has(data.lease)) return;
      const error = silent(worker);
      onError(error);
      lose(data.lease, error);
    }
  }

  function join(): Promise<unknown> {
    return onceThereIsRoom(clock, () =>
      handle.send({ type: "JOIN", worker, slots, handlers: Object.keys(handlers) }),
    );
  }

  /** A process that was frozen finds its work given to others, and begins anew. */
  async function rejoin(): Promise<void> {
    const error = silent(worker);
    onError(error);
    dropAll(error);
    worker = newName(options);
    await join();
    ({ leaseMs } = (await boardAt(actors, queue)).settings); // it may be another by now
  }

  async function beat(): Promise<void> {
    const jobs = [...[...held.values()].map(({ job }) => job), ...reports.jobs()];
    try {
      await handle.send({ type: "HEARTBEAT", worker, jobs });
    } catch (error) {
      if (!TroupeError.is(error, "WORKER_UNKNOWN")) throw error;
      await rejoin();
    }
  }

  const unlisten = await actors.facts({ kind: "job", root: queue }, hear, fail);
  try {
    await join();
  } catch (error) {
    unlisten();
    throw error;
  }
  still = every(
    clock,
    () => Math.floor(leaseMs / 3),
    // what passes has passed by the next one
    () => beat().catch((error: unknown) => (isPassing(error) ? onError(error) : fail(error))),
  );

  /** Ends the jobs that still run then; by its leave they stand in line again. */
  function endAfter(timeoutMs: number | undefined): void {
    if (timeoutMs === undefined) return;
    const overdue = (): void => {
      late = true; // what it is given now is not begun
      dropAll(stopped(worker));
    };
    ending.defer(clock.after(timeoutMs, overdue));
  }

  async function stop(): Promise<void> {
    slots = 0;
    if (!failing.signal.aborted) await join().catch(fail);
    do {
      while (held.size > 0) await new Promise<void>((resolve) => (rested = resolve));
      await reports.sent();
    } while (held.size > 0); // of a lease that was granted before, one hears now
    ending.dispose();
    still();
    unlisten();
    if (!failing.signal.aborted) await handle.send({ type: "LEAVE", worker }).catch(onError);
  }
  const ending = new DisposableStack();
  let stopping: Promise<void> | undefined;

  return {
    get name() {
      return worker;
    },
    get running() {
      return held.size;
    },
    failed: failing.signal,
    stop({ timeoutMs } = {}) {
      stopping ??= stop();
      if (!ending.disposed) endAfter(timeoutMs); // also where somebody waits for its end already
      return stopping;
    },
    [Symbol.asyncDispose]: () => (stopping ??= stop()),
  };
}

function assertOptions(handlers: unknown, concurrency: unknown): void {
  if (typeof handlers !== "object" || handlers === null)
    throw new TroupeError("USAGE", `the option "handlers" of startWorker is ${typeof handlers}`, {
      hint: "Give { handlers: { NAME: (job, { signal }) => … } }.",
    });
  if (Number.isSafeInteger(concurrency) && Number(concurrency) >= 1) return;
  throw new TroupeError("USAGE", `the option "concurrency" of startWorker is ${String(concurrency)}`, {
    hint: "Give how many jobs it does at a time: 1 or more.",
  });
}

function newName({ name = "worker" }: WorkerOptions): string {
  return `${name}-${randomUUID().slice(0, 8)}`;
}

/** Calls again and again, each time as long after the last one ended; returns what ends it. */
function every(clock: Clock, ms: () => number, call: () => Promise<void>): () => void {
  let ended = false;
  let cancel = (): void => {};
  const again = (): void => {
    if (!ended) cancel = clock.after(ms(), () => void call().then(again));
  };
  again();
  return () => {
    ended = true;
    cancel();
  };
}

function silent(worker: string): TroupeError {
  return new TroupeError("LEASE_LOST", `"${worker}" was silent too long, and its jobs went to others`, {
    hint: "Drop the work: it is done under another lease.",
    data: { worker },
  });
}

function stopped(worker: string): TroupeError {
  return new TroupeError("ACTIVITY_CANCELLED", `"${worker}" must stop`, {
    hint: "Stop, and throw the signal's reason.",
    data: { worker },
  });
}
